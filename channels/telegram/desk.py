"""Works updates off: each is kept before it is acknowledged, then answered once in effect, in the order of its chat.

A chat is worked on by one process at a time, under a lease. What a crash leaves is taken up by the worker: the same
update again gives the same answer, so nothing happens twice; what was being sent may be sent once more.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import structlog

from channels.dispatch.verdicts import pause_seconds
from channels.telegram.delivering import Delivery, Verdict
from channels.telegram.flooding import Floodgate
from channels.telegram.talking import Answer, Talk
from channels.telegram.updates import Incoming, IncomingKind, may_be_secret
from core.ports.channel import ChannelPlaneDown
from core.ports.chats import Chat, ChatUpdate, ChatUpdateStatus
from core.ports.engine import Engine
from core.ports.record import DistrictDown

LEASE_SECONDS: Final = 60
GRACE_SECONDS: Final = 5
"""So long an update belongs to the process that received it, which alone may know a text that is never stored."""

ATTEMPTS_MAX: Final = 8
_BUSY_TRIES: Final = 30
_BUSY_SECONDS: Final = 0.2
_WITHHELD_MAX: Final = 10_000
_PLACE = tuple[bytes, int]

log = structlog.get_logger(__name__)


@dataclass
class TelegramDesk:
    """Receives updates and works them off. `bot` is the bot's own number, `holder` the name of this process.

    Entered once, for as long as updates come: leaving waits for what is under way.
    """

    engine: Engine
    talk: Talk
    delivery: Delivery
    bot: str
    holder: str
    _floodgate: Floodgate = field(default_factory=Floodgate, repr=False)
    _withheld: OrderedDict[_PLACE, str] = field(default_factory=OrderedDict, repr=False)
    _working: dict[bytes, asyncio.Task[None]] = field(default_factory=dict)
    _come_again: set[bytes] = field(default_factory=set)

    async def receive(self, came: Incoming) -> None:
        """Keep an update, once, and begin to work on its chat. Raises `ChannelPlaneDown` when it is not kept.

        What a chat says beyond its bound is acknowledged and forgotten: sent again, it would only be more.
        """
        chat = self.chat_key(came.chat_id)
        if not self._floodgate.lets_in(chat, self.engine.clock.now()):
            log.warning("telegram_chat_floods", update_id=came.update_id)
            return
        if may_be_secret(came.text):
            self._withhold((chat, came.update_id), came.text)
            came = replace(came, text="", is_withheld=True)
        if await self.engine.channel.chats.accept(self._kept(chat, came)):
            self._begin_work(chat)

    async def set_aside(self, update_id: int) -> None:
        """Keep the number of an update that nobody can read, and nothing of what it holds: it may be anything."""
        now = self.engine.clock.now()
        chat = self.engine.keyed_hash.digest("telegram-chat", b"unreadable")
        row = ChatUpdate(chat, self.bot, update_id, b"", ChatUpdateStatus.SET_ASIDE, now, now, 0, "unreadable")
        await self.engine.channel.chats.accept(row)
        log.error("telegram_update_set_aside", update_id=update_id, why="unreadable")

    async def work_off_waiting(self, limit: int) -> int:
        """Take up what nobody worked off in time, for the worker; how many chats. Raises `ChannelPlaneDown`."""
        chats = await self.engine.channel.chats.waiting_chats(self.engine.clock.now(), limit)
        worked = [await self._work_off(chat) for chat in chats]
        return sum(worked)

    async def drain(self, timeout_seconds: float) -> bool:
        """Wait for the chats under work, at shutdown. True when all of it is through."""
        if self._working:
            await asyncio.wait(set(self._working.values()), timeout=timeout_seconds)
        return not self._working

    def chat_key(self, chat_id: int) -> bytes:
        """The name of a chat in the stores."""
        return self.engine.keyed_hash.digest("telegram-chat", f"{self.bot}:{chat_id}".encode())

    # --- one chat ---

    def _begin_work(self, chat: bytes) -> None:
        if chat in self._working:
            self._come_again.add(chat)
            return
        task = asyncio.create_task(self._work_soon(chat))
        self._working[chat] = task
        task.add_done_callback(lambda _task: self._working.pop(chat, None))

    async def _work_soon(self, chat: bytes) -> None:
        """Work a chat off at once; while another process has it, ask again for a while."""
        try:
            for _ in range(_BUSY_TRIES):
                self._come_again.discard(chat)
                if await self._work_off(chat):
                    if chat not in self._come_again:
                        return
                else:
                    await asyncio.sleep(_BUSY_SECONDS)
        except ChannelPlaneDown:
            log.warning("telegram_chat_left_to_the_worker")
        except Exception:  # the last resort of a task that nobody awaits: the worker takes up what it left
            log.exception("telegram_chat_failed")

    async def _work_off(self, chat: bytes) -> bool:
        """Work off what a chat has waiting; False when another process has it."""
        chats = self.engine.channel.chats
        try:
            while True:
                now = self.engine.clock.now()
                held = await chats.lease(chat, self.holder, now, now + timedelta(seconds=LEASE_SECONDS))
                if held is None:
                    return False
                waiting = await chats.waiting(chat, 1)
                if not waiting or not self._may_take(waiting[0]) or not await self._work_on(held, waiting[0]):
                    return True
        finally:
            await chats.release(chat, self.holder)

    def _may_take(self, update: ChatUpdate) -> bool:
        """Not before its time: after a failure, or while only the process that received it knows its text."""
        is_due = update.due_at <= self.engine.clock.now()
        if update.attempts or is_due:
            return is_due
        came = self._opened(update)
        return came is None or not came.is_withheld or (update.chat, update.update_id) in self._withheld

    async def _work_on(self, chat: Chat, update: ChatUpdate) -> bool:
        """Answer one update; True when the next may follow."""
        came = self._opened(update)
        if came is None:
            return await self._settle(update, ChatUpdateStatus.SET_ASIDE, chat)
        try:
            return await self._answer(chat, update, came)
        except ChannelPlaneDown:
            raise
        except Exception:  # the last resort: one update that breaks us must not hold up its chat for ever
            log.exception("telegram_update_failed", update_id=update.update_id, attempts=update.attempts)
            return await self._again(chat, update, "failed", None)

    async def _answer(self, chat: Chat, update: ChatUpdate, came: Incoming) -> bool:
        if chat.awaits_secret and came.kind is IncomingKind.TEXT:
            await self.delivery.delete(came)
        try:
            answer = await self.talk.answer(chat, came)
        except DistrictDown:
            answer = Answer(chat, (self.talk.not_now(chat),))
        verdict = await self.delivery.deliver(answer, came)
        match verdict:
            case Verdict(is_done=True):
                return await self._settle(update, ChatUpdateStatus.DONE, answer.chat)
            case Verdict(code=code, wait_seconds=wait_seconds):
                return await self._again(answer.chat, update, code, wait_seconds)

    async def _again(self, chat: Chat, update: ChatUpdate, code: str, wait_seconds: float | None) -> bool:
        """Try an update later, and its chat's others after it; in the end set it aside."""
        if update.attempts + 1 >= ATTEMPTS_MAX:
            log.error("telegram_update_set_aside", update_id=update.update_id, why=code)
            return await self._settle(update, ChatUpdateStatus.SET_ASIDE, chat)
        pause = wait_seconds or pause_seconds(update.attempts + 1, self.engine.identifiers.random_below)
        await self.engine.channel.chats.postpone(update, self.engine.clock.now() + timedelta(seconds=pause), code)
        return False

    async def _settle(self, update: ChatUpdate, status: ChatUpdateStatus, chat: Chat) -> bool:
        saved = await self.engine.channel.chats.settle(update, status, chat, at=self.engine.clock.now())
        if saved:
            self._withheld.pop((update.chat, update.update_id), None)
        return saved

    # --- what is kept ---

    def _kept(self, chat: bytes, came: Incoming) -> ChatUpdate:
        now = self.engine.clock.now()
        plain = json.dumps(came.to_json(), separators=(",", ":")).encode()
        payload = self.engine.sealer.seal(plain, _context(self.bot, came.update_id))
        due_at = now + timedelta(seconds=GRACE_SECONDS)
        return ChatUpdate(chat, self.bot, came.update_id, payload, ChatUpdateStatus.WAITING, now, due_at)

    def _opened(self, update: ChatUpdate) -> Incoming | None:
        """The update with its text, where this process knows it; None for what cannot be opened any more."""
        try:
            members: dict[str, Any] = json.loads(
                self.engine.sealer.open(update.payload, _context(update.bot, update.update_id))
            )
            came = Incoming.from_json(members)
        except (TypeError, ValueError, KeyError):
            return None
        text = self._withheld.get((update.chat, update.update_id))
        return came if text is None else replace(came, text=text, is_withheld=False)

    def _withhold(self, place: _PLACE, text: str) -> None:
        self._withheld[place] = text
        while len(self._withheld) > _WITHHELD_MAX:
            self._withheld.popitem(last=False)


def _context(bot: str, update_id: int) -> str:
    return f"chat-update:{bot}:{update_id}"
