"""A command that fails every time: it bars its caller's way for an hour, not for a month, and never runs after that."""

from __future__ import annotations

import logging

import pytest

from conversations.turns import Seen, TurnRunner
from conversations.turns.setting_aside import FAILURES_MIN
from core.ports.record import DistrictDown
from tests.conversations.turns.world import Line, World, failing, pass_by

TO_PIN = ("1", "1", "Palesa", "1")


async def blunder() -> None:
    raise ZeroDivisionError


async def is_down() -> None:
    raise DistrictDown


@pytest.fixture
async def broken(world: World, line: Line) -> Line:
    """A caller whose command fails every time."""
    await line.dial()
    world.office.before_send = blunder
    await line.type(*TO_PIN, "2580")
    return line


async def try_often(runner: TurnRunner, times: int = FAILURES_MIN) -> None:
    for _ in range(times):
        assert await runner.finish_stale_claims(10) == 0


def claims_of(world: World) -> int:
    return sum(turn.claim is not None for turn in world.store.turns.values())


async def test_a_claim_that_always_fails_is_set_aside_after_an_hour_and_the_dial_goes_on(
    world: World, broken: Line, caplog: pytest.LogCaptureFixture
) -> None:
    world.clock.move(minutes=61)
    with caplog.at_level(logging.ERROR):
        await try_often(broken.runner)

    assert claims_of(world) == 0
    assert "claim_set_aside: send" in caplog.text
    assert [seen.seen for seen in world.seen].count(Seen.SET_ASIDE) == 1
    assert (await Line(broken.runner, session="s2").dial()).screen == "start.resume"


async def test_what_was_set_aside_never_runs_by_itself_and_sent_again_runs_once(world: World, broken: Line) -> None:
    world.clock.move(minutes=61)
    await try_often(broken.runner)
    world.office.before_send = pass_by

    assert await world.runner().finish_stale_claims(10) == 0
    assert not world.office.done
    again = Line(broken.runner, session="s2")
    await again.dial()
    assert (await again.type("1", "2580")).screen == "form.sent"
    assert len({ask.key for ask in world.office.asked}) == 1
    assert len(world.office.done) == 1


async def test_whoever_was_promised_an_sms_reads_the_same_again(world: World, broken: Line) -> None:
    world.clock.move(minutes=61)
    await try_often(broken.runner)

    assert (await broken.send(broken.transcript)).text == "notice.received/en"


async def test_whoever_read_nothing_is_told_that_it_is_unsure(world: World, line: Line) -> None:
    await line.dial()
    world.office.before_send = blunder
    world.store.after_save = pass_by
    await line.type(*TO_PIN)

    async def fail_to_note() -> None:
        world.store.before_save = failing(1)
        raise ZeroDivisionError

    world.office.before_send = fail_to_note
    await line.type("2580")
    world.office.before_send = blunder
    world.store.before_save = pass_by
    world.clock.move(minutes=61)
    await try_often(line.runner)

    reply = await line.send(line.transcript)
    assert (reply.text, reply.ends) == ("notice.unsure/en", True)


async def test_a_younger_claim_and_one_that_failed_less_often_stand(world: World, broken: Line) -> None:
    world.clock.move(minutes=59)
    await try_often(broken.runner)
    assert claims_of(world) == 1

    world.clock.move(minutes=2)
    await try_often(world.runner(), FAILURES_MIN - 1)
    assert claims_of(world) == 1


async def test_a_claim_that_waits_for_its_district_is_never_set_aside(world: World, broken: Line) -> None:
    world.office.before_send = is_down
    world.clock.move(days=20)
    await try_often(broken.runner, 2 * FAILURES_MIN)
    assert claims_of(world) == 1

    world.office.before_send = pass_by
    assert await broken.runner.finish_stale_claims(10) == 1


async def test_a_claim_that_cannot_be_opened_is_set_aside_as_well(world: World, broken: Line) -> None:
    world.sealing_keys = {1: b"x" * 32}
    world.clock.move(minutes=61)
    await try_often(world.runner())

    assert claims_of(world) == 0


async def test_a_plane_that_is_down_leaves_the_claim_for_the_next_round(world: World, broken: Line) -> None:
    world.clock.move(minutes=61)
    await try_often(broken.runner, FAILURES_MIN - 1)
    world.store.before_save = failing(1)
    await try_often(broken.runner, 1)
    assert claims_of(world) == 1

    await try_often(broken.runner, 1)
    assert claims_of(world) == 0


async def test_of_two_workers_one_sets_it_aside(world: World, broken: Line) -> None:
    other = world.runner()
    world.clock.move(minutes=61)
    await try_often(broken.runner, FAILURES_MIN - 1)
    await try_often(other, FAILURES_MIN - 1)

    async def first() -> None:
        world.store.before_save = pass_by
        await try_often(other, 1)

    world.store.before_save = first
    await try_often(broken.runner, 1)

    assert [seen.seen for seen in world.seen].count(Seen.SET_ASIDE) == 1
