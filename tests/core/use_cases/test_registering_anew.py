"""A number that is registered anew: what its former holder left on it does not go on with the new borrower."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.ports.chats import ChatLink
from core.ports.conversations import Claim, DraftRecord, TurnRecord
from core.ports.engine import Engine
from core.records.borrower import Channel, UnderAge
from core.use_cases.registration import OPEN_SESSION_MAX, RegisterBorrower, RegistrationOutcome, register_borrower
from tests.core.use_cases.crashing import ON_EACH, Killed, dying_after
from tests.core.use_cases.lending import Lending
from tests.core.use_cases.test_registration import command
from tests.fixtures_postgres import MovableClock

SERVICE = "ussd:*384*555#"
CHAT = b"k" * 32

pytestmark = ON_EACH


@pytest.fixture
async def lending(on_each: Engine) -> Lending:
    return await Lending.opened(on_each)


def caller_of(lending: Lending, wanted: RegisterBorrower) -> bytes:
    return lending.engine.keyed_hash.phone(wanted.phone)


async def leave_form(lending: Lending, caller: bytes, draft_id: UUID, session: str, command_key: str = "") -> None:
    """A form on a number, the turn that is in it, and the command that it has begun."""
    now = lending.engine.clock.now()
    claim = Claim(1, b"i" * 32, "apply", command_key, b"sealed", now) if command_key else None
    until = now + timedelta(days=30)
    draft = DraftRecord(caller, draft_id, 1, session, "apply", "1", {}, "open", now, until)
    turn = TurnRecord(
        caller, SERVICE, session, 1, "1", "amount", {}, draft_id, 1, 5, b"h" * 32, 1, "CON", False, claim, now, until
    )
    await lending.engine.channel.conversations.save(turn, expected_turn=None, expected_claim=None, draft=draft)


async def link(lending: Lending, caller: bytes) -> None:
    now = lending.engine.clock.now()
    assert await lending.engine.channel.chats.save_link(ChatLink(caller, CHAT, b"address", now))


async def linked_chat(lending: Lending, caller: bytes) -> bytes:
    found = await lending.engine.channel.chats.link(caller)
    assert found is not None
    return found.chat


async def left_on(lending: Lending, caller: bytes, session: str = "new") -> tuple[Any, ...]:
    """Which form's turn a session is in, whose commands wait in other sessions, and which forms there are."""
    now = lending.engine.clock.now()
    snapshot = await lending.engine.channel.conversations.load(caller, SERVICE, session, now)
    turn = snapshot.turn and snapshot.turn.draft_id
    waiting = [record.claim.key for record in snapshot.unfinished if record.claim]
    return turn, waiting, [draft.id for draft in snapshot.drafts]


async def test_no_form_and_no_command_of_a_former_holder_goes_on_with_a_new_borrower(
    lending: Lending, clock: MovableClock
) -> None:
    wanted = command(lending)
    caller = caller_of(lending, wanted)
    await leave_form(lending, caller, uuid4(), "old", "apply:old")
    await leave_form(lending, caller, uuid4(), "older")
    clock.at += OPEN_SESSION_MAX + timedelta(seconds=1)
    await leave_form(lending, caller, wanted.draft_id, "new", f"register:{wanted.draft_id}")

    done = await register_borrower(lending.engine, wanted)

    assert done.outcome is RegistrationOutcome.REGISTERED
    assert await left_on(lending, caller) == (wanted.draft_id, [], [wanted.draft_id])


async def test_a_session_of_just_now_goes_on_because_whoever_dials_twice_has_the_sim(lending: Lending) -> None:
    wanted, other = command(lending), uuid4()
    caller = caller_of(lending, wanted)
    await leave_form(lending, caller, other, "other")

    await register_borrower(lending.engine, wanted)

    assert await left_on(lending, caller, "other") == (other, [], [other])


@pytest.mark.parametrize(
    ("channel", "chat"),
    [(Channel.USSD, b""), (Channel.SMS, b""), (Channel.TELEGRAM, CHAT)],
    ids=str,
)
async def test_only_the_chat_in_which_a_number_is_registered_goes_on_counting_as_it(
    lending: Lending, channel: Channel, chat: bytes
) -> None:
    wanted = replace(command(lending), channel=channel)
    await link(lending, caller_of(lending, wanted))

    await register_borrower(lending.engine, wanted)

    assert await linked_chat(lending, caller_of(lending, wanted)) == chat


async def test_the_chat_is_cut_before_the_borrower_has_a_message_that_would_go_there(lending: Lending) -> None:
    """Killed right before the commit of the borrower, whose first message is in it."""
    wanted = command(lending)
    await link(lending, caller_of(lending, wanted))

    with pytest.raises(Killed):
        # The number, the identity and the chat.
        await register_borrower(dying_after(lending.engine, 3)[0], wanted)

    assert await linked_chat(lending, caller_of(lending, wanted)) == b""
    async with lending.engine.record.unit(wanted.district) as unit:
        assert await unit.commands.known([f"register:{wanted.draft_id}"]) == frozenset()


async def test_a_repeat_drops_nothing_that_the_borrower_has_begun_since(lending: Lending) -> None:
    wanted = command(lending)
    caller, begun = caller_of(lending, wanted), uuid4()
    await register_borrower(lending.engine, wanted)
    await leave_form(lending, caller, begun, "next")
    await link(lending, caller)

    again = await register_borrower(lending.engine, wanted)

    assert again.outcome is RegistrationOutcome.REGISTERED
    assert await left_on(lending, caller, "next") == (begun, [], [begun])
    assert await linked_chat(lending, caller) == CHAT


async def test_a_number_that_is_somebodys_loses_nothing_to_who_tries_to_register_it(lending: Lending) -> None:
    borrowers = command(lending)
    caller, begun = caller_of(lending, borrowers), uuid4()
    await register_borrower(lending.engine, borrowers)
    await leave_form(lending, caller, begun, "next")
    await link(lending, caller)

    other = replace(borrowers, draft_id=uuid4(), national_id="987654321098")
    assert (await register_borrower(lending.engine, other)).outcome is RegistrationOutcome.PHONE_TAKEN

    assert await left_on(lending, caller, "next") == (begun, [], [begun])
    assert await linked_chat(lending, caller) == CHAT


async def test_who_may_not_register_leaves_the_number_free_and_empty(lending: Lending, clock: MovableClock) -> None:
    wanted = replace(command(lending), date_of_birth=await lending.today())
    caller = caller_of(lending, wanted)
    await leave_form(lending, caller, uuid4(), "old", "apply:old")
    clock.at += OPEN_SESSION_MAX + timedelta(seconds=1)

    with pytest.raises(UnderAge):
        await register_borrower(lending.engine, wanted)

    assert await left_on(lending, caller) == (None, [], [])
