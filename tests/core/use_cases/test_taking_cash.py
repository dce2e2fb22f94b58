"""Cash at a branch: booked by two persons from the till's receipt, a payment like all others, banked where it lies."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.errors import InvalidInput, NotFound
from core.loans.refusals import NotDisbursed, NotMoreThanNothing
from core.money import ZERO, Money
from core.ports.record import Unit
from core.records.loan import Loan, LoanStatus, Payment
from core.records.proposal import AlreadyPending, ProposalKind
from core.records.staff import NotAllowed
from core.references import Reference
from core.use_cases.floats import FloatTooLow, ReferenceUsed, TillTooLow
from core.use_cases.proposing import AlreadyDecided, Propose, propose
from core.use_cases.refunding import PayerHasNoWallet
from core.use_cases.taking_cash import take_cash
from core.use_cases.value_days import VALUE_DAYS_MAX, ValueDayOutside
from core.use_cases.weighing import weigh
from tests.core.use_cases.lending import AWAY, HOME, Lending, key
from tests.core.use_cases.test_adjusting import agreed, balance, done, everywhere, proposed, proved

CASH = ProposalKind.TAKE_CASH


async def brought(
    lending: Lending, loan: Loan, amount: str = "300", reference: str = "A-0017", *, days_ago: int = 0
) -> dict[str, object]:
    """What a proposal of cash says."""
    on = await lending.today() - timedelta(days=days_ago)
    return {
        "loan_reference": str(loan.reference),
        "amount_minor": Money.of(amount).minor,
        "reference": reference,
        "value_on": on.isoformat(),
    }


async def payment_in(unit: Unit, district: str, reference: str = "A-0017") -> Payment:
    payment = await unit.payments.get("till", f"khotso {district} {reference}")
    assert payment is not None
    return payment


async def newest(lending: Lending, till: str = HOME, at: str = HOME) -> Payment:
    """The newest assignment of the till's receipt in a district."""
    async with lending.engine.record.unit(at) as unit:
        return await payment_in(unit, till)


