"""A chat counts as a number once a code sent to the SIM was typed in it, and until either side ends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.chats import Chat
from core.ports.engine import Engine
from core.ports.record import DistrictDown, Record
from core.ports.work import OutboxRow
from core.records.borrower import Language
from core.records.message import MessageKind
from core.use_cases.linking import (
    CODE_MINUTES,
    CODE_TRIES,
    CODES_A_DAY,
    CodeSending,
    LinkOutcome,
    ask_for_code,
    linked_number,
    try_code,
)
from core.use_cases.messages import CODE_CONTEXT
from core.use_cases.unlinking import is_linked, note_reachable, unlink_telegram
from tests.core.use_cases.faulty_record import while_down
from tests.core.use_cases.lending import AWAY, Lending
from tests.fixtures_postgres import MovableClock

STRANGER = PhoneNumber.parse("+26658859999")
CHAT = Chat(b"k" * 32)
OTHER_CHAT = Chat(b"o" * 32)


async def queued(engine: Engine, kind: MessageKind) -> list[OutboxRow]:
    """Every message of a kind that waits in any district."""
    later = engine.clock.now() + timedelta(days=400)
    found: list[OutboxRow] = []
    for district in (await engine.record.catalogue()).districts:
        async with engine.record.unit(district) as unit:
            found += [row for row in await unit.outbox.claim(later, 500, 1) if row.kind == kind]
    return found


async def code_of(engine: Engine, row: OutboxRow) -> str:
    return engine.sealer.open(bytes.fromhex(row.data["code"]), CODE_CONTEXT).decode()


async def asked(engine: Engine, chat: Chat = CHAT, phone: PhoneNumber = STRANGER, attempt: str = "1") -> Chat:
    result = await ask_for_code(engine, chat, phone, Language.ENGLISH, attempt)
    assert result.sending is CodeSending.SENT
    return result.chat


async def linked(engine: Engine, chat: Chat = CHAT, phone: PhoneNumber = STRANGER, attempt: str = "1") -> Chat:
    chat = await asked(engine, chat, phone, attempt)
    rows = await queued(engine, MessageKind.LINK_CODE)
    (row,) = [row for row in rows if row.key == f"message:link_code:{chat.key.hex()}:{attempt}"]
    tried = await try_code(engine, chat, await code_of(engine, row), b"sealed address", f"{attempt}+")
    assert tried.outcome is LinkOutcome.LINKED
    return tried.chat


async def test_the_code_that_went_to_the_sim_links_the_chat(lending: Lending) -> None:
    chat = await linked(lending.engine)

    assert await linked_number(lending.engine, chat) == STRANGER
    assert await is_linked(lending.engine, STRANGER)
    (told,) = await queued(lending.engine, MessageKind.CHAT_LINKED)
    assert "borrower_id" not in told.data


async def test_a_code_alone_links_nothing(lending: Lending) -> None:
    chat = await asked(lending.engine)

    assert await linked_number(lending.engine, chat) is None
    assert not await is_linked(lending.engine, STRANGER)


async def test_neither_the_code_nor_the_number_stands_in_the_open(lending: Lending) -> None:
    chat = await asked(lending.engine)

    (row,) = await queued(lending.engine, MessageKind.LINK_CODE)
    code = await code_of(lending.engine, row)
    assert len(code) == 6
    assert code not in str(row)
    assert STRANGER.e164[4:] not in f"{row}{chat}"
    assert code.encode() not in chat.code_digest


async def test_asking_again_under_the_same_name_sends_no_second_code(lending: Lending) -> None:
    first, again = await asked(lending.engine), await asked(lending.engine)

    assert first.code_digest == again.code_digest
    assert len(await queued(lending.engine, MessageKind.LINK_CODE)) == 1


async def test_another_chat_is_sent_another_code(lending: Lending) -> None:
    await asked(lending.engine)
    await asked(lending.engine, OTHER_CHAT)

    one, two = await queued(lending.engine, MessageKind.LINK_CODE)
    assert await code_of(lending.engine, one) != await code_of(lending.engine, two)


async def test_a_code_of_one_chat_does_not_link_another(lending: Lending) -> None:
    await asked(lending.engine)
    (row,) = await queued(lending.engine, MessageKind.LINK_CODE)
    other = await asked(lending.engine, OTHER_CHAT)

    tried = await try_code(lending.engine, other, await code_of(lending.engine, row), b"", "2")

    assert tried.outcome is LinkOutcome.WRONG


async def test_a_code_may_be_mistyped_twice_and_is_spent_by_the_third(lending: Lending) -> None:
    chat = await asked(lending.engine)
    (row,) = await queued(lending.engine, MessageKind.LINK_CODE)
    right = await code_of(lending.engine, row)
    wrong = "000000" if right != "000000" else "000001"

    outcomes = []
    for attempt in range(CODE_TRIES):
        tried = await try_code(lending.engine, chat, wrong, b"", str(attempt))
        chat = tried.chat
        outcomes.append((tried.outcome, tried.tries_left))

    assert outcomes == [(LinkOutcome.WRONG, 2), (LinkOutcome.WRONG, 1), (LinkOutcome.OVER, 0)]
    assert (await try_code(lending.engine, chat, right, b"", "9")).outcome is LinkOutcome.OVER
    assert not await is_linked(lending.engine, STRANGER)


async def test_a_code_holds_for_its_minutes_and_no_longer(lending: Lending, clock: MovableClock) -> None:
    chat = await asked(lending.engine)
    (row,) = await queued(lending.engine, MessageKind.LINK_CODE)
    right = await code_of(lending.engine, row)
    clock.move(minutes=CODE_MINUTES)

    assert (await try_code(lending.engine, chat, right, b"", "2")).outcome is LinkOutcome.OVER


async def test_a_code_links_once(lending: Lending) -> None:
    chat = await asked(lending.engine)
    (row,) = await queued(lending.engine, MessageKind.LINK_CODE)
    right = await code_of(lending.engine, row)
    chat = (await try_code(lending.engine, chat, right, b"a", "2")).chat

    assert (await try_code(lending.engine, chat, right, b"a", "3")).outcome is LinkOutcome.OVER


async def test_codes_are_few_a_day(lending: Lending, clock: MovableClock) -> None:
    chat = CHAT
    for attempt in range(CODES_A_DAY):
        chat = await asked(lending.engine, chat, attempt=str(attempt))

    refused = await ask_for_code(lending.engine, chat, STRANGER, Language.ENGLISH, "one more")
    clock.move(days=1)

    assert refused.sending is CodeSending.TOO_MANY
    assert (await asked(lending.engine, refused.chat, attempt="tomorrow")).codes_sent == 1


async def test_the_newest_chat_of_a_number_is_the_only_one(lending: Lending) -> None:
    first = await linked(lending.engine)
    second = await linked(lending.engine, OTHER_CHAT, attempt="2")

    assert await linked_number(lending.engine, first) is None
    assert await linked_number(lending.engine, second) == STRANGER


async def test_a_number_is_unlinked_once_and_told_so(lending: Lending) -> None:
    chat = await linked(lending.engine)

    assert await unlink_telegram(lending.engine, STRANGER, Language.ENGLISH)
    assert not await unlink_telegram(lending.engine, STRANGER, Language.ENGLISH)

    assert await linked_number(lending.engine, chat) is None
    assert len(await queued(lending.engine, MessageKind.CHAT_UNLINKED)) == 1


async def test_a_number_that_has_no_chat_is_not_unlinked(lending: Lending) -> None:
    assert not await unlink_telegram(lending.engine, STRANGER, Language.SESOTHO)
    assert await queued(lending.engine, MessageKind.CHAT_UNLINKED) == []


async def test_a_number_may_be_linked_again(lending: Lending) -> None:
    await linked(lending.engine)
    await unlink_telegram(lending.engine, STRANGER, Language.ENGLISH)

    chat = await linked(lending.engine, attempt="again")

    assert await linked_number(lending.engine, chat) == STRANGER


async def test_two_chats_at_once_leave_one_of_them_linked(lending: Lending) -> None:
    chats = await asyncio.gather(linked(lending.engine), linked(lending.engine, OTHER_CHAT))

    numbers = [await linked_number(lending.engine, chat) for chat in chats]
    assert sorted(number is not None for number in numbers) == [False, True]


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "0" * 9999]
)
async def test_what_is_no_code_is_a_wrong_code(lending: Lending, typed: str) -> None:
    chat = await asked(lending.engine)

    assert (await try_code(lending.engine, chat, typed, b"", "2")).outcome is LinkOutcome.WRONG


class Elsewhere:
    """Chats whose links somebody else always writes just before."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return self if name == "chats" else getattr(self._real, name)

    async def link(self, caller: bytes) -> object:
        return await self._real.chats.link(caller)  # type: ignore[attr-defined]

    async def save_link(self, link: object) -> bool:
        return False

    async def save(self, chat: object) -> bool:
        return bool(await self._real.chats.save(chat))  # type: ignore[attr-defined]


