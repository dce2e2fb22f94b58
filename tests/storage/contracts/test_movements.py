"""Payouts and payments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.errors import Conflict, NotFound
from core.money import Money
from core.ports.record import Record
from core.records.loan import PayoutPurpose, PayoutStatus
from tests.storage.samples import DISTRICT, LATER, MFI, NOW, OTHER_MFI, a_payment, a_payout, kept_loan


async def test_a_payout_is_read_back_as_added(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        payout = a_payout(await kept_loan(unit))
        await unit.disbursements.add(payout)

        assert await unit.disbursements.get(payout.reference, lock=True) == payout
        assert list(await unit.disbursements.of_loan(payout.its_loan_id)) == [payout]
        with pytest.raises(NotFound):
            await unit.disbursements.get("D0000000000")


@pytest.mark.parametrize("status", [status for status in PayoutStatus if status is not PayoutStatus.FAILED])
async def test_while_a_payout_has_not_failed_a_loan_gets_no_other(record: Record, status: PayoutStatus) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        await unit.disbursements.add(a_payout(loan, status=status))
        with pytest.raises(Conflict):
            await unit.disbursements.add(a_payout(loan, 2))


async def test_after_a_failed_payout_another_may_be_tried(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        failed = a_payout(loan)
        await unit.disbursements.add(failed)
        await unit.disbursements.save(replace(failed, status=PayoutStatus.FAILED, failure_code="no_such_wallet"))

        await unit.disbursements.add(a_payout(loan, 2))

        assert [payout.attempt for payout in await unit.disbursements.of_loan(loan.id)] == [1, 2]


async def test_a_failed_payout_that_is_confirmed_late_is_kept_as_unknown_beside_the_next(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        failed = a_payout(loan, status=PayoutStatus.FAILED)
        await unit.disbursements.add(failed)
        await unit.disbursements.add(a_payout(loan, 2, status=PayoutStatus.SENT))

        await unit.disbursements.save(replace(failed, status=PayoutStatus.UNKNOWN))

        found = [payout.status for payout in await unit.disbursements.of_loan(loan.id)]
        assert found == [PayoutStatus.UNKNOWN, PayoutStatus.SENT]


async def test_unanswered_payouts_are_those_sent_or_unknown_before_then(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        payouts = {status: a_payout(await kept_loan(unit), status=status) for status in PayoutStatus}
        newer = a_payout(await kept_loan(unit), status=PayoutStatus.SENT, released_at=LATER)
        older = a_payout(await kept_loan(unit), status=PayoutStatus.SENT, released_at=NOW - timedelta(days=1))
        for payout in (*payouts.values(), newer, older):
            await unit.disbursements.add(payout)

        found = await unit.disbursements.unsettled(LATER, 10)

        assert found[0] == older
        assert set(found[1:]) == {payouts[PayoutStatus.SENT], payouts[PayoutStatus.UNKNOWN]}
        assert await unit.disbursements.unsettled(LATER, 1) == [older]
        assert await unit.disbursements.unsettled(LATER, 10, after=older) == found[1:]
        assert await unit.disbursements.unsettled(LATER, 10, after=found[-1]) == []


async def test_refunds_are_kept_apart_from_payouts_and_one_of_the_same_money_is_under_way(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        payout = a_payout(loan, status=PayoutStatus.CONFIRMED)
        await unit.disbursements.add(payout)
        credit = a_payout(loan, reference=f"C{loan.reference}01", purpose=PayoutPurpose.CREDIT)
        await unit.disbursements.add(credit)
        with pytest.raises(Conflict):
            await unit.disbursements.add(replace(credit, id=uuid4(), reference=f"C{loan.reference}02", attempt=2))
        await unit.disbursements.save(replace(credit, status=PayoutStatus.CONFIRMED))
        again = replace(credit, id=uuid4(), reference=f"C{loan.reference}02", attempt=2)
        await unit.disbursements.add(again)

        assert list(await unit.disbursements.of_loan(loan.id)) == [payout]
        assert [refund.attempt for refund in await unit.disbursements.refunds(loan.id)] == [1, 2]


async def test_money_in_suspense_goes_back_once(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        payment = a_payment(status="suspense")
        await unit.payments.add(payment)
        refund = replace(
            a_payout(await kept_loan(unit), reference=f"R{payment.receipt}01", purpose=PayoutPurpose.SUSPENSE),
            loan_id=None,
            payment_id=payment.id,
            unknown_since=NOW,
            unknown_until=LATER,
            settled_by_name="Two",
            contradicted_by="failed",
            contradicted_at=LATER,
        )
        await unit.disbursements.add(refund)
        with pytest.raises(Conflict):
            await unit.disbursements.add(replace(refund, id=uuid4(), reference=f"R{payment.receipt}02", attempt=2))

        assert list(await unit.disbursements.refunds(payment.id)) == [refund]
        assert await unit.payments.by_id(payment.id, lock=True) == payment
        with pytest.raises(NotFound):
            await unit.payments.by_id(uuid4())


async def test_what_is_under_way_is_what_may_still_leave_that_float(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        for status in PayoutStatus:
            await unit.disbursements.add(a_payout(await kept_loan(unit), status=status, amount=Money.of(100)))
        await unit.disbursements.add(a_payout(await kept_loan(unit), rail="other"))
        await unit.disbursements.add(a_payout(await kept_loan(unit), mfi_id=OTHER_MFI))

        assert await unit.disbursements.under_way(MFI, "simulated") == Money.of(400)


async def test_a_payment_is_added_once(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        payment = a_payment(await kept_loan(unit))

        assert await unit.payments.add(payment)
        assert not await unit.payments.add(replace(a_payment(), rail_reference=payment.rail_reference))
        assert await unit.payments.get("simulated", payment.rail_reference) == payment
        assert await unit.payments.get("other", payment.rail_reference) is None


async def test_the_newest_assignment_of_a_payment_is_read(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        first = a_payment()
        second = replace(a_payment(), rail_reference=first.rail_reference, assignment=2)
        await unit.payments.add(second)
        await unit.payments.add(first)

        assert await unit.payments.get("simulated", first.rail_reference) == second


async def test_suspense_holds_a_lenders_payments_until_they_are_put_somewhere(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        newer, older = a_payment(), a_payment(paid_at=NOW - timedelta(days=1))
        for payment in (newer, older, a_payment(loan), a_payment(mfi_id=OTHER_MFI)):
            await unit.payments.add(payment)
        assert list(await unit.payments.in_suspense(MFI)) == [older, newer]

        await unit.payments.save(replace(older, status="assigned", loan_id=loan.id, borrower_id=loan.borrower_id))

        assert list(await unit.payments.in_suspense(MFI)) == [newer]
        with pytest.raises(NotFound):
            await unit.payments.save(a_payment())
