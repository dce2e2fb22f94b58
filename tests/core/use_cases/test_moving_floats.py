"""A float that two persons fund, sweep and charge: each movement once, at the head office, and never below nothing."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from core.errors import InvalidInput
from core.money import ZERO, Money
from core.records.proposal import AlreadyPending, ProposalKind
from core.records.staff import NotAllowed
from core.use_cases.floats import FloatBelowCharge, FloatTooLow, ReferenceUsed
from core.use_cases.moving_floats import ChargeBooked
from core.use_cases.proposing import AlreadyDecided, Answer, Propose, carry_out, propose
from core.use_cases.value_days import VALUE_DAYS_MAX, ValueDayOutside
from core.use_cases.weighing import proposal_file
from tests.core.use_cases.lending import AWAY, HOME, Lending, key
from tests.core.use_cases.test_adjusting import agreed, balance, done, everywhere, proposed, proved

FLOAT = "float:simulated"


def moved(amount: Money, reference: str) -> dict[str, object]:
    return {"rail": "simulated", "amount_minor": amount.minor, "reference": reference}


async def charged(
    lending: Lending, amount: Money, reference: str = "MP1", *, days_ago: int = 0, rail: str = "simulated"
) -> dict[str, object]:
    """What a proposal of a charge says."""
    on = await lending.today() - timedelta(days=days_ago)
    return {"rail": rail, "amount_minor": amount.minor, "reference": reference, "value_on": on.isoformat()}


# --- put in and taken out ---


async def test_a_float_is_funded_once_for_a_bank_reference(lending: Lending) -> None:
    before = await balance(lending, FLOAT)

    await done(lending, ProposalKind.FUND_FLOAT, moved(Money.of("5000"), "BANK-1"))
    with pytest.raises(ReferenceUsed) as refused:
        await proposed(lending, ProposalKind.FUND_FLOAT, moved(Money.of("7000"), "BANK-1"))

    assert refused.value.field == "reference"
    assert await balance(lending, FLOAT) == before + Money.of("5000")
    await proved(lending)


@pytest.mark.parametrize("kind", [ProposalKind.FUND_FLOAT, ProposalKind.SWEEP_FLOAT], ids=str)
@pytest.mark.parametrize("written", ["bank-1", " BANK - 1 "])
async def test_a_bank_s_number_counts_once_however_it_is_written(
    written: str, kind: ProposalKind, lending: Lending
) -> None:
    waiting = await proposed(lending, kind, moved(Money.of("50"), "BANK-1"))

    with pytest.raises(AlreadyPending):
        await proposed(lending, kind, moved(Money.of("50"), written))
    await agreed(lending, waiting)
    with pytest.raises(ReferenceUsed) as refused:
        await proposed(lending, kind, moved(Money.of("50"), written))

    assert refused.value.field == "reference"


async def test_no_more_is_swept_than_is_free(lending: Lending) -> None:
    held = await balance(lending, FLOAT)

    with pytest.raises(FloatTooLow) as refused:
        await proposed(lending, ProposalKind.SWEEP_FLOAT, moved(held + Money(1), "BANK-2"))

    assert refused.value.shortfall == Money(1)


@pytest.mark.parametrize(
    "kind", [ProposalKind.FUND_FLOAT, ProposalKind.SWEEP_FLOAT, ProposalKind.BOOK_RAIL_CHARGE], ids=str
)
@pytest.mark.parametrize(("district", "amount_minor", "field"), [(AWAY, 100, "district"), (HOME, 0, "amount")])
async def test_a_float_is_moved_at_the_head_office_and_by_more_than_nothing(
    kind: ProposalKind, district: str, amount_minor: int, field: str, lending: Lending
) -> None:
    data = await charged(lending, Money(amount_minor), "BANK-9")

    with pytest.raises(InvalidInput) as refused:
        await proposed(lending, kind, data, district)

    assert refused.value.field == field


# --- what a rail took ---


async def test_a_charge_is_an_expense_out_of_the_head_office_s_float(lending: Lending) -> None:
    before = await balance(lending, FLOAT)
    away = await balance(lending, FLOAT, AWAY)

    await done(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("152.40")))

    assert await balance(lending, FLOAT) == before - Money.of("152.40")
    assert await balance(lending, "rail_charges") == Money.of("152.40")
    assert await balance(lending, FLOAT, AWAY) == away
    assert await everywhere(lending, "clearing") == ZERO
    await proved(lending)


async def test_a_charge_takes_two_persons(lending: Lending) -> None:
    data = await charged(lending, Money.of("10"))

    with pytest.raises(NotAllowed):
        await propose(lending.engine, lending.manager, Propose(HOME, ProposalKind.BOOK_RAIL_CHARGE, data, "M.", key()))
    waiting = await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, data)
    with pytest.raises(NotAllowed):
        await agreed(lending, waiting, by=lending.cashier)

    assert await balance(lending, "rail_charges") == ZERO


@pytest.mark.parametrize("written", ["QH7X 81", "qh7x81", " QH7X81 "])
async def test_a_charge_is_booked_once_however_its_number_is_written(written: str, lending: Lending) -> None:
    await done(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("10"), "QH7X81"))

    with pytest.raises(ChargeBooked) as refused:
        await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("12"), written))

    assert refused.value.field == "reference"
    assert await balance(lending, "rail_charges") == Money.of("10")


async def test_a_charge_may_bear_the_number_of_what_it_was_taken_for(lending: Lending) -> None:
    await done(lending, ProposalKind.FUND_FLOAT, moved(Money.of("500"), "MP7"))

    await done(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("5"), "MP7"))

    assert await balance(lending, "rail_charges") == Money.of("5")


async def test_a_charge_waits_for_its_second_person_once(lending: Lending) -> None:
    await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("5"), "MP8"))

    with pytest.raises(AlreadyPending):
        await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("6"), "mp8"))


async def test_a_charge_carried_out_twice_at_once_is_posted_once(lending: Lending) -> None:
    waiting = await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("5")))

    outcomes = await asyncio.gather(agreed(lending, waiting), agreed(lending, waiting), return_exceptions=True)

    assert sum(isinstance(outcome, AlreadyDecided) for outcome in outcomes) == 1
    assert await balance(lending, "rail_charges") == Money.of("5")


async def test_the_same_form_sent_again_is_one_proposal_and_one_answer(lending: Lending) -> None:
    ask = Propose(HOME, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, Money.of("5")), "October.", key())
    first = await propose(lending.engine, lending.cashier, ask)
    answer = Answer(HOME, first.id, "", key())

    again = await propose(lending.engine, lending.cashier, ask)
    for _ in range(2):
        await carry_out(lending.engine, lending.manager, answer)

    assert again.id == first.id
    assert await balance(lending, "rail_charges") == Money.of("5")


@pytest.mark.parametrize("days_ago", [0, VALUE_DAYS_MAX])
async def test_a_charge_counts_on_the_day_that_the_rail_took_it(days_ago: int, lending: Lending) -> None:
    data = await charged(lending, Money.of("5"), days_ago=days_ago)

    waiting = await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, data)
    await agreed(lending, waiting)

    file = await proposal_file(lending.engine, lending.manager, HOME, waiting.id)
    assert file.value_on == date.fromisoformat(str(data["value_on"]))
    assert await balance(lending, "rail_charges") == Money.of("5")


@pytest.mark.parametrize("days_ago", [-1, VALUE_DAYS_MAX + 1])
async def test_a_charge_is_neither_of_tomorrow_nor_of_a_statement_long_booked(days_ago: int, lending: Lending) -> None:
    data = await charged(lending, Money.of("5"), days_ago=days_ago)

    with pytest.raises(ValueDayOutside) as refused:
        await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, data)

    today = await lending.today()
    assert (refused.value.first, refused.value.last) == (today - timedelta(days=VALUE_DAYS_MAX), today)
    assert refused.value.field == "value_on"


async def test_a_charge_that_grew_too_old_while_it_waited_is_refused(lending: Lending) -> None:
    data = await charged(lending, Money.of("5"), days_ago=VALUE_DAYS_MAX)
    waiting = await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, data)
    await lending.close(await lending.today())

    with pytest.raises(ValueDayOutside):
        await agreed(lending, waiting)

    assert await balance(lending, "rail_charges") == ZERO


async def test_a_float_of_the_books_never_goes_below_nothing_by_a_charge(lending: Lending) -> None:
    held = await balance(lending, FLOAT)
    waiting = await proposed(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, held))
    await done(lending, ProposalKind.SWEEP_FLOAT, moved(Money.of("1"), "BANK-3"))

    with pytest.raises(FloatBelowCharge) as refused:
        await agreed(lending, waiting)
    file = await proposal_file(lending.engine, lending.manager, HOME, waiting.id)
    await done(lending, ProposalKind.FUND_FLOAT, moved(Money.of("1"), "BANK-4"))
    await agreed(lending, waiting)

    assert refused.value.shortfall == Money.of("1")
    assert isinstance(file.refusal, FloatBelowCharge)
    assert await balance(lending, FLOAT) == ZERO
    await proved(lending)


async def test_a_charge_goes_before_payouts_under_way_and_then_none_may_follow(lending: Lending) -> None:
    """The rail has it already: a float that is short for a payout on its way has to say so."""
    accepted = await lending.accept(phone := await lending.borrower(), await lending.offer(phone))
    await lending.release(accepted)
    held = await balance(lending, FLOAT)

    await done(lending, ProposalKind.BOOK_RAIL_CHARGE, await charged(lending, held - Money.of("1")))

    assert await balance(lending, FLOAT) == Money.of("1")
    with pytest.raises(FloatTooLow) as refused:
        await proposed(lending, ProposalKind.SWEEP_FLOAT, moved(Money(1), "BANK-5"))
    assert refused.value.shortfall > Money(1)
