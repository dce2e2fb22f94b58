"""A form outlives its session: it belongs to the caller, and one session at a time owns it."""

from __future__ import annotations

from conversations.turns import Seen
from conversations.turns.keeping import DRAFT_ENDED, DRAFT_OPEN
from tests.conversations.turns.world import OTHER_NUMBER, Line, World


async def test_the_next_dial_offers_to_continue_where_it_stood(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa")

    later = Line(line.runner, session="s2")
    offered = await later.dial()
    reply = await later.type("1", "1", "2580")

    assert offered.screen == "start.resume"
    assert reply.screen == "form.sent"
    [done] = world.office.done.values()
    assert done == {"kind": "one", "name": "Palesa"}


async def test_a_form_is_offered_for_thirty_days_and_not_a_moment_longer(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa")

    world.clock.move(days=30, seconds=-1)
    offered = await Line(line.runner, session="s2").dial()
    world.clock.move(seconds=1)
    expired = await Line(line.runner, session="s3").dial()

    assert (offered.screen, expired.screen) == ("start.resume", "start.menu")


async def test_a_form_started_again_is_another_one(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa")

    later = Line(line.runner, session="s2")
    await later.dial()
    await later.type("2", "2", "Thabo", "1", "2580")

    [done] = world.office.done.values()
    assert done == {"kind": "two", "name": "Thabo"}
    statuses = sorted(draft.status for draft in world.store.drafts.values())
    assert statuses == [DRAFT_ENDED, DRAFT_ENDED]


async def test_a_session_whose_form_went_on_elsewhere_says_so_and_ends(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1")
    later = Line(line.runner, session="s2")
    await later.dial()
    await later.type("1")

    reply = await line.type("Palesa")

    assert (reply.text, reply.ends) == ("notice.taken_over/en", True)
    assert world.seen[-1].seen is Seen.TAKEN_OVER
    assert (await later.type("Thabo")).screen == "form.sure"


async def test_a_session_whose_form_was_sent_elsewhere_cannot_edit_it(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa")
    later = Line(line.runner, session="s2")
    await later.dial()
    await later.type("1", "1", "2580")

    assert (await line.type("1")).text == "notice.taken_over/en"
    assert len(world.office.done) == 1


async def test_the_same_session_id_over_another_service_does_not_own_the_form(line: Line) -> None:
    await line.dial()
    await line.type("1", "1")
    await line.send("", service="*384*777#")
    await line.send("1", service="*384*777#")

    assert (await line.type("Palesa")).text == "notice.taken_over/en"


async def test_a_form_belongs_to_its_caller(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa")
    world.register(OTHER_NUMBER)

    assert (await Line(line.runner, session="s2", number=OTHER_NUMBER).dial()).screen == "start.menu"


async def test_a_form_that_was_sent_is_not_offered_again_and_nothing_of_it_is_kept(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa", "1", "2580")

    assert (await Line(line.runner, session="s2").dial()).screen == "start.menu"
    [draft] = world.store.drafts.values()
    assert (draft.status, draft.state) == (DRAFT_ENDED, {})


async def test_each_save_of_a_form_is_one_version(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "Palesa", "7", "1")

    [draft] = world.store.drafts.values()
    assert (draft.version, draft.status) == (4, DRAFT_OPEN)
    assert draft.owner_session.endswith(":s1")


async def test_two_forms_wait_side_by_side_and_each_is_taken_up(world: World, line: Line) -> None:
    await line.dial()
    await line.type("1", "1", "00", "3", "a note", "00")

    offered = await line.type("1")
    assert offered.screen == "start.resume"
    assert (await line.type("1")).screen == "form.name"
    assert {draft.flow for draft in world.store.drafts.values()} == {"form", "other"}


async def test_two_sessions_that_begin_the_same_form_do_not_mix(world: World, line: Line) -> None:
    other = Line(line.runner, session="s2")
    await line.dial()
    await other.dial()
    await line.type("1")
    await other.type("1")
    await line.type("1", "Palesa")
    await other.type("2", "Thabo")

    assert (await line.type("1", "2580")).screen == "form.sent"
    assert (await other.type("1", "2580")).screen == "form.sent"
    names = sorted(done["name"] for done in world.office.done.values())
    assert names == ["Palesa", "Thabo"]
    assert {draft.status for draft in world.store.drafts.values()} == {DRAFT_ENDED}


async def test_a_session_ends_its_own_form_and_not_the_newer_one_of_another(world: World, line: Line) -> None:
    other = Line(line.runner, session="s2")
    await line.dial()
    await other.dial()
    await line.type("1")
    await other.type("1")
    await line.type("1", "Palesa")
    world.clock.move(seconds=5)
    await other.type("1", "Thabo")

    assert (await line.type("3")).screen == "form.forgotten"
    assert (await other.type("1", "2580")).screen == "form.sent"
