"""What a borrower prefers: the last wish counts, and who wants no reminders still hears of what costs money."""

from __future__ import annotations

from datetime import timedelta

from core.records.message import MessageKind
from core.use_cases.preferring import change_reminders
from core.use_cases.reminding import OCCASIONS, plan_reminders
from tests.core.use_cases.lending import HOME, Lending
from tests.fixtures_postgres import MovableClock


async def test_who_wants_no_reminders_gets_none_and_others_do(lending: Lending) -> None:
    silent, other = await lending.borrower(), await lending.borrower()
    loan = await lending.active_loan(silent)
    await lending.active_loan(other)
    await change_reminders(lending.engine, silent, wanted=False)
    _, rows = await lending.books(loan)

    counts = [
        await plan_reminders(lending.engine, HOME, rows[0].due_on + timedelta(days=days)) for days, _ in OCCASIONS
    ]

    assert [count.before + count.due + count.late for count in counts] == [1] * len(OCCASIONS)


async def test_who_wants_them_again_gets_them_again(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    for wanted in (False, True, True):
        await change_reminders(lending.engine, phone, wanted=wanted)
    _, rows = await lending.books(loan)

    assert (await plan_reminders(lending.engine, HOME, rows[0].due_on)).due == 1


async def test_a_late_fee_and_a_receipt_are_told_without_reminders_too(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    await change_reminders(lending.engine, phone, wanted=False)
    clock.move(days=40)
    await lending.close(clock.now().date())
    _, rows = await lending.books(loan)
    await lending.pay(rows[0].total, reference="RAIL-1", account=str(loan.reference))

    assert len(await lending.messages(MessageKind.LATE_FEE)) == 1
    assert len(await lending.messages(MessageKind.PAYMENT_RECEIVED)) == 1
