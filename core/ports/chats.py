"""Chats with our bot: which number each counts as, where it stands, and what came in and is still to be worked off.

A chat is known by a keyed hash; numbers, addresses and what people wrote are sealed before they come here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

CHAT_KEPT: Final = timedelta(days=30)
"""How long a chat that counts as no number is kept after it last said something: how many codes it asked for."""
LINKED_CHAT_KEPT: Final = timedelta(days=400)
"""How long one that counts as a number is kept in silence; after that its number is linked anew."""


class ChatUpdateStatus(StrEnum):
    """Where an update stands. `set_aside`: nobody can make anything of it, and it must not hold up the next."""

    WAITING = "waiting"
    DONE = "done"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class ChatUpdate:
    """Something that came in from a chat, worked off once, in the order of `update_id` within its chat.

    `payload` is sealed, and emptied when it is worked off. `due_at`: from when anybody may take it; before, it belongs
    to the process that received it.
    """

    chat: bytes
    bot: str
    update_id: int
    payload: bytes = field(repr=False)
    status: ChatUpdateStatus
    received_at: datetime
    due_at: datetime
    attempts: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """One private chat. `version` guards every change; a chat that was never stored has version 0.

    `caller` and `phone` (sealed) are the number that it says it is; it counts as that number only while the number's
    `ChatLink` names this chat. With `code_digest`, a one-time code was sent to that number and is still to be typed.
    `session` and `turn` are the conversation's, "" and 0 where none is under way; it is over at `session_until`.
    `awaits_secret`: the next message holds a PIN.
    """

    key: bytes
    caller: bytes = b""
    phone: bytes = field(default=b"", repr=False)
    language: str = ""
    session: str = ""
    turn: int = 0
    session_until: datetime | None = None
    awaits_secret: bool = False
    code_digest: bytes = b""
    code_until: datetime | None = None
    code_tries: int = 0
    codes_sent: int = 0
    codes_since: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class ChatLink:
    """The chat of a number. `chat` is empty where there is none any more; `address` is where to write to, sealed.

    `is_reachable` is False once the chat refused a message, until it writes again.
    """

    caller: bytes
    chat: bytes
    address: bytes = field(repr=False)
    linked_at: datetime
    is_reachable: bool = True
    version: int = 0


class Chats(Protocol):
    """Chats, their links and their updates. Every method touches one partition, but for `waiting_chats`."""

    async def accept(self, update: ChatUpdate) -> bool:
        """Keep an update before it is acknowledged; False when the same was kept before."""
        ...

    async def waiting_chats(self, now: datetime, limit: int) -> Sequence[bytes]:
        """Chats with something to work off that nobody took in time, for the worker."""
        ...

    async def waiting(self, chat: bytes, limit: int) -> Sequence[ChatUpdate]:
        """What a chat has waiting, in order."""
        ...

    async def lease(self, chat: bytes, holder: str, now: datetime, until: datetime) -> Chat | None:
        """Take a chat to work on, alone; None when another holder has it. One that is not stored is made."""
        ...

    async def release(self, chat: bytes, holder: str) -> None:
        """Give a chat back, if this holder still has it."""
        ...

    async def settle(self, update: ChatUpdate, status: ChatUpdateStatus, chat: Chat, *, at: datetime) -> bool:
        """Mark an update as worked off, its payload emptied, and save the chat with it: both or neither.

        False when the chat's stored version is another than `chat.version`.
        """
        ...

    async def postpone(self, update: ChatUpdate, due_at: datetime, error: str) -> None:
        """Count a failed attempt; it is tried again from `due_at` on."""
        ...

    async def purge_idle(self, now: datetime, limit: int) -> int:
        """Remove chats that were silent for so long that `CHAT_KEPT` or `LINKED_CHAT_KEPT` is over; how many went.

        Nothing where the store lets them expire by itself. A number's `ChatLink` stays: messages still go to its chat.
        """
        ...

    async def link(self, caller: bytes) -> ChatLink | None:
        """The chat of a number, also one that was unlinked."""
        ...

    async def save_link(self, link: ChatLink) -> bool:
        """Write version + 1 over `link.version` (0: it must not exist); False when the stored version is another."""
        ...
