"""A PIN set anew: only with the ID, the SIM and the code together, once, in time, told, and payouts wait after it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.errors import Conflict
from core.phones import PhoneNumber
from core.records.message import MessageKind
from core.records.staff import NotAllowed
from core.use_cases.callers import registered
from core.use_cases.changing_pin import change_pin, choose_new_pin
from core.use_cases.cooling_down import PayoutCoolingDown, payout_allowed_at
from core.use_cases.messages import CODE_CONTEXT
from core.use_cases.pins import PinResult, WeakPin, check_pin
from core.use_cases.recovering import (
    CodeResult,
    NotTheBorrower,
    RecoveredPin,
    ResetOutcome,
    StartPinReset,
    check_reset_code,
    choose_reset_pin,
    open_proof,
    reset_pin,
    start_pin_reset,
)
from core.use_cases.sign_in import TooManyAttempts
from tests.core.use_cases.lending import AWAY, HOME, PIN, Lending, key
from tests.core.use_cases.test_lost_races import beside_another
from tests.fixtures_postgres import MovableClock

NEW_PIN = "1357"


def id_of(phone: PhoneNumber) -> str:
    return f"0{phone.e164[4:]}"


async def start(lending: Lending, phone: PhoneNumber, *, national_id: str = "", form_key: str = "") -> None:
    command = StartPinReset(phone, national_id or id_of(phone), form_key or key())
    await start_pin_reset(lending.engine, lending.officer, command)


async def codes(lending: Lending, district: str = HOME) -> list[str]:
    rows = await lending.messages(MessageKind.PIN_RESET_CODE, district)
    return [lending.engine.sealer.open(bytes.fromhex(row.data["code"]), CODE_CONTEXT).decode() for row in rows]


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def recover(lending: Lending, phone: PhoneNumber, district: str = HOME) -> RecoveredPin:
    """Up to the new PIN that is chosen, and not in place yet."""
    await start(lending, phone)
    checked = await check_reset_code(lending.engine, phone, (await codes(lending, district))[-1], key())
    assert checked.reset_id is not None
    return RecoveredPin(checked.reset_id, await choose_reset_pin(lending.engine, phone, NEW_PIN), checked.replaces)


async def test_a_locked_out_borrower_comes_back_in_with_a_new_pin(lending: Lending) -> None:
    phone = await lending.borrower(district=AWAY)
    for attempt in range(3):
        await check_pin(lending.engine, phone, "0000", f"s:{attempt}")

    assert await reset_pin(lending.engine, phone, await recover(lending, phone, AWAY)) is ResetOutcome.RESET

    assert (await check_pin(lending.engine, phone, NEW_PIN, "t:1")).result is PinResult.OK
    assert (await check_pin(lending.engine, phone, PIN, "t:2")).result is PinResult.WRONG
    assert len(await lending.messages(MessageKind.PIN_RESET, AWAY)) == 1


async def test_one_who_needs_an_officer_is_let_in_by_the_reset_alone(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    for attempt in range(3):
        await check_pin(lending.engine, phone, "0000", f"s:{attempt}")
    clock.move(minutes=16)
    for attempt in range(2):
        await check_pin(lending.engine, phone, "0000", f"t:{attempt}")
    assert (await check_pin(lending.engine, phone, PIN, "t:9")).result is PinResult.NEEDS_OFFICER

    await reset_pin(lending.engine, phone, await recover(lending, phone))

    assert (await check_pin(lending.engine, phone, NEW_PIN, "u:1")).result is PinResult.OK


async def test_payouts_wait_for_a_day_after_it(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await lending.accept(phone, await lending.offer(phone))

    await reset_pin(lending.engine, phone, await recover(lending, phone))

    with pytest.raises(PayoutCoolingDown):
        await lending.release(loan)
    clock.move(hours=24, minutes=1)
    async with lending.engine.record.unit(HOME) as unit:
        assert await payout_allowed_at(lending.engine, unit, loan.borrower_id) is None
    await lending.release(loan)


@pytest.mark.parametrize("wrong", ["id", "number"])
async def test_what_does_not_belong_together_starts_nothing_and_is_written_down(lending: Lending, wrong: str) -> None:
    phone, another = await lending.borrower(), await lending.borrower()
    stranger = PhoneNumber.parse("+26658999999")

    with pytest.raises(NotTheBorrower):
        await start(lending, phone if wrong == "id" else stranger, national_id=id_of(another))

    assert await codes(lending) == []
    assert await trail(lending) == ["borrower.pin_reset_refused"]


async def trail(lending: Lending) -> list[str]:
    now = lending.engine.clock.now()
    async with lending.engine.record.unit(HOME) as unit:
        entries = await unit.audit.between(lending.mfi.id, now.replace(year=2000), now)
    return [entry.action for entry in entries if entry.action.startswith("borrower.pin")]


async def test_a_start_is_written_down_and_names_the_lender_to_the_borrower(lending: Lending) -> None:
    phone = await lending.borrower()

    await start(lending, phone)

    (message,) = await lending.messages(MessageKind.PIN_RESET_CODE)
    assert message.data["mfi_name"] == lending.mfi.name
    assert await trail(lending) == ["borrower.pin_reset_started"]


async def test_a_form_sent_twice_sends_one_code(lending: Lending) -> None:
    phone, form_key = await lending.borrower(), key()

    for _ in range(2):
        await start(lending, phone, form_key=form_key)

    assert len(await codes(lending)) == 1


async def test_who_may_not_reset_pins_starts_nothing(lending: Lending) -> None:
    phone = await lending.borrower()

    with pytest.raises(NotAllowed):
        await start_pin_reset(lending.engine, lending.cashier, StartPinReset(phone, id_of(phone), key()))


async def test_a_borrower_gets_three_codes_a_day_and_staff_start_ten_an_hour(
    lending: Lending, clock: MovableClock
) -> None:
    phone = await lending.borrower()
    for _ in range(3):
        await start(lending, phone)
    with pytest.raises(TooManyAttempts):
        await start(lending, phone)

    for _ in range(6):
        with pytest.raises(NotTheBorrower):
            await start(lending, phone, national_id="999999999999")
    with pytest.raises(TooManyAttempts):
        await start(lending, await lending.borrower())

    clock.move(hours=25)
    await start(lending, phone)


async def test_a_code_is_wrong_twice_and_over_the_third_time(lending: Lending) -> None:
    phone = await lending.borrower()
    await start(lending, phone)
    (code,) = await codes(lending)

    tried = [await check_reset_code(lending.engine, phone, other(code), key()) for _ in range(3)]

    assert [(each.result, each.tries_left) for each in tried] == [
        (CodeResult.WRONG, 2),
        (CodeResult.WRONG, 1),
        (CodeResult.OVER, 0),
    ]
    assert (await check_reset_code(lending.engine, phone, code, key())).result is CodeResult.OVER
    assert await open_proof(lending.engine, phone) is None


async def test_an_attempt_that_is_delivered_twice_counts_once(lending: Lending) -> None:
    """By a gateway that heard no answer, to another process, while the first one still works on it."""
    phone = await lending.borrower()
    await start(lending, phone)
    (code,) = await codes(lending)

    at_once = await asyncio.gather(*(check_reset_code(lending.engine, phone, other(code), "s:4") for _ in range(3)))
    later = await check_reset_code(lending.engine, phone, other(code), "s:4")

    assert {(each.result, each.tries_left) for each in (*at_once, later)} == {(CodeResult.WRONG, 2)}
    assert (await check_reset_code(lending.engine, phone, other(code), "s:5")).tries_left == 1
    assert (await check_reset_code(lending.engine, phone, code, "s:6")).result is CodeResult.RIGHT


async def test_guesses_at_one_moment_are_all_counted(lending: Lending) -> None:
    phone = await lending.borrower()
    await start(lending, phone)
    (code,) = await codes(lending)

    await asyncio.gather(*(check_reset_code(lending.engine, phone, other(code), key()) for _ in range(3)))

    assert (await check_reset_code(lending.engine, phone, code, key())).result is CodeResult.OVER


async def test_a_code_is_good_for_ten_minutes(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    await start(lending, phone)
    (code,) = await codes(lending)

    clock.move(minutes=10)

    assert (await check_reset_code(lending.engine, phone, code, key())).result is CodeResult.OVER


async def test_a_newer_code_makes_the_older_one_useless(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    await start(lending, phone)
    clock.move(minutes=1)
    await start(lending, phone)
    older, newer = await codes(lending)

    assert (await check_reset_code(lending.engine, phone, older, key())).result is CodeResult.WRONG
    assert (await check_reset_code(lending.engine, phone, newer, key())).result is CodeResult.RIGHT


async def test_a_code_that_nobody_was_sent_opens_nothing(lending: Lending) -> None:
    phone = await lending.borrower()

    assert (await check_reset_code(lending.engine, phone, "000000", key())).result is CodeResult.OVER


async def test_a_code_is_used_once(lending: Lending) -> None:
    phone = await lending.borrower()
    new = await recover(lending, phone)
    await reset_pin(lending.engine, phone, new)

    assert (await check_reset_code(lending.engine, phone, (await codes(lending))[0], key())).result is CodeResult.OVER


async def test_the_same_again_finds_it_done_and_tells_nothing_more(lending: Lending) -> None:
    phone = await lending.borrower()
    new = await recover(lending, phone)

    outcomes = [await reset_pin(lending.engine, phone, new) for _ in range(2)]

    assert outcomes == [ResetOutcome.RESET, ResetOutcome.RESET]
    assert len(await lending.messages(MessageKind.PIN_RESET)) == 1


async def test_a_pin_changed_meanwhile_stays(lending: Lending) -> None:
    phone = await lending.borrower()
    new = await recover(lending, phone)
    await change_pin(lending.engine, phone, await choose_new_pin(lending.engine, phone, "8642"))

    assert await reset_pin(lending.engine, phone, new) is ResetOutcome.OVER
    assert (await check_pin(lending.engine, phone, "8642", "s:1")).result is PinResult.OK


async def test_a_pin_that_is_chosen_too_late_is_not_set(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    new = await recover(lending, phone)

    clock.move(minutes=11)

    assert await reset_pin(lending.engine, phone, new) is ResetOutcome.OVER
    assert (await check_pin(lending.engine, phone, PIN, "s:1")).result is PinResult.OK


async def test_a_reset_that_was_never_opened_by_its_code_sets_nothing(lending: Lending) -> None:
    phone = await lending.borrower()
    new = await recover(lending, phone)
    await start(lending, phone)
    async with lending.engine.record.unit(HOME) as unit:
        entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(phone))
        assert entry is not None
        newest = await unit.pin_resets.newest(entry.borrower_id)
    assert newest is not None

    assert await reset_pin(lending.engine, phone, replace(new, reset_id=newest.id)) is ResetOutcome.OVER


async def test_a_pin_that_others_would_guess_is_refused_here_too(lending: Lending) -> None:
    phone = await lending.borrower()

    with pytest.raises(WeakPin):
        await choose_reset_pin(lending.engine, phone, "1990")


async def test_the_code_lies_sealed_in_the_outbox(lending: Lending) -> None:
    phone = await lending.borrower()
    await start(lending, phone)

    (row,) = await lending.messages(MessageKind.PIN_RESET_CODE)

    assert (await codes(lending))[0] not in str(row.data)


async def test_a_new_pin_is_not_put_over_an_entry_that_keeps_changing(lending: Lending) -> None:
    phone = await lending.borrower()
    recovered = await recover(lending, phone)
    before = await registered(lending.engine, phone)

    with pytest.raises(Conflict):
        await reset_pin(beside_another(lending.engine), phone, recovered)

    assert await registered(lending.engine, phone) == before
