"""Changes to the books by two persons: suspense, reversals, waivers, losses."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.loans.refusals import LoanNotActive, NotDisbursed, WaiverAboveOutstanding, WrongPart
from core.money import ZERO, Money, total
from core.records.loan import Loan, LoanStatus
from core.records.proposal import Proposal, ProposalKind, ProposalStatus
from core.records.staff import Actor, MakerIsChecker, NotAllowed, Role
from core.use_cases.proposing import AlreadyDecided, Answer, Propose, carry_out, propose, refuse, withdraw
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import AWAY, HOME, Lending, key


async def proposed(lending: Lending, kind: ProposalKind, data: dict[str, object], district: str = HOME) -> Proposal:
    return await propose(lending.engine, lending.cashier, Propose(district, kind, data, "As agreed.", key()))


async def agreed(lending: Lending, proposal: Proposal, by: Actor | None = None) -> Proposal:
    answer = Answer(proposal.district, proposal.id, "Seen.", key())
    return await carry_out(lending.engine, by or lending.manager, answer)


async def done(lending: Lending, kind: ProposalKind, data: dict[str, object], district: str = HOME) -> Proposal:
    return await agreed(lending, await proposed(lending, kind, data, district))


async def proved(lending: Lending) -> None:
    districts = sorted((await lending.engine.record.catalogue()).districts)
    assert await verify_ledger(lending.engine, districts) == []


async def balance(lending: Lending, account: str, district: str = HOME) -> Money:
    async with lending.engine.record.unit(district) as unit:
        return await unit.ledger.balance(lending.mfi.id, account)


async def everywhere(lending: Lending, account: str) -> Money:
    """The balance of an account over all districts."""
    districts = (await lending.engine.record.catalogue()).districts
    return total([await balance(lending, account, district) for district in districts])


async def late_loan(lending: Lending) -> Loan:
    """A loan whose first instalment is three days late and bears the late fee."""
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    await lending.close(rows[0].due_on + timedelta(days=2))
    return loan


def assign(reference: str, loan: Loan) -> dict[str, object]:
    return {"rail": "simulated", "rail_reference": reference, "loan_reference": str(loan.reference)}


# --- two persons ---


async def test_who_proposed_may_not_carry_out(lending: Lending) -> None:
    loan = await late_loan(lending)
    both = Actor(lending.cashier.staff_id, HOME, lending.mfi.id, "Both", frozenset({Role.CASHIER, Role.MANAGER}))
    proposal = await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})

    with pytest.raises(MakerIsChecker):
        await agreed(lending, proposal, by=both)

    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE


async def test_only_who_proposed_takes_it_back_and_the_same_may_then_be_proposed_again(lending: Lending) -> None:
    loan = await late_loan(lending)
    data: dict[str, object] = {"loan_reference": str(loan.reference)}
    proposal = await proposed(lending, ProposalKind.WRITE_OFF, data)
    another = Actor(uuid4(), HOME, lending.mfi.id, "Another", frozenset({Role.CASHIER}))

    for actor in (another, lending.manager):
        with pytest.raises(NotAllowed):
            await withdraw(lending.engine, actor, Answer(HOME, proposal.id, "", key()))
    taken_back = await withdraw(lending.engine, lending.cashier, Answer(HOME, proposal.id, "", key()))

    assert (taken_back.status, taken_back.decided_by) == (ProposalStatus.WITHDRAWN, None)
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    with pytest.raises(AlreadyDecided):
        await agreed(lending, proposal)
    await done(lending, ProposalKind.WRITE_OFF, data)


async def test_a_cashier_may_not_carry_out_and_a_manager_may_not_propose(lending: Lending) -> None:
    loan = await late_loan(lending)
    proposal = await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})

    with pytest.raises(NotAllowed):
        await agreed(lending, proposal, by=lending.cashier)
    command = Propose(HOME, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)}, "x", key())
    with pytest.raises(NotAllowed):
        await propose(lending.engine, lending.manager, command)


async def test_the_same_change_is_pending_once(lending: Lending) -> None:
    loan = await late_loan(lending)
    await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})

    with pytest.raises(Conflict):
        await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})


async def test_a_refused_proposal_changes_nothing_and_can_be_made_again(lending: Lending) -> None:
    loan = await late_loan(lending)
    proposal = await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})

    refused = await refuse(lending.engine, lending.manager, Answer(HOME, proposal.id, "She pays on Friday.", key()))
    again = await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})
    async with lending.engine.record.unit(HOME) as unit:
        pending = await unit.proposals.pending(lending.mfi.id)

    assert refused.status is ProposalStatus.REFUSED
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert [one.id for one in pending] == [again.id]
    with pytest.raises(AlreadyDecided):
        await agreed(lending, proposal)


async def test_two_managers_at_once_carry_it_out_once(lending: Lending) -> None:
    loan = await late_loan(lending)
    waive = {"loan_reference": str(loan.reference), "instalment": 1, "part": "penalty", "amount_minor": 50_00}
    proposal = await proposed(lending, ProposalKind.WAIVE, waive)

    results = await asyncio.gather(*(agreed(lending, proposal) for _ in range(3)), return_exceptions=True)

    assert sum(isinstance(result, Proposal) for result in results) == 1
    assert (await lending.books(loan))[0].penalties == ZERO
    assert len(await lending.messages("charge_waived")) == 1
    await proved(lending)


async def test_another_lender_sees_no_proposal(lending: Lending) -> None:
    loan = await late_loan(lending)
    proposal = await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})
    stranger = Actor(uuid4(), HOME, lending.other_mfi.id, "Stranger", frozenset({Role.MANAGER}))

    with pytest.raises(NotFound):
        await agreed(lending, proposal, by=stranger)


# --- suspense ---


async def test_suspense_is_assigned_to_a_loan_of_the_same_district(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    await lending.pay(rows[0].total, reference="S1", account="12")

    await done(lending, ProposalKind.ASSIGN_PAYMENT, assign("S1", loan))

    assert (await lending.books(loan))[1][0].settled_on == await lending.today()
    assert await balance(lending, "suspense") == ZERO
    await proved(lending)


async def test_suspense_is_assigned_to_a_loan_of_another_district_through_clearing(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    _, rows = await lending.books(loan)
    float_before = await balance(lending, "float:simulated", AWAY)
    await lending.pay(rows[0].total, reference="S2", account="12")

    await done(lending, ProposalKind.ASSIGN_PAYMENT, assign("S2", loan))
    in_flight = await balance(lending, "clearing") + await balance(lending, "clearing", AWAY)
    await lending.work_on_outbox(HOME)
    arrived = await balance(lending, "clearing") + await balance(lending, "clearing", AWAY)

    assert in_flight != arrived
    assert arrived == ZERO
    assert (await lending.books(loan))[1][0].settled_on is not None
    assert await balance(lending, "suspense") == ZERO
    assert await balance(lending, "float:simulated", AWAY) == float_before, "the money came in at the head office"
    await proved(lending)


async def test_nothing_is_assigned_to_a_loan_that_was_never_paid_out(lending: Lending) -> None:
    offered = await lending.offer(await lending.borrower())
    await lending.pay(Money.of("100"), reference="EARLY")

    with pytest.raises(NotDisbursed):
        await proposed(lending, ProposalKind.ASSIGN_PAYMENT, assign("EARLY", offered))


async def test_suspense_is_assigned_once(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("60"), reference="S3", account="12")
    await done(lending, ProposalKind.ASSIGN_PAYMENT, assign("S3", loan))

    with pytest.raises(Conflict):
        await proposed(lending, ProposalKind.ASSIGN_PAYMENT, assign("S3", loan))


# --- reversals ---


async def test_a_reversed_payment_leaves_the_loan_as_if_never_paid(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    before = await lending.books(loan)
    float_before = await balance(lending, "float:simulated")
    await lending.pay(before[1][0].total, reference="R1", payer=phone.e164)

    data: dict[str, object] = {"rail": "simulated", "rail_reference": "R1", "to": "payer"}
    await done(lending, ProposalKind.REVERSE_PAYMENT, data)

    assert await lending.books(loan) == before
    assert await balance(lending, "float:simulated") == float_before
    [told] = await lending.messages("payment_reversed")
    owed = total(row.total for row in before[1])
    assert (told.data["amount_minor"], told.data["outstanding_minor"]) == (before[1][0].total.minor, owed.minor)
    with pytest.raises(Conflict):
        await proposed(lending, ProposalKind.REVERSE_PAYMENT, data)
    await proved(lending)


async def test_reversed_money_goes_to_its_payer_or_to_suspense_and_nowhere_else(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("100"), reference="GOOD", account=str(loan.reference))
    data: dict[str, object] = {"rail": "simulated", "rail_reference": "GOOD", "to": "manager"}

    with pytest.raises(InvalidInput) as refused:
        await proposed(lending, ProposalKind.REVERSE_PAYMENT, data)

    assert refused.value.field == "to"


async def test_a_payment_on_the_wrong_loan_moves_through_suspense_to_the_right_one(lending: Lending) -> None:
    phone = await lending.borrower()
    wrong = await lending.active_loan(phone)
    right = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(right)
    await lending.pay(rows[0].total, reference="R2", payer=phone.e164)

    await done(
        lending,
        ProposalKind.REVERSE_PAYMENT,
        {"rail": "simulated", "rail_reference": "R2", "to": "suspense"},
    )
    await done(lending, ProposalKind.ASSIGN_PAYMENT, assign("R2", right))

    assert (await lending.books(wrong))[1][0].settled_on is None
    assert (await lending.books(right))[1][0].settled_on is not None
    assert await balance(lending, "suspense") == ZERO
    await proved(lending)


async def test_a_closed_loan_opens_again_when_the_payment_that_closed_it_is_reversed(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    _, rows = await lending.books(loan)
    await lending.pay(Money(sum(row.total.minor for row in rows)), reference="R3", payer=phone.e164)
    assert (await lending.loan(loan)).status is LoanStatus.CLOSED

    await done(lending, ProposalKind.REVERSE_PAYMENT, {"rail": "simulated", "rail_reference": "R3", "to": "payer"})

    reopened = await lending.loan(loan)
    assert (reopened.status, reopened.closed_on) == (LoanStatus.ACTIVE, None)
    await proved(lending)


# --- reversals of money that had waited in suspense ---


@pytest.mark.parametrize("district", [HOME, AWAY])
@pytest.mark.parametrize("to", ["payer", "suspense"])
async def test_reversing_an_assigned_payment_books_the_money_once(lending: Lending, district: str, to: str) -> None:
    loan = await lending.active_loan(await lending.borrower(district=district), district=district)
    before = await lending.books(loan)
    held = await everywhere(lending, "float:simulated")
    await lending.pay(Money.of("80"), reference="T1", account="12")
    await done(lending, ProposalKind.ASSIGN_PAYMENT, assign("T1", loan))
    await lending.work_on_outbox(HOME)

    reverse: dict[str, object] = {"rail": "simulated", "rail_reference": "T1", "to": to}
    await done(lending, ProposalKind.REVERSE_PAYMENT, reverse, district)

    still_here = Money.of("80") if to == "suspense" else ZERO
    assert await lending.books(loan) == before
    assert await everywhere(lending, "float:simulated") == held + still_here
    assert await everywhere(lending, "suspense") == -still_here
    assert await everywhere(lending, "clearing") == ZERO
    await proved(lending)


@pytest.mark.parametrize("district", [HOME, AWAY])
async def test_money_put_back_into_suspense_can_be_assigned_again_and_again(lending: Lending, district: str) -> None:
    loan = await lending.active_loan(await lending.borrower(district=district), district=district)
    held = await everywhere(lending, "float:simulated")
    reverse: dict[str, object] = {"rail": "simulated", "rail_reference": "T2", "to": "suspense"}
    await lending.pay(Money.of("80"), reference="T2", account="12")
    await done(lending, ProposalKind.ASSIGN_PAYMENT, assign("T2", loan))
    await lending.work_on_outbox(HOME)

    for _ in range(2):
        await done(lending, ProposalKind.REVERSE_PAYMENT, reverse, district)
        await done(lending, ProposalKind.ASSIGN_PAYMENT, assign("T2", loan), district)

    assert await everywhere(lending, "float:simulated") == held + Money.of("80")
    assert (await everywhere(lending, "suspense"), await everywhere(lending, "clearing")) == (ZERO, ZERO)
    assert (await lending.books(loan))[1][0].paid == Money.of("80")
    await proved(lending)


# --- waivers and losses ---


async def test_a_waived_late_fee_is_no_longer_owed(lending: Lending) -> None:
    loan = await late_loan(lending)
    waive = {"loan_reference": str(loan.reference), "instalment": 1, "part": "penalty", "amount_minor": 50_00}

    await done(lending, ProposalKind.WAIVE, waive)

    assert (await lending.books(loan))[0].penalties == ZERO
    assert [row.data["amount_minor"] for row in await lending.messages("charge_waived")] == [50_00]
    assert await balance(lending, "penalty_income") == ZERO
    await proved(lending)


async def test_no_more_is_waived_than_is_left_and_never_principal(lending: Lending) -> None:
    loan = await late_loan(lending)
    waive = {"loan_reference": str(loan.reference), "instalment": 1, "part": "penalty", "amount_minor": 50_01}

    with pytest.raises(WaiverAboveOutstanding):
        await proposed(lending, ProposalKind.WAIVE, waive)
    with pytest.raises(WrongPart):
        await proposed(lending, ProposalKind.WAIVE, waive | {"part": "principal"})


async def test_a_written_off_loan_is_a_loss_and_money_after_it_a_recovery(lending: Lending) -> None:
    loan = await late_loan(lending)
    before, _ = await lending.books(loan)

    await done(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})
    await lending.pay(Money.of("30"), reference="W1", account=str(loan.reference), on=await lending.today())

    assert (await lending.loan(loan)).status is LoanStatus.WRITTEN_OFF
    assert await balance(lending, "write_off") == before.principal
    assert await balance(lending, "recovery") == -Money.of("30")
    assert (await lending.books(loan))[0].principal == ZERO
    await proved(lending)


async def test_a_loan_that_nothing_is_left_of_is_not_written_off(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("5000"), reference="P90", account=str(loan.reference))
    assert (await lending.loan(loan)).status is LoanStatus.CLOSED

    with pytest.raises(LoanNotActive):
        await proposed(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})


@pytest.mark.parametrize("district", ["LS-Z", "\0", ""])
async def test_a_proposal_of_a_district_that_is_none_is_not_found(lending: Lending, district: str) -> None:
    with pytest.raises(NotFound):
        await carry_out(lending.engine, lending.manager, Answer(district, uuid4(), "Seen.", key()))