def beside_another(engine: Engine) -> Engine:
    return replace(engine, channel=Elsewhere(engine.channel))  # type: ignore[arg-type]


async def test_a_number_whose_link_keeps_changing_is_neither_linked_nor_unlinked(lending: Lending) -> None:
    chat = await asked(lending.engine)
    (row,) = await queued(lending.engine, MessageKind.LINK_CODE)
    with pytest.raises(Conflict):
        await try_code(beside_another(lending.engine), chat, await code_of(lending.engine, row), b"", "2")
    await linked(lending.engine, OTHER_CHAT)

    with pytest.raises(Conflict):
        await unlink_telegram(beside_another(lending.engine), STRANGER, Language.ENGLISH)

    assert await is_linked(lending.engine, STRANGER)


async def test_a_code_is_sent_from_the_borrowers_district_or_the_first_that_answers(lending: Lending) -> None:
    phone = await lending.borrower(district=AWAY)
    down: set[str] = set()
    partly = replace(lending.engine, record=PartlyDown(lending.engine.record, down))  # type: ignore[arg-type]

    await asked(partly, CHAT, phone)
    down.add(AWAY)
    await asked(partly, OTHER_CHAT, phone)

    districts = [row.district for row in await queued(lending.engine, MessageKind.LINK_CODE)]
    assert sorted(districts) == sorted([AWAY, min((await lending.engine.record.catalogue()).districts)])


async def test_with_no_district_there_is_no_code(lending: Lending) -> None:
    with pytest.raises(DistrictDown):
        await asked(while_down(lending.engine))


class PartlyDown:
    """The record plane without the districts in `down`."""

    def __init__(self, real: Record, down: set[str]) -> None:
        self._real, self._down = real, down

    def unit(self, district: str) -> object:
        if district in self._down:
            raise DistrictDown(district)
        return self._real.unit(district)

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


async def test_what_is_known_of_a_chat_already_is_not_noted_again(lending: Lending) -> None:
    await linked(lending.engine)
    link = await lending.engine.channel.chats.link(lending.engine.keyed_hash.phone(STRANGER))
    assert link is not None

    await note_reachable(lending.engine, link, is_reachable=True)
    assert await lending.engine.channel.chats.link(link.caller) == link

    await note_reachable(lending.engine, link, is_reachable=False)
    noted = await lending.engine.channel.chats.link(link.caller)
    assert noted is not None
    assert not noted.is_reachable
