"""What a change would do is what it does, and looking at it does nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core.errors import NotFound
from core.loans.parts import Part
from core.loans.refusals import NotDisbursed, WaiverAboveOutstanding
from core.money import ZERO, Money
from core.records.loan import Loan
from core.records.proposal import AlreadyPending, ProposalKind
from core.records.staff import NotAllowed
from core.use_cases.proposing import Answer, Propose, carry_out, propose, refuse
from core.use_cases.weighing import Owed, Weighed, loan_books, proposal_file, weigh
from tests.core.use_cases.lending import AWAY, HOME, Lending, key
from tests.core.use_cases.test_adjusting import assign, balance, late_loan
from tests.core.use_cases.test_settling import lost, payouts_of
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock


async def owed(lending: Lending, loan: Loan) -> Owed:
    return (await loan_books(lending.engine, lending.cashier, loan.reference)).owed


async def then_done(lending: Lending, kind: ProposalKind, data: dict[str, Any], district: str = HOME) -> Weighed:
    """Weigh a change, then propose it and carry it out."""
    weighed = await weigh(lending.engine, lending.cashier, district, kind, data)
    proposal = await propose(lending.engine, lending.cashier, Propose(district, kind, data, "As agreed.", key()))
    seen = await proposal_file(lending.engine, lending.manager, district, proposal.id)
    assert seen.weighed == weighed
    assert seen.amount == weighed.amount
    await carry_out(lending.engine, lending.manager, Answer(district, proposal.id, "", key()))
    return weighed


async def test_a_waiver_is_foretold(lending: Lending) -> None:
    loan = await late_loan(lending)
    before = await owed(lending, loan)
    data = {"loan_reference": str(loan.reference), "instalment": 1, "part": "penalty", "amount_minor": 50_00}

    weighed = await then_done(lending, ProposalKind.WAIVE, data)

    assert weighed.loan_change is not None
    assert weighed.loan_change.borrower_name == "Palesa Mokoena"
    assert weighed.loan_change.before == before
    assert weighed.loan_change.after == await owed(lending, loan) != before


async def test_a_write_off_is_foretold(lending: Lending) -> None:
    loan = await late_loan(lending)
    before = await owed(lending, loan)

    weighed = await then_done(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})

    assert weighed.amount == before.split.total
    assert weighed.loan_change is not None
    assert weighed.loan_change.after == await owed(lending, loan)
    assert weighed.loan_change.after.split.total == ZERO


async def test_a_reversal_is_foretold(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    unpaid = await owed(lending, loan)
    await lending.pay(Money.of("300"), reference="W1", payer=phone.e164)

    data = {"rail": "simulated", "rail_reference": "W1", "to": "payer"}
    weighed = await then_done(lending, ProposalKind.REVERSE_PAYMENT, data)

    assert weighed.loan_change is not None
    assert weighed.loan_change.after == unpaid == await owed(lending, loan)
    assert weighed.amount == Money.of("300")


@pytest.mark.parametrize("district", [HOME, AWAY])
async def test_an_assignment_is_foretold_in_whichever_district_the_loan_is(lending: Lending, district: str) -> None:
    loan = await lending.active_loan(await lending.borrower(district=district), district=district)
    await lending.pay(Money.of("300"), reference="W2", account="12")

    weighed = await then_done(lending, ProposalKind.ASSIGN_PAYMENT, assign("W2", loan))
    await lending.work_on_outbox(HOME)

    assert weighed.loan_change is not None
    assert weighed.loan_change.after == await owed(lending, loan) != weighed.loan_change.before


async def test_a_sweep_is_foretold(lending: Lending) -> None:
    data = {"rail": "simulated", "amount_minor": 100_00, "reference": "BANK-W"}

    weighed = await then_done(lending, ProposalKind.SWEEP_FLOAT, data)

    assert weighed.float_change is not None
    assert weighed.float_change.held_after == await balance(lending, "float:simulated")
    assert weighed.float_change.held - weighed.float_change.held_after == Money.of("100")


async def test_a_charge_is_foretold(lending: Lending) -> None:
    today = (await lending.today()).isoformat()
    data = {"rail": "simulated", "amount_minor": 12_50, "reference": "MP-W", "value_on": today}

    weighed = await then_done(lending, ProposalKind.BOOK_RAIL_CHARGE, data)

    assert weighed.float_change is not None
    assert weighed.float_change.held_after == await balance(lending, "float:simulated")
    assert weighed.float_change.held - weighed.float_change.held_after == weighed.amount == Money.of("12.50")


@pytest.mark.parametrize(("giver", "receiver"), [(HOME, AWAY), (AWAY, HOME)])
async def test_a_move_between_districts_is_foretold_where_it_leaves(
    giver: str, receiver: str, lending: Lending
) -> None:
    data = {"rail": "simulated", "amount_minor": 40_00, "reference": "K-W", "to_district": receiver}

    weighed = await then_done(lending, ProposalKind.MOVE_FLOAT, data, giver)

    assert weighed.float_change is not None
    assert weighed.float_change.held_after == await balance(lending, "float:simulated", giver)
    assert weighed.float_change.held - weighed.float_change.held_after == weighed.amount == Money.of("40")


async def test_a_decided_proposal_still_says_its_amount_where_it_named_one(lending: Lending) -> None:
    loan = await late_loan(lending)
    move = {"rail": "simulated", "amount_minor": 40_00, "reference": "K-V", "to_district": AWAY}
    amounts = []
    for kind, data in (
        (ProposalKind.MOVE_FLOAT, move),
        (ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)}),
    ):
        waiting = await propose(lending.engine, lending.cashier, Propose(HOME, kind, data, "As agreed.", key()))
        await refuse(lending.engine, lending.manager, Answer(HOME, waiting.id, "Not now.", key()))
        amounts.append((await proposal_file(lending.engine, lending.manager, HOME, waiting.id)).amount)

    assert amounts == [Money.of("40"), None]


async def test_a_proposal_that_the_books_no_longer_take_says_why(lending: Lending) -> None:
    loan = await late_loan(lending)
    data = {"loan_reference": str(loan.reference), "instalment": 1, "part": "penalty", "amount_minor": 30_00}
    waiting = await propose(lending.engine, lending.cashier, Propose(HOME, ProposalKind.WAIVE, data, "Half.", key()))
    with pytest.raises(AlreadyPending):
        await propose(lending.engine, lending.cashier, Propose(HOME, ProposalKind.WAIVE, data, "Half.", key()))
    _, rows = await lending.books(loan)
    await lending.pay(rows[0].total, reference="W3", account=str(loan.reference), on=await lending.today())

    file = await proposal_file(lending.engine, lending.manager, HOME, waiting.id)

    assert isinstance(file.refusal, WaiverAboveOutstanding)
    assert file.weighed is None


async def test_a_decided_proposal_is_not_weighed_again(lending: Lending) -> None:
    loan = await late_loan(lending)
    data = {"loan_reference": str(loan.reference)}
    command = Propose(HOME, ProposalKind.WRITE_OFF, data, "Gone.", key())
    proposal = await propose(lending.engine, lending.cashier, command)
    await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "Agreed.", key()))

    file = await proposal_file(lending.engine, lending.cashier, HOME, proposal.id)

    assert (file.weighed, file.refusal) == (None, None)
    assert file.proposal.decision_note == "Agreed."


async def test_the_books_show_what_is_left_of_each_part(lending: Lending) -> None:
    loan = await late_loan(lending)

    books = await loan_books(lending.engine, lending.cashier, loan.reference)

    assert books.instalments[0].outstanding(Part.PENALTY) == Money.of("50")
    assert books.owed.split.penalties == Money.of("50")


async def test_neither_another_lender_nor_an_officer_looks(lending: Lending) -> None:
    loan = await late_loan(lending)
    data = {"loan_reference": str(loan.reference)}
    command = Propose(HOME, ProposalKind.WRITE_OFF, data, "Gone.", key())
    proposal = await propose(lending.engine, lending.cashier, command)
    stranger = replace(lending.manager, staff_id=uuid4(), mfi_id=lending.other_mfi.id)

    with pytest.raises(NotFound):
        await loan_books(lending.engine, stranger, loan.reference)
    with pytest.raises(NotFound):
        await proposal_file(lending.engine, stranger, HOME, proposal.id)
    with pytest.raises(NotFound):
        await proposal_file(lending.engine, lending.manager, "LS-Z", proposal.id)
    with pytest.raises(NotAllowed):
        await loan_books(lending.engine, lending.officer, loan.reference)
    with pytest.raises(NotAllowed):
        await weigh(lending.engine, lending.officer, HOME, ProposalKind.WRITE_OFF, data)


async def test_a_refund_out_of_suspense_is_foretold(lending: Lending) -> None:
    await lending.pay(Money.of("40"), reference="W9")

    data = {"rail": "simulated", "rail_reference": "W9"}
    weighed = await then_done(lending, ProposalKind.REFUND_PAYMENT, data)

    assert weighed.amount == Money.of("40")
    assert weighed.payment is not None


async def test_a_refund_of_credit_is_foretold(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("5000"), reference="W10", account=str(loan.reference))
    credit = (await owed(lending, loan)).overpaid

    data = {"loan_reference": str(loan.reference), "amount_minor": credit.minor}
    weighed = await then_done(lending, ProposalKind.REFUND_CREDIT, data)
    await lending.work_on_outbox(HOME)

    assert weighed.loan_change is not None
    assert weighed.loan_change.after == await owed(lending, loan)
    assert weighed.loan_change.after.overpaid == ZERO


async def test_a_funding_is_foretold_with_what_is_free(lending: Lending) -> None:
    before = await balance(lending, "float:simulated")
    data = {"rail": "simulated", "amount_minor": 70_00, "reference": "BANK-7"}

    weighed = await then_done(lending, ProposalKind.FUND_FLOAT, data)

    assert weighed.float_change is not None
    assert weighed.float_change.free == before
    assert weighed.float_change.held_after == await balance(lending, "float:simulated") == before + Money.of("70")


async def test_a_settlement_shows_the_payout_that_the_two_speak_of(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    (payout,) = await payouts_of(lending, await lost(lending, rail, clock))
    data = {"payout": payout.reference, "outcome": "failed"}

    weighed = await then_done(lending, ProposalKind.SETTLE_PAYOUT, data)

    assert (weighed.amount, weighed.payout) == (payout.amount, payout)


async def test_a_loan_that_was_never_paid_out_has_no_books_to_show(lending: Lending) -> None:
    offered = await lending.offer(await lending.borrower())

    with pytest.raises(NotDisbursed):
        await owed(lending, offered)
