"""Money that goes back: out of suspense to its payer, and out of a borrower's credit to their wallet."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.errors import Conflict, NotFound
from core.loans.refusals import CreditPaidOut, NotDisbursed, NotMoreThanNothing, RefundAboveCredit
from core.money import ZERO, Money
from core.ports.rails import PayoutAnswer, PayoutResult
from core.records.borrower import Language
from core.records.loan import Loan, LoanStatus, Payment, PayoutStatus
from core.records.proposal import Proposal, ProposalKind
from core.use_cases.disbursing import AnotherPayoutStands, settle_payout
from core.use_cases.preferring import change_language
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.refunding import PayerHasNoWallet
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock

CONFIRMED = PayoutResult(PayoutAnswer.CONFIRMED, "RAIL9")
UNKNOWN = PayoutResult(PayoutAnswer.UNKNOWN, failure_code="not_found")
FAILED = PayoutResult(PayoutAnswer.FAILED, failure_code="wallet_closed")


async def proposed(lending: Lending, kind: ProposalKind, data: dict[str, object]) -> Proposal:
    return await propose(lending.engine, lending.cashier, Propose(HOME, kind, data, "As agreed.", key()))


async def done(lending: Lending, kind: ProposalKind, data: dict[str, object]) -> None:
    proposal = await proposed(lending, kind, data)
    await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))


async def balance(lending: Lending, account: str) -> Money:
    async with lending.engine.record.unit(HOME) as unit:
        return await unit.ledger.balance(lending.mfi.id, account)


async def payment(lending: Lending, reference: str) -> Payment:
    async with lending.engine.record.unit(HOME) as unit:
        found = await unit.payments.get("simulated", reference)
    assert found is not None
    return found


async def overpaid_loan(lending: Lending, by: str = "70") -> Loan:
    """A loan that was closed, and then paid once more."""
    loan = await lending.active_loan(await lending.borrower())
    position, _ = await lending.books(loan)
    owed = position.principal + position.interest + position.fees
    await lending.pay(owed, reference="ALL", account=str(loan.reference))
    await lending.pay(Money.of(by), reference="MORE", account=str(loan.reference))
    return await lending.loan(loan)


SUSPENSE: dict[str, object] = {"rail": "simulated", "rail_reference": "LOST"}


async def test_money_in_suspense_goes_back_to_its_payer_once_it_left(lending: Lending, rail: ObedientRail) -> None:
    await lending.pay(Money.of("80"), reference="LOST", payer="+26662123456")
    held = await balance(lending, "float:simulated")

    await done(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)
    between = (await payment(lending, "LOST")).status, await balance(lending, "suspense")
    with pytest.raises(Conflict):
        await proposed(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)
    await lending.work_on_outbox(HOME)

    assert between == ("refunding", -Money.of("80"))
    assert rail.asked[-1][1:] == ("+26662123456", Money.of("80"))
    assert (await payment(lending, "LOST")).status == "refunded"
    assert await balance(lending, "suspense") == ZERO
    assert await balance(lending, "float:simulated") == held - Money.of("80")
    assert len(await lending.messages("payment_refunded")) == 1
    assert await verify_ledger(lending.engine, [HOME]) == []


@pytest.mark.parametrize(("language", "said"), [(Language.ENGLISH, "en"), (None, "st_LS")])
async def test_a_payer_who_is_a_borrower_is_told_of_a_refund_in_their_language(
    lending: Lending, rail: ObedientRail, language: Language | None, said: str
) -> None:
    payer = new_phone() if language is None else await lending.borrower()
    if language is not None:
        await change_language(lending.engine, payer, language)
    await lending.pay(Money.of("80"), reference="LOST", payer=payer.e164)

    await done(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)
    await lending.work_on_outbox(HOME)

    [told] = await lending.messages("payment_refunded")
    assert told.data["language"] == said


async def test_a_refund_that_failed_leaves_the_money_in_suspense(lending: Lending, rail: ObedientRail) -> None:
    await lending.pay(Money.of("80"), reference="LOST", payer="+26662123456")
    rail.answer = FAILED

    await done(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)
    await lending.work_on_outbox(HOME)
    first = rail.asked[-1][0]

    assert (await payment(lending, "LOST")).status == "suspense"
    assert await balance(lending, "suspense") == -Money.of("80")
    await done(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)
    await lending.work_on_outbox(HOME)
    assert rail.asked[-1][0] != first
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_payer_without_a_wallet_cannot_be_paid_back(lending: Lending) -> None:
    await lending.pay(Money.of("80"), reference="LOST", payer="Standard Bank 442")

    with pytest.raises(PayerHasNoWallet):
        await proposed(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)


async def test_a_payment_to_a_closed_loan_is_credit_that_can_go_back(lending: Lending, rail: ObedientRail) -> None:
    loan = await overpaid_loan(lending)
    position, _ = await lending.books(loan)
    data: dict[str, object] = {"loan_reference": str(loan.reference), "amount_minor": position.overpaid.minor}

    await done(lending, ProposalKind.REFUND_CREDIT, data)
    with pytest.raises(RefundAboveCredit):
        await proposed(lending, ProposalKind.REFUND_CREDIT, data)
    await lending.work_on_outbox(HOME)

    after, _ = await lending.books(loan)
    assert position.overpaid >= Money.of("70")
    assert after.overpaid == ZERO
    assert await balance(lending, "overpayment") == ZERO
    assert (await lending.loan(loan)).status is LoanStatus.CLOSED
    assert len(await lending.messages("credit_refunded")) == 1
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_credit_refund_that_failed_leaves_the_credit(lending: Lending, rail: ObedientRail) -> None:
    loan = await overpaid_loan(lending)
    before, _ = await lending.books(loan)
    rail.answer = FAILED

    await done(lending, ProposalKind.REFUND_CREDIT, {"loan_reference": str(loan.reference), "amount_minor": 70_00})
    await lending.work_on_outbox(HOME)

    after, _ = await lending.books(loan)
    assert after.overpaid == before.overpaid
    assert await lending.messages("credit_refunded") == []


async def test_a_payment_whose_credit_went_back_is_not_reversed_from_under_it(lending: Lending) -> None:
    loan = await overpaid_loan(lending)
    await done(lending, ProposalKind.REFUND_CREDIT, {"loan_reference": str(loan.reference), "amount_minor": 70_00})
    reverse: dict[str, object] = {"rail": "simulated", "rail_reference": "MORE", "to": "payer"}

    with pytest.raises(CreditPaidOut):
        await done(lending, ProposalKind.REVERSE_PAYMENT, reverse)
    await lending.work_on_outbox(HOME)
    with pytest.raises(Conflict):
        await done(lending, ProposalKind.REVERSE_PAYMENT, reverse)

    assert await verify_ledger(lending.engine, [HOME]) == []


async def lost(lending: Lending, rail: ObedientRail, clock: MovableClock) -> str:
    """A refund out of suspense whose rail has gone on not knowing; its number."""
    await lending.pay(Money.of("80"), reference="LOST", payer="+26662123456")
    rail.answer = UNKNOWN
    await done(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)
    await lending.work_on_outbox(HOME)
    reference = rail.asked[-1][0]
    clock.move(minutes=61)
    await settle_payout(lending.engine, "simulated", reference, UNKNOWN)
    return reference


async def settled_as_failed(lending: Lending, reference: str) -> None:
    await done(lending, ProposalKind.SETTLE_PAYOUT, {"payout": reference, "outcome": "failed"})


async def test_a_lost_refund_is_settled_by_two_persons_and_a_late_word_still_books_it(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    reference = await lost(lending, rail, clock)

    await settled_as_failed(lending, reference)
    between = (await payment(lending, "LOST")).status
    await settle_payout(lending.engine, "simulated", reference, CONFIRMED)

    async with lending.engine.record.unit(HOME) as unit:
        payout = await unit.disbursements.get(reference)
    assert between == "suspense"
    assert (payout.status, payout.contradicted_by) == (PayoutStatus.CONFIRMED, "confirmed")
    assert (await payment(lending, "LOST")).status == "refunded"
    assert await balance(lending, "suspense") == ZERO
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_late_word_on_money_that_was_assigned_meanwhile_waits_for_people(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lending.active_loan(await lending.borrower())
    reference = await lost(lending, rail, clock)
    await settled_as_failed(lending, reference)
    await done(lending, ProposalKind.ASSIGN_PAYMENT, {**SUSPENSE, "loan_reference": str(loan.reference)})

    await settle_payout(lending.engine, "simulated", reference, CONFIRMED)

    async with lending.engine.record.unit(HOME) as unit:
        payout = await unit.disbursements.get(reference)
        reserved = await unit.disbursements.under_way(lending.mfi.id, "simulated")
    assert (payout.status, payout.failure_code) == (PayoutStatus.UNKNOWN, "confirmed_late")
    assert reserved == Money.of("80")
    with pytest.raises(AnotherPayoutStands):
        await done(
            lending,
            ProposalKind.SETTLE_PAYOUT,
            {"payout": reference, "outcome": "confirmed", "rail_receipt": "MP-1"},
        )
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_money_that_is_going_back_is_not_assigned_by_who_looked_before(lending: Lending) -> None:
    """The assignment begins while the refund holds the payment, and must see what became of it."""
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("80"), reference="LOST", payer="+26662123456")
    data = {**SUSPENSE, "loan_reference": str(loan.reference)}
    assignment = await proposed(lending, ProposalKind.ASSIGN_PAYMENT, data)

    async with lending.engine.record.unit(HOME) as unit:
        held = await unit.payments.by_id((await payment(lending, "LOST")).id, lock=True)
        late = asyncio.create_task(carry_out(lending.engine, lending.manager, Answer(HOME, assignment.id, "", key())))
        await asyncio.sleep(0.3)  # long enough that it has looked at the payment
        await unit.payments.save(replace(held, status="refunding"))
        await unit.commit()

    with pytest.raises(Conflict):
        await late
    assert (await payment(lending, "LOST")).status == "refunding"
    assert await balance(lending, "suspense") == -Money.of("80")


async def test_what_goes_back_is_this_lenders_and_there(lending: Lending) -> None:
    await lending.pay(Money.of("40"), reference="OURS")
    others = replace(lending, cashier=replace(lending.cashier, mfi_id=lending.other_mfi.id))

    with pytest.raises(NotFound):
        await proposed(lending, ProposalKind.REFUND_PAYMENT, {"rail": "simulated", "rail_reference": "NONE"})
    with pytest.raises(NotFound):
        await proposed(others, ProposalKind.REFUND_PAYMENT, {"rail": "simulated", "rail_reference": "OURS"})


async def test_a_loan_that_was_never_paid_out_has_no_credit(lending: Lending) -> None:
    offered = await lending.offer(await lending.borrower())

    with pytest.raises(NotDisbursed):
        await proposed(
            lending, ProposalKind.REFUND_CREDIT, {"loan_reference": str(offered.reference), "amount_minor": 1}
        )


async def test_what_came_over_a_rail_that_pays_nothing_out_does_not_go_back_over_it(lending: Lending) -> None:
    await lending.pay(Money.of("40"), reference="INWARD")
    inward = replace(lending, engine=replace(lending.engine, rails={}))

    with pytest.raises(PayerHasNoWallet):
        await proposed(inward, ProposalKind.REFUND_PAYMENT, {"rail": "simulated", "rail_reference": "INWARD"})


async def test_a_refund_that_is_settled_as_failed_frees_no_money_while_another_is_under_way(
    lending: Lending, rail: ObedientRail
) -> None:
    await lending.pay(Money.of("80"), reference="LOST", payer="+26662123456")
    for answer in (FAILED, PayoutResult(PayoutAnswer.ACCEPTED)):
        rail.answer = answer
        await done(lending, ProposalKind.REFUND_PAYMENT, SUSPENSE)
        await lending.work_on_outbox(HOME)
    first, _ = (reference for reference, _, _ in rail.asked)
    await settle_payout(lending.engine, "simulated", first, CONFIRMED)

    await settled_as_failed(lending, first)

    assert (await payment(lending, "LOST")).status == "refunding"
    assert await verify_ledger(lending.engine, [HOME]) == []


@pytest.mark.parametrize("minor", [0, -1])
async def test_nothing_or_less_is_no_refund(lending: Lending, minor: int) -> None:
    loan = await overpaid_loan(lending)

    with pytest.raises(NotMoreThanNothing):
        await proposed(
            lending, ProposalKind.REFUND_CREDIT, {"loan_reference": str(loan.reference), "amount_minor": minor}
        )
