"""What a hop is: every row of the rules for a cumulative transcript, and the dialect that carries no sequence."""

from __future__ import annotations

import pytest

from conversations.turns import Dialect, Seen
from tests.conversations.turns.world import OTHER_NUMBER, Line, World


async def test_the_same_transcript_is_answered_with_the_stored_bytes_and_changes_nothing(
    world: World, line: Line
) -> None:
    await line.dial()
    first = await line.type("1")
    saves = len(world.store.saved)

    again = await line.send(line.transcript)

    assert again == first
    assert len(world.store.saved) == saves
    assert world.seen[-1].seen is Seen.REPEATED


async def test_a_repeated_choice_is_a_second_choice_and_not_a_repeat(line: Line) -> None:
    await line.dial()

    assert (await line.send("1")).screen == "form.kind"
    assert (await line.send("1*1")).screen == "form.name"


@pytest.mark.parametrize("late", ["", "1"])
async def test_a_shorter_transcript_gets_the_stored_reply_and_changes_nothing(
    world: World, line: Line, late: str
) -> None:
    await line.dial()
    stands = await line.type("1", "1")
    saves = len(world.store.saved)

    assert await line.send(late) == stands
    assert len(world.store.saved) == saves


@pytest.mark.parametrize("forged", ["2*1*9", "1*12", "1*2", "9*1*1*1", "1*1Palesa"])
async def test_a_transcript_that_does_not_continue_is_told_to_dial_again_and_changes_nothing(
    world: World, line: Line, forged: str
) -> None:
    await line.dial()
    await line.type("1", "1")
    stands = dict(world.store.turns)

    reply = await line.send(forged)

    assert (reply.text, reply.ends) == ("notice.dial_again/en", True)
    assert world.store.turns == stands
    assert (await line.send("1*1*Palesa")).screen == "form.sure"


async def test_after_the_end_only_the_end_is_repeated(world: World, line: Line) -> None:
    await line.dial()
    ended = await line.type("2")
    assert ended.ends

    assert await line.send("2") == ended
    assert (await line.send("2*1")).text == "notice.dial_again/en"
    assert (await line.send("2*1*1")).text == "notice.dial_again/en"
    assert len(world.store.saved) == 2


async def test_an_answer_may_hold_a_star(world: World, line: Line) -> None:
    await line.dial()
    await line.send("1")
    await line.send("1*1")
    await line.send("1*1*Palesa*Mary")
    await line.send("1*1*Palesa*Mary*1")
    await line.send("1*1*Palesa*Mary*1*2580")

    [done] = world.office.done.values()
    assert done["name"] == "Palesa*Mary"


async def test_an_empty_answer_is_asked_again(line: Line) -> None:
    await line.dial()
    await line.send("1")

    reply = await line.send("1*")

    assert reply.screen == "form.kind"
    assert reply.text.startswith("refused.option")


async def test_a_session_belongs_to_its_caller(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa")
    world.register(OTHER_NUMBER, language="st_LS")

    stranger = Line(line.runner, session=line.session, number=OTHER_NUMBER)
    reply = await stranger.send(line.transcript)

    assert reply.screen == "form.name"
    assert reply.text == "name/st_LS"
    assert (await line.type("1")).screen == "form.pin"


async def test_the_same_session_id_under_another_service_is_another_session(line: Line) -> None:
    await line.dial()
    await line.type("1")

    assert (await line.send("", service="*384*777#")).screen == "start.menu"


async def test_a_deep_dial_walks_menus_and_the_rest_is_dropped_unread(world: World, line: Line) -> None:
    reply = await line.dial("1*2*Palesa*1*2580")

    assert reply.screen == "form.name"
    assert not world.office.asked
    assert (await line.type("Thabo")).screen == "form.sure"
    assert await line.send("1*2*Palesa*1*2580*Thabo*1") == await line.send("1*2*Palesa*1*2580*Thabo*1")


async def test_a_transcript_is_compared_under_the_key_that_digested_it(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1")

    world.transcript_keys = {1: b"t" * 32, 2: b"u" * 32}
    line.runner = world.runner()

    assert (await line.type("1")).screen == "form.name"
    assert {record.transcript_key_id for record in world.store.turns.values()} == {2}


async def test_a_transcript_whose_key_is_gone_is_told_to_dial_again(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1")

    world.transcript_keys = {2: b"u" * 32}
    line.runner = world.runner()

    assert (await line.type("1")).text == "notice.dial_again/en"


async def test_per_hop_each_hop_brings_its_own_answer(world: World, line: Line) -> None:
    begun = await line.send("", dialect=Dialect.PER_HOP, is_new=True)
    await line.send("1", dialect=Dialect.PER_HOP)
    await line.send("1", dialect=Dialect.PER_HOP)
    reply = await line.send("Palesa", dialect=Dialect.PER_HOP)

    assert begun.screen == "start.menu"
    assert reply.screen == "form.sure"
    assert "Palesa" not in world.plain


async def test_per_hop_a_repeated_beginning_gets_the_stored_reply(line: Line) -> None:
    begun = await line.send("", dialect=Dialect.PER_HOP, is_new=True)

    assert await line.send("", dialect=Dialect.PER_HOP, is_new=True) == begun


async def test_the_pin_is_nowhere_in_the_store_and_what_is_personal_is_sealed(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa", "1", "9999", "2580")

    assert world.office.done
    for secret in ("2580", "9999"):
        assert secret not in world.plain
        assert secret not in world.opened
    for personal in ("Palesa", line.number.e164):
        assert personal not in world.plain
        assert personal in world.opened
