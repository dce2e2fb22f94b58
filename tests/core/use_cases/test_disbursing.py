"""Whose word settles a payout, and when two tries of one payout cross."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import NotFound
from core.money import Money
from core.ports.rails import PayoutAnswer, PayoutResult
from core.records.loan import Disbursement, Loan, LoanStatus, PayoutStatus
from core.use_cases.disbursing import settle_payout
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import HOME, Lending
from tests.fixtures_engine import ObedientRail

CONFIRMED = PayoutResult(PayoutAnswer.CONFIRMED, "RAIL1")
REFUSED = PayoutResult(PayoutAnswer.FAILED, failure_code="wallet_closed")


async def payouts_of(lending: Lending, loan: Loan) -> list[Disbursement]:
    async with lending.engine.record.unit(HOME) as unit:
        return sorted(await unit.disbursements.of_loan(loan.id), key=lambda payout: payout.attempt)


async def released(lending: Lending, amount: str = "1000") -> Loan:
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone, amount=amount, net_pay="60000"))
    await lending.release(accepted)
    return accepted


@pytest.mark.parametrize(
    ("amount", "waits_as"), [("1000", PayoutStatus.QUEUED), ("12000", PayoutStatus.AWAITING_SECOND)]
)
@pytest.mark.parametrize("word", [CONFIRMED, REFUSED])
async def test_nobody_can_settle_a_payout_that_the_rail_was_never_asked_for(
    amount: str, waits_as: PayoutStatus, word: PayoutResult, lending: Lending
) -> None:
    loan = await released(lending, amount)
    (payout,) = await payouts_of(lending, loan)

    with pytest.raises(NotFound):
        await settle_payout(lending.engine, "simulated", payout.reference, word)

    (after,) = await payouts_of(lending, loan)
    assert (payout.status, after.status) == (waits_as, waits_as)
    assert (await lending.loan(loan)).status is LoanStatus.DISBURSING


async def test_a_failure_that_was_none_calls_the_second_try_off_before_it_leaves(
    lending: Lending, rail: ObedientRail
) -> None:
    loan = await released(lending)
    rail.answer = REFUSED
    await lending.work_on_outbox(HOME)
    await lending.release(await lending.loan(loan))
    first, _ = await payouts_of(lending, loan)

    await settle_payout(lending.engine, "simulated", first.reference, CONFIRMED)
    await lending.work_on_outbox(HOME)

    first, second = await payouts_of(lending, loan)
    assert (first.status, second.status) == (PayoutStatus.CONFIRMED, PayoutStatus.FAILED)
    assert [reference for reference, _, _ in rail.asked] == [first.reference]
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_two_tries_that_may_both_have_left_wait_for_a_person(lending: Lending, rail: ObedientRail) -> None:
    loan = await released(lending)
    rail.answer = REFUSED
    await lending.work_on_outbox(HOME)
    await lending.release(await lending.loan(loan))
    rail.answer = PayoutResult(PayoutAnswer.ACCEPTED)
    await lending.work_on_outbox(HOME)
    first, _ = await payouts_of(lending, loan)

    await settle_payout(lending.engine, "simulated", first.reference, CONFIRMED)

    first, second = await payouts_of(lending, loan)
    assert (first.status, second.status) == (PayoutStatus.UNKNOWN, PayoutStatus.SENT)
    assert first.amount == Money.of("950")


@pytest.mark.parametrize("word", [CONFIRMED, REFUSED])
async def test_settling_waits_for_the_loan_before_it_holds_its_payout(
    word: PayoutResult, lending: Lending, rail: ObedientRail
) -> None:
    """In the order in which a release takes them: the other way round each would wait for the other."""
    loan = await released(lending)
    rail.answer = PayoutResult(PayoutAnswer.ACCEPTED)
    await lending.work_on_outbox(HOME)
    (payout,) = await payouts_of(lending, loan)

    async with lending.engine.record.unit(HOME) as unit:
        await unit.loans.get(loan.id, lock=True)
        settling = asyncio.create_task(settle_payout(lending.engine, "simulated", payout.reference, word))
        await asyncio.sleep(0.2)
        await unit.disbursements.get(payout.reference, lock=True)
    await settling

    (payout,) = await payouts_of(lending, loan)
    assert payout.status is (PayoutStatus.CONFIRMED if word is CONFIRMED else PayoutStatus.FAILED)


async def with_a_late_word(lending: Lending, rail: ObedientRail) -> Loan:
    """A loan whose first try was confirmed after all while the second, under way, may have left too."""
    loan = await released(lending)
    rail.answer = REFUSED
    await lending.work_on_outbox(HOME)
    await lending.release(await lending.loan(loan))
    rail.answer = PayoutResult(PayoutAnswer.ACCEPTED)
    await lending.work_on_outbox(HOME)
    first, _ = await payouts_of(lending, loan)
    await settle_payout(lending.engine, "simulated", first.reference, CONFIRMED)
    return loan


async def test_of_two_tries_that_both_arrived_one_opens_the_loan_and_the_other_waits_for_a_person(
    lending: Lending, rail: ObedientRail
) -> None:
    loan = await with_a_late_word(lending, rail)
    first, second = await payouts_of(lending, loan)

    for payout in (second, first, second):
        await settle_payout(lending.engine, "simulated", payout.reference, CONFIRMED)

    first, second = await payouts_of(lending, loan)
    assert (first.status, second.status) == (PayoutStatus.UNKNOWN, PayoutStatus.CONFIRMED)
    assert first.failure_code == "confirmed_late"
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_second_try_that_failed_beside_one_that_arrived_tells_nobody_of_a_failure(
    lending: Lending, rail: ObedientRail
) -> None:
    loan = await with_a_late_word(lending, rail)
    first, second = await payouts_of(lending, loan)
    told = len(await lending.messages("disbursement_failed"))

    await settle_payout(lending.engine, "simulated", second.reference, REFUSED)
    between = (await lending.loan(loan)).status
    await settle_payout(lending.engine, "simulated", first.reference, CONFIRMED)

    assert between is LoanStatus.DISBURSING
    assert len(await lending.messages("disbursement_failed")) == told
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE


@pytest.mark.parametrize("settled", [CONFIRMED, REFUSED])
async def test_a_word_that_comes_again_and_not_knowing_change_nothing_that_was_settled(
    settled: PayoutResult, lending: Lending, rail: ObedientRail
) -> None:
    loan = await released(lending)
    rail.answer = settled
    await lending.work_on_outbox(HOME)
    (before,) = await payouts_of(lending, loan)

    for word in (settled, PayoutResult(PayoutAnswer.UNKNOWN, failure_code="not_found")):
        await settle_payout(lending.engine, "simulated", before.reference, word)

    assert await payouts_of(lending, loan) == [before]
