"""One deadline: what is said when time runs out, and that the work behind it is never cancelled half-way."""

from __future__ import annotations

import asyncio

import pytest

from conversations.turns import Seen
from core.records.message import MESSAGE_FIELDS, MessageKind
from tests.conversations.turns.world import Gate, Line, World, pass_by

TO_PIN = ("1", "1", "Palesa", "1")
SOON = 0.4


async def at_pin(world: World) -> Line:
    line = Line(world.runner())
    await line.dial()
    await line.type(*TO_PIN)
    line.runner = world.runner(deadline_seconds=SOON)
    return line


@pytest.fixture
def registered(world: World) -> World:
    world.register()
    return world


async def test_without_a_command_the_borrower_is_asked_to_dial_again(registered: World) -> None:
    line = Line(registered.runner(deadline_seconds=SOON))
    await line.dial()
    gate = Gate()
    registered.office.before_balance = gate

    reply = await line.type("2")
    gate.open()
    assert await line.runner.drain(1)

    assert (reply.text, reply.ends) == ("notice.slow/en", True)
    assert registered.seen[-2].seen is Seen.LATE
    assert (await line.send("2")).text == "shown/en", "the work went on, and its reply stands"


async def test_a_dial_that_cannot_even_be_read_ends_in_the_first_language(world: World) -> None:
    gate = Gate()
    world.store.before_load = gate
    line = Line(world.runner(deadline_seconds=SOON))

    reply = await line.dial()
    gate.open()
    await line.runner.drain(1)

    assert reply.text == "notice.slow/st_LS"


async def test_the_deadline_counts_from_the_first_byte(registered: World) -> None:
    loop = asyncio.get_running_loop()
    gate = Gate()
    registered.store.before_load = gate
    line = Line(registered.runner(deadline_seconds=30))

    async with asyncio.timeout(2):
        reply = await line.send("", received_at=loop.time() - 30)
    gate.open()
    await line.runner.drain(1)

    assert reply.ends


async def test_a_command_under_way_is_received_and_that_reply_stands(registered: World) -> None:
    line = await at_pin(registered)
    gate = Gate()
    registered.office.before_send = gate

    reply = await line.type("2580")
    [noted] = registered.store.turns.values()
    gate.open()
    await line.runner.drain(1)

    assert (reply.text, reply.ends) == ("notice.received/en", True)
    assert noted.reply == reply.text
    assert noted.claim is not None
    assert noted.claim.owes_message
    assert (await line.send(line.transcript)).text == reply.text
    assert len(registered.office.done) == 1
    [finished] = registered.store.turns.values()
    assert finished.claim is None


async def test_a_late_refusal_is_owed_as_a_message(registered: World) -> None:
    line = await at_pin(registered)
    gate = Gate()
    registered.office.before_send = gate
    registered.office.outcome = "refused"

    await line.type("2580")
    gate.open()
    await line.runner.drain(1)

    [row] = registered.record.outbox.values()
    assert (row.kind, row.data["reason_code"]) == (MessageKind.COMMAND_REFUSED, "refused")


async def test_a_late_success_that_nothing_else_tells_is_owed_as_one(registered: World) -> None:
    registered.office.tells_by_itself = False
    line = await at_pin(registered)
    gate = Gate()
    registered.office.before_send = gate

    await line.type("2580")
    gate.open()
    await line.runner.drain(1)

    [row] = registered.record.outbox.values()
    assert (row.kind, row.data["command"]) == (MessageKind.COMMAND_DONE, "send")
    assert set(MESSAGE_FIELDS[MessageKind.COMMAND_DONE]) < set(row.data)


async def test_a_repeat_in_another_process_keeps_the_reply_that_was_read_and_owes_the_outcome(
    registered: World,
) -> None:
    line = await at_pin(registered)
    gate = Gate()
    registered.office.before_send = gate
    registered.office.outcome = "refused"
    read = await line.type("2580")
    registered.office.before_send = pass_by

    again = await Line(registered.runner()).send(line.transcript)

    assert again.text == read.text == "notice.received/en"
    assert len(registered.record.outbox) == 1
    gate.open()
    await line.runner.drain(1)
    assert len(registered.record.outbox) == 1


async def test_time_that_runs_out_under_the_last_save_leaves_the_reply_that_was_read(registered: World) -> None:
    line = await at_pin(registered)
    registered.office.outcome = "refused"
    gate = Gate()

    async def hold_the_last_save() -> None:
        if registered.office.done:
            registered.store.before_save = pass_by
            await gate()

    registered.store.before_save = hold_the_last_save
    reply = await line.type("2580")
    gate.open()
    await line.runner.drain(1)

    assert reply.text == "notice.received/en"
    assert (await line.send(line.transcript)).text == "notice.received/en"
    assert len(registered.record.outbox) == 1


async def test_a_claim_whose_fate_is_unknown_says_so(registered: World) -> None:
    line = await at_pin(registered)
    gate = Gate()
    registered.store.before_save = gate

    reply = await line.type("2580")
    gate.open()
    registered.store.before_save = pass_by
    await line.runner.drain(1)

    assert (reply.text, reply.ends) == ("notice.unsure/en", True)
    assert len(registered.office.done) == 1
    assert (await line.send(line.transcript)).text == "notice.received/en"


async def test_no_command_begins_after_the_borrower_was_told_to_dial_again(registered: World) -> None:
    line = await at_pin(registered)
    gate = Gate()
    registered.office.before_pin = gate

    reply = await line.type("2580")
    gate.open()
    await line.runner.drain(1)

    assert reply.text == "notice.slow/en"
    assert not registered.office.done
    later = Line(registered.runner(), session="s2")
    await later.dial()
    assert (await later.type("1")).screen == "form.pin"


async def test_draining_waits_for_late_work_and_says_when_some_is_left(registered: World) -> None:
    line = await at_pin(registered)
    gate = Gate()
    registered.office.before_send = gate
    await line.type("2580")

    assert not await line.runner.drain(0.05)
    gate.open()
    assert await line.runner.drain(1)
    assert len(registered.office.done) == 1
