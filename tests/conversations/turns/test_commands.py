"""Claim, run, finish: a command takes effect once, whatever is repeated, lost, or crashes in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from conversations.turns import Dialect
from core.ports.conversations import Claim
from core.ports.record import DistrictDown
from core.records.message import MESSAGE_FIELDS, MessageKind
from core.use_cases.callers import NotRegistered
from tests.conversations.turns.world import HOME, Gate, Line, Together, World, pass_by

TO_PIN = ("1", "1", "Palesa", "1")


class Crash(BaseException):
    """The process is gone: nothing of ours catches it."""


async def crash() -> None:
    raise Crash


async def crash_at_pin(line: Line) -> None:
    """Confirm with the PIN in a process that dies under it."""
    with pytest.raises(Crash):
        await line.type("2580")


async def at_pin(line: Line) -> Line:
    await line.dial()
    assert (await line.type(*TO_PIN)).screen == "form.pin"
    return line


async def test_a_command_is_keyed_by_what_it_does_and_gets_its_answers(world: World, line: Line) -> None:
    await at_pin(line)

    reply = await line.type("2580")

    assert (reply.text, reply.ends) == ("sent/en", True)
    [(key, arguments)] = world.office.done.items()
    assert key.startswith("send:")
    assert arguments == {"kind": "one", "name": "Palesa"}


async def test_a_claim_is_saved_before_the_command_and_gone_after_it(world: World, line: Line) -> None:
    await at_pin(line)
    claims: list[Claim | None] = []

    async def look() -> None:
        claims.extend(turn.claim for turn in world.store.turns.values())

    world.office.before_send = look
    await line.type("2580")

    [claim] = claims
    assert claim is not None
    assert (claim.turn, claim.command, claim.owes_message) == (6, "send", False)
    assert [turn.claim for turn in world.store.turns.values()] == [None]


async def test_a_hop_delivered_twice_at_once_acts_once_and_answers_alike(world: World, line: Line) -> None:
    await at_pin(line)
    line.transcript += "*2580"

    world.store.before_save = Together(2)
    first, second = await asyncio.gather(line.send(line.transcript), line.send(line.transcript))

    assert first == second
    assert first.screen == "form.sent"
    assert len(world.office.done) == 1
    assert len(world.office.attempts) == 1


async def test_of_two_different_inputs_for_one_turn_only_one_acts(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa")

    world.store.before_save = Together(2)
    replies = await asyncio.gather(line.send("1*1*Palesa*1"), line.send("1*1*Palesa*2"))

    assert replies[0] == replies[1]
    assert [turn.turn for turn in world.store.saved] == [1, 2, 3, 4, 5]


async def test_a_crash_after_the_claim_is_finished_by_the_same_hop_again(world: World, line: Line) -> None:
    await at_pin(line)
    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = pass_by

    again = await Line(world.runner()).send(line.transcript)

    assert again.screen == "form.sent"
    assert len(world.office.done) == 1
    assert not world.record.outbox


async def test_a_crash_after_the_command_runs_it_again_under_the_same_key(world: World, line: Line) -> None:
    await at_pin(line)
    world.office.after_send = crash
    await crash_at_pin(line)
    world.office.after_send = pass_by

    again = await Line(world.runner()).send(line.transcript)

    assert again.screen == "form.sent"
    assert len({ask.key for ask in world.office.asked}) == 1
    assert len(world.office.asked) == 2


async def test_the_next_dial_finishes_a_claim_before_anything_else(world: World, line: Line) -> None:
    await at_pin(line)
    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = pass_by

    reply = await Line(world.runner(), session="s2").dial()

    assert len(world.office.done) == 1
    assert reply.screen == "start.menu"
    assert await line.send(line.transcript) == replace(reply, text="notice.received/en", ends=True, screen="form.sent")


async def test_the_worker_finishes_a_claim_that_nobody_came_back_for(world: World, line: Line) -> None:
    await at_pin(line)
    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = pass_by
    runner = world.runner()

    world.clock.move(seconds=9)
    assert await runner.finish_stale_claims(10) == 0
    world.clock.move(seconds=2)
    assert await runner.finish_stale_claims(10) == 1
    assert await runner.finish_stale_claims(10) == 0

    assert len(world.office.done) == 1
    assert not world.record.outbox, "the use case tells of its success by itself"


async def test_a_refusal_that_nobody_saw_is_told_by_message_once(world: World, line: Line) -> None:
    await at_pin(line)
    world.office.outcome = "refused"
    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = pass_by
    world.clock.move(seconds=11)

    await world.runner().finish_stale_claims(10)
    await Line(world.runner(), session="s2").dial()

    [row] = world.record.outbox.values()
    assert (row.topic, row.kind, row.district) == ("message", MessageKind.COMMAND_REFUSED, HOME)
    assert row.data["command"] == "send"
    assert row.data["reason_code"] == "refused"
    assert set(MESSAGE_FIELDS[MessageKind.COMMAND_REFUSED]) < set(row.data)


async def test_a_district_that_is_down_leaves_a_late_claim_standing(world: World, line: Line) -> None:
    await at_pin(line)

    async def down() -> None:
        raise DistrictDown

    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = down
    world.clock.move(seconds=11)
    runner = world.runner()

    assert await runner.finish_stale_claims(10) == 0
    refused_entry = await Line(runner, session="s2").dial()
    world.office.before_send = pass_by
    assert await runner.finish_stale_claims(10) == 1

    assert refused_entry.text == "notice.received/en"
    assert len(world.office.done) == 1


async def test_what_a_number_sent_before_its_borrower_left_it_does_not_bar_whoever_has_it_now(
    world: World, line: Line
) -> None:
    await at_pin(line)

    async def gone() -> None:
        raise NotRegistered

    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = gone

    assert (await Line(world.runner(), session="s2").dial()).screen in {"start.menu", "start.resume"}


async def test_a_district_that_is_down_in_time_is_a_screen_and_the_form_waits(world: World, line: Line) -> None:
    await at_pin(line)

    async def down() -> None:
        raise DistrictDown

    world.office.before_send = down
    assert (await line.type("2580")).screen == "start.down"
    world.office.before_send = pass_by
    later = Line(world.runner(), session="s2")
    assert (await later.dial()).screen == "start.resume"
    assert (await later.type("1")).screen == "form.pin"
    assert (await later.type("2580")).screen == "form.sent"

    assert len(world.office.done) == 1


@pytest.mark.parametrize("limit", [1, 10])
async def test_one_claim_that_cannot_be_finished_does_not_hold_up_the_others(
    limit: int, world: World, line: Line
) -> None:
    await at_pin(line)
    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = pass_by
    [where] = world.store.turns
    broken = world.store.turns[where]
    world.store.turns = {(b"other", *where[1:]): replace(broken, caller=b"other"), where: broken}
    world.clock.move(seconds=11)

    assert await world.runner().finish_stale_claims(limit) == 1
    assert len(world.office.done) == 1


async def test_a_claim_is_finished_with_the_arguments_it_was_made_with(world: World, line: Line) -> None:
    await at_pin(line)
    world.office.before_send = crash
    await crash_at_pin(line)
    world.office.before_send = pass_by
    world.clock.move(seconds=11)

    await world.runner().finish_stale_claims(10)

    assert [*world.office.done.values()] == [{"kind": "one", "name": "Palesa"}]


async def test_per_hop_the_answer_that_follows_a_crash_gets_the_outcome(world: World, line: Line) -> None:
    await line.send("", dialect=Dialect.PER_HOP, is_new=True)
    for typed in TO_PIN:
        await line.send(typed, dialect=Dialect.PER_HOP)
    world.office.before_send = crash
    with pytest.raises(Crash):
        await line.send("2580", dialect=Dialect.PER_HOP)
    world.office.before_send = pass_by

    reply = await line.send("2580", dialect=Dialect.PER_HOP)

    assert reply.screen == "form.sent"
    assert len(world.office.done) == 1


async def test_a_dial_while_another_process_runs_the_command_does_not_run_it_twice(world: World, line: Line) -> None:
    await at_pin(line)
    gate = Gate()
    world.office.before_send = gate
    confirming = asyncio.create_task(line.type("2580"))
    await gate.reached.wait()

    dialling = asyncio.create_task(Line(world.runner(), session="s2").dial())
    await asyncio.sleep(0)
    gate.open()
    confirmed, dialled = await asyncio.gather(confirming, dialling)

    assert dialled.screen == "start.menu"
    assert confirmed.ends
    assert len(world.office.done) == 1
