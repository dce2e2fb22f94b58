"""Float that two persons move from one district to another: never more than is free, and never lost on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import DomainError, InvalidInput, NotFound
from core.money import ZERO, Money
from core.records.proposal import AlreadyPending, Proposal, ProposalKind
from core.records.staff import NotAllowed
from core.use_cases.floats import FloatTooLow, ReferenceUsed
from core.use_cases.funding import FundFloat, fund_float
from core.use_cases.proposing import AlreadyDecided, Answer, Propose, carry_out, propose
from core.use_cases.transferring import TRANSFER_TOPIC, receive_transfer
from core.use_cases.verifying_transfers import verify_transfers
from core.use_cases.weighing import proposal_file
from tests.core.use_cases.lending import AWAY, HOME, Lending, key
from tests.core.use_cases.test_adjusting import agreed, balance, done, everywhere, proposed, proved

FLOAT = "float:simulated"
MOVE = ProposalKind.MOVE_FLOAT
EMPTY = "LS-C"
"""A district that has no float yet."""


def moved(amount: Money, reference: str = "K-1", to_district: str = AWAY, rail: str = "simulated") -> dict[str, object]:
    return {"rail": rail, "amount_minor": amount.minor, "reference": reference, "to_district": to_district}


async def floats_and_clearing(lending: Lending) -> Money:
    """All of the lender's money on the rail, on its way or not."""
    return await everywhere(lending, FLOAT) + await everywhere(lending, "clearing")


# --- leaving and arriving ---


@pytest.mark.parametrize(("giver", "receiver"), [(HOME, AWAY), (AWAY, HOME), (AWAY, EMPTY)])
async def test_what_leaves_one_district_arrives_in_the_other(giver: str, receiver: str, lending: Lending) -> None:
    before = await balance(lending, FLOAT, giver), await balance(lending, FLOAT, receiver)
    amount = Money.of("1250.50")

    await done(lending, MOVE, moved(amount, to_district=receiver), giver)
    on_its_way = await balance(lending, FLOAT, giver), await balance(lending, FLOAT, receiver)
    await lending.work_on_outbox(giver)

    assert on_its_way == (before[0] - amount, before[1])
    assert await balance(lending, FLOAT, giver) == before[0] - amount
    assert await balance(lending, FLOAT, receiver) == before[1] + amount
    assert await everywhere(lending, "clearing") == ZERO
    await proved(lending)


async def test_money_on_its_way_is_in_clearing_and_listed_until_it_arrives(lending: Lending) -> None:
    districts = sorted((await lending.engine.record.catalogue()).districts)
    whole = await floats_and_clearing(lending)

    await done(lending, MOVE, moved(Money.of("70")))
    left = await verify_transfers(lending.engine, districts)
    under_way = await everywhere(lending, "clearing"), await floats_and_clearing(lending)
    await lending.work_on_outbox(HOME)
    arrived = await verify_transfers(lending.engine, districts)

    [transfer] = left.in_flight
    assert (transfer.from_district, transfer.to_district, transfer.amount) == (HOME, AWAY, Money.of("70"))
    assert under_way == (Money.of("70"), whole)
    assert (list(left.findings), list(arrived.findings), list(arrived.in_flight)) == ([], [], [])
    assert await floats_and_clearing(lending) == whole


async def test_it_arrives_once_however_often_it_is_brought(lending: Lending) -> None:
    before = await balance(lending, FLOAT, AWAY)
    await done(lending, MOVE, moved(Money.of("70")))
    (row,) = [row for row in await lending.outbox() if row.topic == TRANSFER_TOPIC]

    for _ in range(2):
        await receive_transfer(lending.engine, row)

    assert await balance(lending, FLOAT, AWAY) == before + Money.of("70")


