"""The directory after an agreed change: what was typed on a number stays behind, and who is late takes nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.chats import ChatLink
from core.ports.conversations import CallerSnapshot, DraftRecord, TurnRecord
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.records.identity import ChangeStatus, IdentityChange
from core.use_cases.callers import registered
from core.use_cases.deciding_change import Answer, agree, change_file
from core.use_cases.following_change import LEFT_ALONE_FOR, follow_change, follow_changes
from core.use_cases.proposing_change import ProposeNumber, propose_number
from tests.core.use_cases.crashing import ON_EACH
from tests.core.use_cases.faulty_channel import down, too_late, with_calls
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.core.use_cases.test_identity_cases import ID
from tests.fixtures_postgres import MovableClock

SERVICE = "ussd:*384*555#"
OTHER_ID = "987654321098"


@pytest.fixture
async def lending(on_each: Engine) -> Lending:
    return await Lending.opened(on_each)


async def left_by(engine: Engine, phone: PhoneNumber) -> CallerSnapshot:
    return await engine.channel.conversations.load(engine.keyed_hash.phone(phone), SERVICE, "s1", engine.clock.now())


async def leave_a_form(engine: Engine, phone: PhoneNumber) -> None:
    """A turn in a form that was begun, as any session leaves them."""
    caller, now = engine.keyed_hash.phone(phone), engine.clock.now()
    end = now + timedelta(days=30)
    turn = TurnRecord(
        caller, SERVICE, "s1", 1, "1", "apply.net_pay", {}, None, None, 0, b"h", 1, "CON", False, None, now, end
    )
    draft = DraftRecord(caller, uuid4(), 1, "s1", "apply", "1", {}, "open", now, end)
    await engine.channel.conversations.save(turn, expected_turn=None, expected_claim=None, draft=draft)


@ON_EACH
async def test_neither_number_keeps_a_form_and_what_is_begun_afterwards_stays(lending: Lending) -> None:
    engine, old, new, third = lending.engine, new_phone(), new_phone(), new_phone()
    await lending.register(old, national_id=ID)
    for phone in (old, new, third):
        await leave_a_form(engine, phone)

    change = await propose_number(engine, lending.officer, ProposeNumber(old, ID, new, "Lost the SIM.", key()))
    assert len((await left_by(engine, old)).drafts) == 1
    await agree(engine, lending.manager, Answer(change.district, change.id, "", key()))

    for phone in (old, new):
        left = await left_by(engine, phone)
        assert (left.turn, left.drafts) == (None, ())
        await leave_a_form(engine, phone)
    await follow_change(engine, change.district, change.id)
    assert [len((await left_by(engine, phone)).drafts) for phone in (old, new, third)] == [1, 1, 1]


async def agreed_only(lending: Lending, old: PhoneNumber, new: PhoneNumber, national_id: str = ID) -> IdentityChange:
    """A change of a registered number that the record says and the directory does not know of yet."""
    command = ProposeNumber(old, national_id, new, "Lost the SIM.", key())
    change = await propose_number(lending.engine, lending.officer, command)
    unreachable = with_calls(lending.engine, "directory", remove_phone=down)
    return await agree(unreachable, lending.manager, Answer(HOME, change.id, "", key()))


async def status_of(lending: Lending, change: IdentityChange) -> ChangeStatus:
    return (await change_file(lending.engine, lending.officer, HOME, change.id)).change.status


@ON_EACH
async def test_one_who_follows_too_late_takes_nothing_of_the_next_change(lending: Lending, clock: MovableClock) -> None:
    """It had read that there was something to do, and slept while another did it and the borrower moved on again."""
    engine, old, new, newest = lending.engine, new_phone(), new_phone(), new_phone()
    borrower_id = (await lending.register(old, national_id=ID)).borrower_id
    change = await agreed_only(lending, old, new)
    caller = engine.keyed_hash.phone(old)  # whoever got the old SIM has linked a chat of their own
    done: list[IdentityChange] = []

    async def after_a_sleep(phone_hash: bytes) -> PhoneEntry | None:
        if not done:
            done.append(await follow_change(engine, HOME, change.id))
            await follow_change(engine, HOME, (await agreed_only(lending, new, newest)).id)
            await engine.channel.chats.save_link(ChatLink(caller, b"c" * 32, b"address", clock.now()))
            clock.move(minutes=1)
        return await engine.channel.directory.phone(phone_hash)

    stands = await follow_change(with_calls(engine, "directory", phone=after_a_sleep), HOME, change.id)

    assert [stands] == done
    assert (await registered(engine, newest)).borrower_id == borrower_id
    assert await engine.channel.directory.phone(engine.keyed_hash.phone(new)) is None
    link = await engine.channel.chats.link(caller)
    assert link is not None
    assert link.chat == b"c" * 32


@ON_EACH
async def test_a_change_that_cannot_be_finished_keeps_no_other_waiting(lending: Lending, clock: MovableClock) -> None:
    """Its number's chat is linked anew again and again, so that it is never cut; what comes after it is done."""
    engine, stuck, other = lending.engine, new_phone(), new_phone()
    caller = engine.keyed_hash.phone(stuck)
    await lending.register(stuck, national_id=ID)
    first = await agreed_only(lending, stuck, new_phone())
    await engine.channel.chats.save_link(ChatLink(caller, b"c" * 32, b"address", clock.now()))
    clock.move(minutes=1)
    await lending.register(other, national_id=OTHER_ID)
    second = await agreed_only(lending, other, new_phone(), OTHER_ID)
    clock.move(seconds=LEFT_ALONE_FOR.total_seconds() + 1)

    with pytest.raises(Conflict):
        await follow_changes(with_calls(engine, "chats", save_link=too_late), HOME, 50)

    assert await status_of(lending, first) is ChangeStatus.AGREED
    assert await status_of(lending, second) is ChangeStatus.DONE
    assert await follow_changes(engine, HOME, 50) == 1
    assert await status_of(lending, first) is ChangeStatus.DONE
