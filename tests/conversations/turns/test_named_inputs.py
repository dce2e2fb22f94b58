"""Per-hop dialects whose inputs have names (an update, a message): a repeat is known, and so is an old button."""

from __future__ import annotations

from conversations.turns import Dialect, Hop, Reply, TurnRunner
from core.records.borrower import Channel
from tests.conversations.turns.world import NUMBER, SERVICE, World


async def take(
    runner: TurnRunner, text: str, input_id: str, *, is_new: bool = False, seen_turn: int | None = None
) -> Reply:
    hop = Hop(
        channel=Channel.USSD,
        service=SERVICE,
        session="chat",
        caller=NUMBER,
        text=text,
        dialect=Dialect.PER_HOP,
        is_new=is_new,
        input_id=input_id,
        seen_turn=seen_turn,
    )
    return await runner.take(hop)


async def test_the_same_input_again_gives_the_same_reply_and_moves_nothing(world: World) -> None:
    runner = world.runner()
    await take(runner, "", "100", is_new=True)
    first = await take(runner, "1", "101")

    again = await take(runner, "1", "101")

    assert (again, again.turn) == (first, first.turn)
    assert first.screen == "form.kind"


async def test_the_same_answer_under_another_name_is_another_answer(world: World) -> None:
    runner = world.runner()
    await take(runner, "", "100", is_new=True)
    await take(runner, "1", "101")

    assert (await take(runner, "1", "102")).screen == "form.name"


async def test_the_first_input_again_begins_nothing_anew(world: World) -> None:
    runner = world.runner()
    first = await take(runner, "", "100", is_new=True)

    assert await take(runner, "", "100", is_new=True) == first


async def test_an_answer_to_an_earlier_screen_is_stale_and_changes_nothing(world: World) -> None:
    runner = world.runner()
    start = await take(runner, "", "100", is_new=True)
    now = await take(runner, "1", "101", seen_turn=start.turn)

    stale = await take(runner, "2", "102", seen_turn=start.turn)

    assert stale.is_stale
    assert not now.is_stale
    assert (stale.text, stale.turn) == (now.text, now.turn)
    assert (await take(runner, "1", "103", seen_turn=now.turn)).screen == "form.name"


async def test_a_repeat_of_an_answer_is_no_stale_one(world: World) -> None:
    runner = world.runner()
    start = await take(runner, "", "100", is_new=True)
    first = await take(runner, "1", "101", seen_turn=start.turn)

    again = await take(runner, "1", "101", seen_turn=start.turn)

    assert again == first
    assert not again.is_stale