async def test_a_district_without_a_float_pays_out_once_money_was_moved_there(lending: Lending) -> None:
    phone = await lending.borrower(district=EMPTY)
    accepted = await lending.accept(phone, await lending.offer(phone, district=EMPTY))
    with pytest.raises(FloatTooLow):
        await lending.release(accepted)

    await done(lending, MOVE, moved(Money.of("950"), to_district=EMPTY))
    await lending.work_on_outbox(HOME)
    await lending.release(accepted)
    await lending.work_on_outbox(EMPTY)

    assert (await lending.loan(accepted)).disbursed_on == await lending.today()
    assert await balance(lending, FLOAT, EMPTY) == ZERO
    await proved(lending)


async def test_what_borrowers_repaid_in_a_district_comes_back_to_the_head_office(lending: Lending) -> None:
    before = await balance(lending, FLOAT, AWAY)
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    await lending.pay(Money.of("300"), reference="P1", account=str(loan.reference))
    held = await balance(lending, FLOAT, AWAY)
    home = await balance(lending, FLOAT)

    await done(lending, MOVE, moved(held, to_district=HOME), AWAY)
    await lending.work_on_outbox(AWAY)

    assert held == before - Money.of("950") + Money.of("300")
    assert await balance(lending, FLOAT, AWAY) == ZERO
    assert await balance(lending, FLOAT) == home + held
    await proved(lending)


# --- never more than is free ---


async def test_no_more_is_moved_than_is_free_where_it_comes_from(lending: Lending) -> None:
    """Of what is held, a payout under way keeps its part."""
    phone = await lending.borrower()
    await lending.release(await lending.accept(phone, await lending.offer(phone)))
    free = await balance(lending, FLOAT) - Money.of("950")

    with pytest.raises(FloatTooLow) as refused:
        await proposed(lending, MOVE, moved(free + Money(1)))
    await done(lending, MOVE, moved(free))

    assert refused.value.shortfall == Money(1)
    assert await balance(lending, FLOAT) == Money.of("950"), "what the payout takes"


async def test_what_is_no_longer_free_when_the_second_person_agrees_stays(lending: Lending) -> None:
    held = await balance(lending, FLOAT)
    waiting = await proposed(lending, MOVE, moved(held))
    sweep = {"rail": "simulated", "amount_minor": 5_00, "reference": "BANK-1"}
    await done(lending, ProposalKind.SWEEP_FLOAT, sweep)

    with pytest.raises(FloatTooLow) as refused:
        await agreed(lending, waiting)
    file = await proposal_file(lending.engine, lending.manager, HOME, waiting.id)

    assert refused.value.shortfall == Money.of("5")
    assert isinstance(file.refusal, FloatTooLow)
    assert await balance(lending, FLOAT) == held - Money.of("5")
    assert await everywhere(lending, "clearing") == ZERO


async def test_of_two_moves_of_the_same_money_at_once_one_goes(lending: Lending) -> None:
    held = await balance(lending, FLOAT)
    first = await proposed(lending, MOVE, moved(held, "K-1"))
    second = await proposed(lending, MOVE, moved(held, "K-2", EMPTY))

    outcomes = await asyncio.gather(agreed(lending, first), agreed(lending, second), return_exceptions=True)

    assert sum(isinstance(outcome, FloatTooLow) for outcome in outcomes) == 1
    assert await balance(lending, FLOAT) == ZERO
    assert await everywhere(lending, "clearing") == held


# --- once, by two persons ---


async def test_a_move_carried_out_twice_at_once_leaves_once(lending: Lending) -> None:
    waiting = await proposed(lending, MOVE, moved(Money.of("5")))

    outcomes = await asyncio.gather(agreed(lending, waiting), agreed(lending, waiting), return_exceptions=True)

    assert sum(isinstance(outcome, AlreadyDecided) for outcome in outcomes) == 1
    assert await everywhere(lending, "clearing") == Money.of("5")


