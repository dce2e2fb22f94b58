"""What a process remembers of a session saves it a read, and is never believed against what is stored."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conversations.turns import Dialect
from conversations.turns.recent import REMEMBERED_FOR, RecentTurns
from core.ports.channel import ChannelPlaneDown
from tests.conversations.turns.world import PIN, Line, World, pass_by

TO_SURE = ("1", "1", "Palesa")
TO_PIN = (*TO_SURE, "1")


class Counted:
    """Counts calls that come to a hook."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self) -> None:
        self.calls += 1


@pytest.fixture
def loads(world: World) -> Counted:
    counted = Counted()
    world.store.before_load = counted
    return counted


async def test_a_hop_that_goes_straight_on_reads_nothing_and_saves_once(
    world: World, line: Line, loads: Counted
) -> None:
    await line.dial()
    assert (loads.calls, len(world.store.saved)) == (1, 1)

    await line.type(*TO_PIN)

    assert (loads.calls, len(world.store.saved)) == (1, 5)


@pytest.mark.parametrize(("path", "typed"), [((), "2"), (TO_PIN, "0000"), (TO_PIN, PIN)])
async def test_a_hop_that_asks_or_acts_reads_first(
    line: Line, loads: Counted, path: tuple[str, ...], typed: str
) -> None:
    await line.dial()
    await line.type(*path)
    assert loads.calls == 1

    await line.type(typed)

    assert loads.calls == 2


async def test_a_repeat_is_answered_from_what_is_stored(world: World, line: Line, loads: Counted) -> None:
    await line.dial()
    reply = await line.type("1")

    assert await line.send(line.transcript) == reply
    assert (loads.calls, len(world.store.saved)) == (2, 2)


async def test_a_turn_that_another_process_took_is_gone_on_from(world: World, line: Line) -> None:
    here, there = line.runner, world.runner()
    await line.dial()
    await line.type("1", "1")
    line.runner = there
    await line.type("Palesa", "2", "Pulane")
    line.runner = here

    assert (await line.type("1")).screen == "form.pin"
    assert "Pulane" in world.opened.splitlines()[-1]


async def test_a_repeat_of_a_turn_that_another_process_took_gets_its_bytes(world: World, line: Line) -> None:
    here, there = line.runner, world.runner()
    await line.dial()
    await line.type("1")
    line.runner = there
    reply = await line.type("1")
    line.runner = here

    assert await line.send(line.transcript) == reply
    assert len(world.store.saved) == 3


async def test_a_session_that_another_process_ended_stays_ended(world: World, line: Line) -> None:
    here, there = line.runner, world.runner()
    await line.dial()
    await line.type(*TO_PIN)
    line.runner = there
    await line.type(PIN)
    line.runner = here

    assert (await line.type("1")).text == "notice.dial_again/en"


async def test_nothing_is_changed_behind_a_claim_that_another_process_made(world: World, line: Line) -> None:
    here, there = line.runner, world.runner()
    await line.dial()
    await line.type(*TO_PIN)

    async def vanish() -> None:
        raise ChannelPlaneDown

    world.office.before_send = vanish
    line.runner = there
    await line.type(PIN)
    world.office.before_send = pass_by
    line.runner = here

    assert (await line.send("1*1*Palesa*1*0")).ends
    assert [(done["kind"], done["name"]) for done in world.office.done.values()] == [("one", "Palesa")]


async def test_a_form_that_went_on_in_another_session_is_lost_to_this_one(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1")
    other = Line(world.runner(), session="s2")
    await other.dial()
    await other.type("1", "Pulane")
    saved = len(world.store.saved)

    assert (await line.type("Palesa")).text == "notice.taken_over/en"
    assert len(world.store.saved) == saved


async def test_a_form_that_was_taken_over_is_missed_even_when_another_form_is_gone_back_to(
    world: World, line: Line
) -> None:
    await line.dial()
    await line.type(*TO_SURE, "4")
    world.clock.move(seconds=1)
    await line.type("a note", "0")
    other = Line(world.runner(), session="s2")
    await other.dial()
    assert (await other.type("1")).screen == "other.note"

    # Back into the first form: this turn saves that one, not the one that is gone.
    assert (await line.type("0")).text == "notice.taken_over/en"


async def test_after_a_save_of_unknown_fate_the_next_hop_reads(world: World, line: Line, loads: Counted) -> None:
    await line.dial()
    await line.type("1")

    async def lose() -> None:
        raise ChannelPlaneDown

    world.store.before_save = lose
    assert (await line.type("1")).text == "notice.slow/en"
    world.store.before_save = pass_by
    before = loads.calls

    assert (await line.send(line.transcript)).screen == "form.name"
    assert loads.calls == before + 1


async def test_a_dialect_without_transcripts_reads_every_time(line: Line, loads: Counted) -> None:
    per_hop: dict[str, Any] = {"dialect": Dialect.PER_HOP}
    await line.send("", is_new=True, **per_hop)
    await line.send("1", **per_hop)
    await line.send("1", **per_hop)

    assert loads.calls == 3


@pytest.mark.parametrize("seed", range(25))
async def test_a_process_that_remembers_answers_and_stores_what_one_that_reads_would(seed: int) -> None:
    remembering, reading = World(), World()
    kept, fresh = Line(remembering.runner()), Line(reading.runner())
    chance = random.Random(seed)
    for session in range(3):
        kept.session = fresh.session = f"s{session}"
        typed = await kept.dial()
        assert await fresh.dial() == typed
        for _ in range(15):
            answer = chance.choice(("0", "00", "1", "2", "3", "98", PIN, "Palesa", ""))
            fresh.runner = reading.runner()
            assert await kept.type(answer) == await fresh.type(answer)

    assert [_plain(turn) for turn in remembering.store.saved] == [_plain(turn) for turn in reading.store.saved]
    assert remembering.opened == reading.opened
    assert list(remembering.store.drafts) == list(reading.store.drafts)


async def test_the_oldest_is_forgotten_and_nothing_is_remembered_for_long(world: World, line: Line) -> None:
    for session in ("s1", "s2", "s3"):
        line.session = session
        await line.dial()
    recent = line.runner._around.recent
    places = [(turn.caller, turn.service, turn.session) for turn in world.store.saved]
    known = [recent.take(place, world.clock.now()) for place in places]
    bounded = RecentTurns(sessions_max=2)
    for place, each in zip(places, known, strict=True):
        assert each is not None
        bounded.keep(place, each)

    assert [bounded.take(place, world.clock.now()) is None for place in places] == [True, False, False]

    for place, each in zip(places[:2], known[:2], strict=True):
        assert each is not None
        late = replace(each, record=replace(each.record, updated_at=world.clock.now() - REMEMBERED_FOR))
        bounded.keep(place, late)
    assert known[2] is not None
    bounded.keep(places[2], known[2])
    assert len(bounded) == 1
    assert bounded.take(places[2], world.clock.now() + REMEMBERED_FOR + timedelta(seconds=1)) is None


def _plain(turn: Any) -> Any:
    """The record without what is sealed, which never looks the same twice."""
    state = {name: value for name, value in turn.state.items() if name != "sealed"}
    return replace(turn, state=state, claim=None if turn.claim is None else turn.claim.key)
