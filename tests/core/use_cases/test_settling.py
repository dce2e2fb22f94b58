"""A payout that its rail knows nothing of: two persons say what became of it, which never sends anything again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import InvalidInput, NotFound
from core.ports.rails import PayoutAnswer, PayoutResult
from core.records.loan import Disbursement, Loan, LoanStatus, PayoutStatus
from core.records.proposal import Proposal, ProposalKind
from core.use_cases.disbursing import CONFIRMED_LATE, AnotherPayoutStands, settle_payout
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.settling import PayoutNotUnknown, RailStillAsked, may_be_settled, settle
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import HOME, Lending, key
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock

CONFIRMED = PayoutResult(PayoutAnswer.CONFIRMED, "RAIL1")
REFUSED = PayoutResult(PayoutAnswer.FAILED, failure_code="wallet_closed")
UNKNOWN = PayoutResult(PayoutAnswer.UNKNOWN, failure_code="not_found")


async def payouts_of(lending: Lending, loan: Loan) -> list[Disbursement]:
    async with lending.engine.record.unit(HOME) as unit:
        return list(await unit.disbursements.of_loan(loan.id))


async def lost(lending: Lending, rail: ObedientRail, clock: MovableClock, *, minutes: int = 61) -> Loan:
    """A loan whose rail has said for so long that it knows nothing of the payout."""
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone))
    await lending.release(accepted)
    rail.answer = UNKNOWN
    await lending.work_on_outbox(HOME)
    (payout,) = await payouts_of(lending, accepted)
    clock.move(minutes=minutes)
    await settle_payout(lending.engine, "simulated", payout.reference, UNKNOWN)
    return await lending.loan(accepted)


async def proposed(lending: Lending, loan: Loan, outcome: str, receipt: str = "", which: int = -1) -> Proposal:
    payout = (await payouts_of(lending, loan))[which]
    data = {"payout": payout.reference, "outcome": outcome, "rail_receipt": receipt}
    return await propose(
        lending.engine, lending.cashier, Propose(HOME, ProposalKind.SETTLE_PAYOUT, data, "Asked the rail.", key())
    )


async def settled(lending: Lending, loan: Loan, outcome: str, receipt: str = "", which: int = -1) -> Disbursement:
    proposal = await proposed(lending, loan, outcome, receipt, which)
    await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))
    return (await payouts_of(lending, loan))[which]


async def test_confirmed_with_the_rails_receipt_opens_the_loan(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)

    with pytest.raises(InvalidInput):
        await proposed(lending, loan, "confirmed")
    payout = await settled(lending, loan, "confirmed", "MP-77")

    assert (payout.status, payout.rail_reference) == (PayoutStatus.CONFIRMED, "MP-77")
    assert payout.settled_by_name == "Cashier, Manager"
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_failed_lets_the_loan_wait_for_a_release_and_sends_nothing(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)
    asked = len(rail.asked)

    payout = await settled(lending, loan, "failed")
    await lending.work_on_outbox(HOME)

    assert (payout.status, payout.failure_code) == (PayoutStatus.FAILED, "failed_by_hand")
    assert (await lending.loan(loan)).status is LoanStatus.ACCEPTED
    assert len(rail.asked) == asked
    assert len(await lending.messages("disbursement_failed")) == 1


async def test_nobody_settles_a_payout_while_the_rail_may_still_find_it(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock, minutes=59)

    with pytest.raises(RailStillAsked):
        await proposed(lending, loan, "failed")


@pytest.mark.parametrize("status", [None, *(status for status in PayoutStatus if status is not PayoutStatus.UNKNOWN)])
def test_only_what_is_unknown_is_for_two_persons_to_say(status: PayoutStatus | None, clock: MovableClock) -> None:
    """However long it was unknown once, and whatever the rail said too late."""
    since = clock.now()

    assert not may_be_settled(status, CONFIRMED_LATE, since, clock.move(hours=2))
    assert may_be_settled(PayoutStatus.UNKNOWN, CONFIRMED_LATE, None, None)


async def test_a_rail_that_has_it_after_all_takes_it_from_the_two(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)
    proposal = await proposed(lending, loan, "failed")
    (payout,) = await payouts_of(lending, loan)

    await settle_payout(lending.engine, "simulated", payout.reference, PayoutResult(PayoutAnswer.ACCEPTED))

    with pytest.raises(PayoutNotUnknown):
        await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))


async def test_a_late_word_that_it_was_paid_is_kept_and_books_it(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)
    payout = await settled(lending, loan, "failed")

    await settle_payout(lending.engine, "simulated", payout.reference, CONFIRMED)

    (payout,) = await payouts_of(lending, loan)
    assert (payout.status, payout.contradicted_by) == (PayoutStatus.CONFIRMED, "confirmed")
    assert payout.contradicted_at is not None
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_late_word_that_it_failed_is_kept_beside_what_was_booked(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)
    payout = await settled(lending, loan, "confirmed", "MP-77")

    for _ in range(2):
        await settle_payout(lending.engine, "simulated", payout.reference, REFUSED)

    (payout,) = await payouts_of(lending, loan)
    assert (payout.status, payout.contradicted_by) == (PayoutStatus.CONFIRMED, "failed")
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_of_two_that_may_have_left_only_one_is_booked(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)
    await settled(lending, loan, "failed")
    rail.answer = CONFIRMED
    await lending.release(await lending.loan(loan))
    await lending.work_on_outbox(HOME)
    first, second = await payouts_of(lending, loan)
    await settle_payout(lending.engine, "simulated", first.reference, CONFIRMED)

    proposal = await proposed(lending, loan, "confirmed", "MP-77", which=0)
    with pytest.raises(AnotherPayoutStands):
        await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))
    first, second = await payouts_of(lending, loan)

    assert (first.status, first.failure_code) == (PayoutStatus.UNKNOWN, "confirmed_late")
    assert second.status is PayoutStatus.CONFIRMED
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_payout_is_settled_by_its_own_lender_as_confirmed_or_failed(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)
    others = replace(lending, cashier=replace(lending.cashier, mfi_id=lending.other_mfi.id))

    with pytest.raises(InvalidInput) as refused:
        await proposed(lending, loan, "accepted")
    with pytest.raises(NotFound):
        await proposed(others, loan, "failed")

    assert refused.value.field == "outcome"


async def test_a_payout_that_was_not_lost_waits_for_its_rail(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())

    with pytest.raises(PayoutNotUnknown):
        await proposed(lending, loan, "failed")


async def test_a_payout_is_looked_at_once_more_when_it_is_held(
    lending: Lending, rail: ObedientRail, clock: MovableClock
) -> None:
    loan = await lost(lending, rail, clock)
    proposal = await proposed(lending, loan, "failed")
    (payout,) = await payouts_of(lending, loan)
    await settle_payout(lending.engine, "simulated", payout.reference, CONFIRMED)

    async with lending.engine.record.unit(HOME) as unit:
        with pytest.raises(PayoutNotUnknown):
            await settle(lending.engine, unit, lending.manager, proposal)