async def test_the_same_form_sent_again_is_one_proposal_and_one_answer(lending: Lending) -> None:
    ask = Propose(HOME, MOVE, moved(Money.of("5")), "Quthing is short.", key())
    first = await propose(lending.engine, lending.cashier, ask)
    answer = Answer(HOME, first.id, "", key())

    again = await propose(lending.engine, lending.cashier, ask)
    for _ in range(2):
        await carry_out(lending.engine, lending.manager, answer)

    assert again.id == first.id
    assert await everywhere(lending, "clearing") == Money.of("5")


async def test_a_move_takes_a_cashier_and_a_manager(lending: Lending) -> None:
    with pytest.raises(NotAllowed):
        await propose(lending.engine, lending.manager, Propose(HOME, MOVE, moved(Money.of("5")), "Alone.", key()))
    waiting = await proposed(lending, MOVE, moved(Money.of("5")))
    with pytest.raises(NotAllowed):
        await agreed(lending, waiting, by=lending.cashier)

    assert await everywhere(lending, "clearing") == ZERO


@pytest.mark.parametrize("written", ["K-7 / 11", "k-7/11", " K-7/11 "])
async def test_a_number_counts_once_where_the_money_comes_from_however_it_is_written(
    written: str, lending: Lending
) -> None:
    waiting = await proposed(lending, MOVE, moved(Money.of("10"), "K-7/11"))
    with pytest.raises(AlreadyPending):
        await proposed(lending, MOVE, moved(Money.of("12"), written, EMPTY))
    await agreed(lending, waiting)

    with pytest.raises(ReferenceUsed) as refused:
        await proposed(lending, MOVE, moved(Money.of("12"), written, EMPTY))

    assert refused.value.field == "reference"
    assert await everywhere(lending, "clearing") == Money.of("10")


async def test_two_districts_that_use_one_number_are_not_taken_for_one(lending: Lending) -> None:
    for giver, amount in ((HOME, "10"), (AWAY, "20")):
        await done(lending, MOVE, moved(Money.of(amount), "K-1", EMPTY), giver)
        await lending.work_on_outbox(giver)

    assert await balance(lending, FLOAT, EMPTY) == Money.of("30")
    assert await everywhere(lending, "clearing") == ZERO
    await proved(lending)


# --- from where to where ---


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"to_district": HOME}, InvalidInput, "to_district"),
        ({"to_district": "LS-Z"}, NotFound, "district"),
        ({"rail": "till"}, InvalidInput, "rail"),
        ({"amount_minor": 0}, InvalidInput, "amount"),
        ({"amount_minor": -100}, InvalidInput, "amount"),
    ],
)
async def test_money_of_a_money_service_goes_to_another_district_and_is_more_than_nothing(
    changes: dict[str, object], refusal: type[DomainError], field: str, lending: Lending
) -> None:
    with pytest.raises(refusal) as refused:
        await proposed(lending, MOVE, moved(Money.of("5")) | changes)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("giver", "receiver", "field"), [(HOME, AWAY, "to_district"), (AWAY, HOME, "district"), (AWAY, EMPTY, "district")]
)
async def test_money_moves_between_the_head_office_and_where_the_lender_lends(
    giver: str, receiver: str, field: str, lending: Lending
) -> None:
    small = replace(
        lending.mfi, id=uuid4(), code="small", rail_accounts={"simulated": "71003"}, districts=frozenset({EMPTY})
    )
    await lending.engine.record.add_mfi(small)
    cashier = replace(lending.cashier, staff_id=uuid4(), mfi_id=small.id)
    own = FundFloat(small.id, "simulated", Money.of("80"), "BANK-1", uuid4(), uuid4())
    await fund_float(lending.engine, own)

    async def asked(from_district: str, to_district: str) -> Proposal:
        data = moved(Money.of("40"), to_district=to_district)
        return await propose(lending.engine, cashier, Propose(from_district, MOVE, data, "As agreed.", key()))

    with pytest.raises(InvalidInput) as refused:
        await asked(giver, receiver)

    assert refused.value.field == field
    assert (await asked(HOME, EMPTY)).district == HOME
