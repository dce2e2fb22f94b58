"""A plane that is down, records that cannot be read, our own mistakes: a sentence, and nothing half-written."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from conversations.turns import Seen
from core.ports.channel import ChannelPlaneDown
from tests.conversations.turns.world import Line, World, failing, pass_by

TO_PIN = ("1", "1", "Palesa", "1")


async def test_a_plane_that_is_down_ends_politely_and_writes_nothing(world: World, line: Line) -> None:
    world.store.before_load = failing(1)

    reply = await line.dial()

    assert (reply.text, reply.ends) == ("notice.slow/st_LS", True)
    assert not world.store.saved
    assert world.seen[-1].seen is Seen.FAILED


async def test_a_save_that_was_not_answered_but_stands_counts(world: World, line: Line) -> None:
    await line.dial()
    world.store.after_save = failing(1)

    reply = await line.type("1")

    assert reply.screen == "form.kind"
    assert (await line.type("1")).screen == "form.name"


async def test_a_save_that_never_happened_ends_politely_and_can_be_repeated(world: World, line: Line) -> None:
    await line.dial()
    world.store.before_save = failing(1)

    assert (await line.type("1")).text == "notice.slow/en"
    assert (await line.send("1")).screen == "form.kind"


async def test_a_claim_that_was_not_answered_but_stands_is_run(world: World, line: Line) -> None:
    await line.dial()
    await line.type(*TO_PIN)
    world.store.after_save = failing(1)

    assert (await line.type("2580")).screen == "form.sent"
    assert len(world.office.done) == 1


async def test_a_claim_that_never_happened_says_that_it_is_unsure_and_is_safe_to_repeat(
    world: World, line: Line
) -> None:
    await line.dial()
    await line.type(*TO_PIN)
    world.store.before_save = failing(1)

    assert (await line.type("2580")).text == "notice.unsure/en"
    assert not world.office.done
    assert (await line.send(line.transcript)).screen == "form.sent"
    assert len(world.office.attempts) == 1


async def test_a_last_save_that_fails_leaves_the_claim_and_says_that_an_sms_follows(world: World, line: Line) -> None:
    await line.dial()
    await line.type(*TO_PIN)

    async def fail_from_here() -> None:
        world.store.before_save = failing(2)

    world.office.after_send = fail_from_here
    reply = await line.type("2580")
    world.office.after_send = pass_by
    world.clock.move(seconds=11)

    assert reply.text == "notice.received/en"
    assert await line.runner.finish_stale_claims(10) == 1
    assert len(world.office.done) == 1


async def test_who_was_promised_an_sms_gets_it_though_a_day_goes_by(world: World, line: Line) -> None:
    await line.dial()
    await line.type(*TO_PIN)

    async def fail_once() -> None:
        world.store.before_save = failing(1)

    world.office.after_send = fail_once
    reply = await line.type("2580")
    world.office.after_send = pass_by
    world.clock.move(days=3)

    assert reply.text == "notice.received/en"
    assert await line.runner.finish_stale_claims(10) == 1
    assert await line.runner.finish_stale_claims(10) == 0


async def test_a_mistake_of_ours_is_logged_without_what_was_typed(
    world: World, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    await line.dial()
    await line.type(*TO_PIN)

    async def blunder() -> None:
        raise ZeroDivisionError

    world.office.before_pin = blunder
    with caplog.at_level(logging.WARNING):
        reply = await line.type("2580")

    assert (reply.text, reply.ends) == ("notice.slow/en", True)
    assert "ZeroDivisionError" in caplog.text
    assert "2580" not in caplog.text
    assert "Palesa" not in caplog.text


async def test_a_turn_that_cannot_be_read_is_told_to_dial_again(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1")
    world.sealing_keys = {1: b"x" * 32}
    line.runner = world.runner()

    assert (await line.type("1")).text == "notice.dial_again/en"


async def test_a_draft_that_cannot_be_read_is_as_good_as_expired(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1")
    world.sealing_keys = {1: b"x" * 32}

    assert (await Line(world.runner(), session="s2").dial()).screen == "start.menu"


async def test_a_claim_that_cannot_be_read_does_not_bar_the_way(world: World, line: Line) -> None:
    await line.dial()
    await line.type(*TO_PIN)

    async def vanish() -> None:
        raise ChannelPlaneDown

    world.office.before_send = vanish
    await line.type("2580")
    world.office.before_send = pass_by
    world.sealing_keys = {1: b"x" * 32}

    assert (await Line(world.runner(), session="s2").dial()).screen == "start.menu"


@pytest.mark.parametrize(
    "hostile", ["{0}{name}%s", "'; drop table turns; --", "\u202eevil", "\x00\x1b", "x" * 10_000, "😀"]
)
async def test_hostile_input_is_bounded_and_never_raises(world: World, line: Line, hostile: str) -> None:
    await line.dial()
    await line.type("1", "1")

    reply = await line.type(hostile)

    assert reply.screen in {"form.sure", "form.name"}
    assert all(len(repr(turn.state)) < 5_000 for turn in world.store.saved)


async def test_a_session_that_has_ended_keeps_no_answer(world: World, line: Line) -> None:
    await line.dial()
    await line.type(*TO_PIN, "2580")

    [stands] = world.store.turns.values()
    world.store.saved = [stands]
    assert "Palesa" not in world.opened


async def test_an_expired_turn_is_a_new_session(world: World, line: Line) -> None:
    await line.dial()
    await line.type("2")
    world.clock.move(hours=25)

    assert (await line.send("")).screen == "start.menu"


async def test_records_of_another_number_do_not_open(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1")
    [(where, stolen)] = world.store.turns.items()
    other = replace(stolen, caller=b"another")
    world.store.turns[where] = replace(other, caller=where[0], session=stolen.session, state={**other.state, "turn": 9})
    world.store.turns[where] = replace(world.store.turns[where], state={**other.state, "sealed": "AAAA"})
    line.runner = world.runner()

    assert (await line.type("1")).text == "notice.dial_again/en"