async def test_cash_pays_its_loan_as_any_payment_does(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    before, _ = await lending.books(loan)
    weighed = await weigh(lending.engine, lending.cashier, HOME, CASH, await brought(lending, loan))

    await done(lending, CASH, await brought(lending, loan))

    payment = await newest(lending)
    (told,) = await lending.messages("payment_received")
    assert (payment.status, payment.loan_id, payment.payer) == ("posted", loan.id, "")
    assert (payment.assignment, payment.account) == (1, str(loan.reference))
    assert told.data["receipt"] == str(payment.receipt)
    assert await balance(lending, "cash") == Money.of("300")
    assert await balance(lending, "suspense") == ZERO
    assert weighed.loan_change is not None
    after, _ = await lending.books(loan)
    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert before.principal - after.principal == (
        weighed.loan_change.before.split.principal - weighed.loan_change.after.split.principal
    )
    await proved(lending)


async def test_cash_that_settles_a_loan_closes_it(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    owed = sum((row.total.minor for row in rows), 0)

    await done(lending, CASH, {**await brought(lending, loan), "amount_minor": owed})

    assert (await lending.loan(loan)).status is LoanStatus.CLOSED
    await proved(lending)


async def test_cash_for_a_loan_of_another_district_stays_where_it_was_paid(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    before, _ = await lending.books(loan)

    await done(lending, CASH, await brought(lending, loan))
    under_way = await everywhere(lending, "clearing")
    await lending.work_on_outbox(HOME)

    after, _ = await lending.books(loan)
    assert under_way != ZERO
    assert (await newest(lending, at=AWAY)).loan_id == loan.id
    assert after.principal < before.principal
    assert (await balance(lending, "cash"), await balance(lending, "cash", AWAY)) == (Money.of("300"), ZERO)
    assert await everywhere(lending, "clearing") == ZERO
    await proved(lending)


async def test_cash_counts_on_the_day_on_its_slip(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    await lending.close(rows[0].due_on + timedelta(days=1))
    fined, _ = await lending.books(loan)

    await done(lending, CASH, await brought(lending, loan, rows[0].total.plain, days_ago=2))

    assert fined.penalties > ZERO
    assert (await lending.books(loan))[0].penalties == ZERO, "paid on its due date: never late"
    assert (await newest(lending)).value_on == rows[0].due_on
    await proved(lending)


@pytest.mark.parametrize("written", ["A-0017", "a-0017", " A - 0017 "])
async def test_a_receipt_is_booked_once_in_its_branch_however_it_is_written(written: str, lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await done(lending, CASH, await brought(lending, loan))

    with pytest.raises(ReferenceUsed) as refused:
        await proposed(lending, CASH, await brought(lending, loan, "10", written))

    assert refused.value.field == "reference"
    assert await balance(lending, "cash") == Money.of("300")


async def test_two_branches_may_have_receipts_of_one_number(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)

    for branch in (HOME, AWAY):
        await done(lending, CASH, await brought(lending, loan, "100"), branch)
        await lending.work_on_outbox(branch)

    assert await everywhere(lending, "cash") == Money.of("200")
    assert (await newest(lending, till=HOME, at=AWAY)).receipt != (await newest(lending, till=AWAY, at=AWAY)).receipt
    await proved(lending)


async def test_cash_waits_once_and_is_carried_out_once(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    waiting = await proposed(lending, CASH, await brought(lending, loan))
    with pytest.raises(AlreadyPending):
        await proposed(lending, CASH, await brought(lending, loan, reference="a-0017"))

    outcomes = await asyncio.gather(agreed(lending, waiting), agreed(lending, waiting), return_exceptions=True)

    assert sum(isinstance(outcome, AlreadyDecided) for outcome in outcomes) == 1
    assert await balance(lending, "cash") == Money.of("300")


async def test_cash_takes_two_persons(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    data = await brought(lending, loan)

    with pytest.raises(NotAllowed):
        await propose(lending.engine, lending.manager, Propose(HOME, CASH, data, "Slip.", key()))
    waiting = await proposed(lending, CASH, data)
    with pytest.raises(NotAllowed):
        await agreed(lending, waiting, by=lending.cashier)

    assert await balance(lending, "cash") == ZERO


@pytest.mark.parametrize("days_ago", [-1, VALUE_DAYS_MAX + 1])
async def test_cash_is_neither_of_tomorrow_nor_of_long_ago(days_ago: int, lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())

    with pytest.raises(ValueDayOutside):
        await proposed(lending, CASH, await brought(lending, loan, days_ago=days_ago))


async def test_cash_of_nothing_or_for_no_loan_of_the_lender_s_is_refused(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    offered = await lending.offer(await lending.borrower())

    with pytest.raises(NotMoreThanNothing):
        await proposed(lending, CASH, {**await brought(lending, loan), "amount_minor": 0})
    with pytest.raises(NotDisbursed):
        await proposed(lending, CASH, await brought(lending, offered))
    nobodys = Reference.make(loan.reference.cell_number, lambda _: 7)
    with pytest.raises(NotFound):
        await proposed(lending, CASH, {**await brought(lending, loan), "loan_reference": str(nobodys)})


async def test_a_lender_takes_no_cash_in_a_district_where_it_does_not_work(lending: Lending) -> None:
    small = replace(
        lending.mfi, id=uuid4(), code="nyane", districts=frozenset({HOME}), rail_accounts={"simulated": "71003"}
    )
    await lending.engine.record.add_mfi(small)
    loan = await lending.active_loan(await lending.borrower())
    cashier = replace(lending.cashier, mfi_id=small.id)

    with pytest.raises(InvalidInput) as refused:
        await propose(lending.engine, cashier, Propose(AWAY, CASH, await brought(lending, loan), "Slip.", key()))

    assert refused.value.field == "district"


@pytest.mark.parametrize("district", [HOME, AWAY])
async def test_a_receipt_that_is_booked_is_never_booked_over(district: str, lending: Lending) -> None:
    """The last wall, behind the check and the one pending proposal: the payment itself."""
    loan = await lending.active_loan(await lending.borrower(district=district), district=district)
    proposal = await done(lending, CASH, await brought(lending, loan))

    with pytest.raises(ReferenceUsed):
        async with lending.engine.record.unit(HOME) as unit:
            await take_cash(lending.engine, unit, lending.manager, proposal)


# --- given back, moved on, banked ---


async def back(lending: Lending, where: str, at: str = HOME) -> None:
    data: dict[str, object] = {"rail": "till", "rail_reference": f"khotso {HOME} A-0017", "to": where}
    await done(lending, ProposalKind.REVERSE_PAYMENT, data, at)


async def test_cash_given_back_over_the_counter_leaves_the_till(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    before = await lending.books(loan)
    await done(lending, CASH, await brought(lending, loan))

    await back(lending, "payer")

    assert await lending.books(loan) == before
    assert await balance(lending, "cash") == ZERO
    await proved(lending)


async def banked(lending: Lending, lisente: int, branch: str = HOME) -> None:
    data: dict[str, object] = {"rail": "till", "amount_minor": lisente, "reference": f"DEP-{lisente}"}
    await done(lending, ProposalKind.SWEEP_FLOAT, data, branch)


async def test_cash_that_was_banked_is_not_given_back_over_the_counter(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await done(lending, CASH, await brought(lending, loan))
    paid = await lending.books(loan)
    await banked(lending, 1)

    with pytest.raises(TillTooLow) as refused:
        await back(lending, "payer")

    assert refused.value.shortfall == Money(1)
    assert (await lending.books(loan), await balance(lending, "cash")) == (paid, Money(299_99))
    await proved(lending)


async def test_cash_that_was_banked_still_leaves_the_wrong_loan(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await done(lending, CASH, await brought(lending, loan))
    await banked(lending, 300_00)

    await back(lending, "suspense")

    assert (await balance(lending, "cash"), await balance(lending, "suspense")) == (ZERO, -Money.of("300"))
    await proved(lending)


async def test_cash_given_back_leaves_the_till_that_took_it(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    before = await lending.books(loan)
    await done(lending, CASH, await brought(lending, loan))
    await lending.work_on_outbox(HOME)

    await back(lending, "payer", AWAY)
    under_way = await everywhere(lending, "clearing")
    await proved(lending)
    await lending.work_on_outbox(AWAY)

    assert under_way == -Money.of("300"), "on its way to where the cash lies"
    assert await lending.books(loan) == before
    assert [await everywhere(lending, account) for account in ("cash", "clearing", "suspense")] == [ZERO, ZERO, ZERO]
    assert (await balance(lending, "cash"), await balance(lending, "cash", AWAY)) == (ZERO, ZERO)
    await proved(lending)


async def test_cash_that_is_banked_before_it_was_given_back_is_waited_for(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    await done(lending, CASH, await brought(lending, loan))
    await lending.work_on_outbox(HOME)
    await back(lending, "payer", AWAY)
    await banked(lending, 300_00)

    with pytest.raises(TillTooLow):
        await lending.work_on_outbox(AWAY)
    meanwhile = await balance(lending, "cash")
    await proved(lending)
    await done(lending, CASH, await brought(lending, loan, reference="A-0018"))
    for branch in (HOME, AWAY):
        await lending.work_on_outbox(branch)

    assert meanwhile == ZERO
    assert (await balance(lending, "cash"), await everywhere(lending, "clearing")) == (ZERO, ZERO)
    await proved(lending)


async def test_cash_is_given_back_as_far_as_the_till_that_took_it_holds_it(lending: Lending) -> None:
    """What lies in the till of the loan's own district is somebody else's."""
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    await done(lending, CASH, await brought(lending, loan))
    await lending.work_on_outbox(HOME)
    await done(lending, CASH, await brought(lending, loan), AWAY)
    await banked(lending, 200_00)

    with pytest.raises(TillTooLow) as refused:
        await back(lending, "payer", AWAY)

    assert refused.value.shortfall == Money.of("200")
    assert (await balance(lending, "cash"), await balance(lending, "cash", AWAY)) == (Money.of("100"), Money.of("300"))


async def test_cash_that_waited_in_suspense_elsewhere_goes_back_to_its_till(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    await done(lending, CASH, await brought(lending, loan))
    await lending.work_on_outbox(HOME)
    await back(lending, "suspense", AWAY)
    till: dict[str, object] = {"rail": "till", "rail_reference": f"khotso {HOME} A-0017"}
    await done(lending, ProposalKind.ASSIGN_PAYMENT, till | {"loan_reference": str(loan.reference)}, AWAY)

    await back(lending, "payer", AWAY)
    await lending.work_on_outbox(AWAY)

    assert [await everywhere(lending, account) for account in ("cash", "clearing", "suspense")] == [ZERO, ZERO, ZERO]
    assert await balance(lending, "cash") == ZERO
    await proved(lending)


async def test_cash_for_the_wrong_loan_waits_in_suspense_and_is_assigned(lending: Lending) -> None:
    wrong = await lending.active_loan(await lending.borrower())
    right = await lending.active_loan(await lending.borrower())
    await done(lending, CASH, await brought(lending, wrong))

    await back(lending, "suspense")
    waits = await balance(lending, "suspense")
    till: dict[str, object] = {"rail": "till", "rail_reference": f"khotso {HOME} A-0017"}
    with pytest.raises(PayerHasNoWallet):
        await proposed(lending, ProposalKind.REFUND_PAYMENT, till)
    await done(lending, ProposalKind.ASSIGN_PAYMENT, till | {"loan_reference": str(right.reference)})

    assert waits == -Money.of("300")
    assert (await newest(lending)).loan_id == right.id
    assert await balance(lending, "cash") == Money.of("300")
    await proved(lending)


@pytest.mark.parametrize("branch", [HOME, AWAY])
async def test_cash_is_banked_where_it_lies_and_no_more_than_there_is(branch: str, lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await done(lending, CASH, await brought(lending, loan), branch)
    bank: dict[str, object] = {"rail": "till", "amount_minor": 300_00, "reference": "DEP-1"}
    funded = await everywhere(lending, "funding")

    with pytest.raises(FloatTooLow):
        await proposed(lending, ProposalKind.SWEEP_FLOAT, bank | {"amount_minor": 300_01}, branch)
    await done(lending, ProposalKind.SWEEP_FLOAT, bank, branch)

    assert await balance(lending, "cash", branch) == ZERO
    assert await everywhere(lending, "funding") == funded + Money.of("300")


async def test_the_till_is_not_funded_outside_the_head_office(lending: Lending) -> None:
    data: dict[str, object] = {"rail": "till", "amount_minor": 100, "reference": "B"}

    with pytest.raises(InvalidInput) as refused:
        await proposed(lending, ProposalKind.FUND_FLOAT, data, AWAY)

    assert refused.value.field == "district"
