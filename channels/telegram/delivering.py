"""Sends what a chat is answered, in order, and says whether the update is done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog

from channels.telegram.sending import TelegramFailure, TelegramSender
from channels.telegram.talking import Answer, Say, Show
from channels.telegram.updates import Incoming, IncomingKind
from core.ports.chats import Chat
from core.ports.engine import Engine
from core.use_cases.unlinking import note_reachable

ALERT_CHARACTERS_MAX: Final = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an update is done with; if not, why, and in how many seconds Telegram wants to hear of it again."""

    is_done: bool
    code: str = ""
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends answers through a bot."""

    engine: Engine
    sender: TelegramSender

    async def deliver(self, answer: Answer, came: Incoming) -> Verdict:
        """Send everything of an answer. What may have arrived is not sent again: a second screen would confuse."""
        if came.kind is IncomingKind.PRESS:
            await self._rest(answer, came)
        try:
            for send in answer.sends:
                await self._send(send, came.chat_id)
        except TelegramFailure as failure:
            log.warning("telegram_not_sent", code=failure.code, alarm=failure.needs_operator)
            if failure.is_blocked:
                await self._note_blocked(answer.chat)
            is_done = failure.permanent or failure.may_have_been_sent
            return Verdict(is_done, failure.code, failure.wait_seconds)
        return Verdict(is_done=True)

    async def delete(self, came: Incoming) -> None:
        """Remove a secret from the chat. A failure is told to the operator, for the secret stays readable there."""
        if came.message_id is None:
            return
        try:
            await self.sender.delete(came.chat_id, came.message_id)
        except TelegramFailure as failure:
            log.warning("telegram_secret_not_deleted", code=failure.code, alarm=True)

    async def _send(self, send: Say | Show, chat_id: int) -> None:
        match send:
            case Say(text, share_button):
                await self.sender.send_text(chat_id, text, share_button=share_button)
            case Show(screen, session, turn):
                await self.sender.send_screen(chat_id, screen, session, turn)

    async def _rest(self, answer: Answer, came: Incoming) -> None:
        """Stop the button's clock, and take the buttons away. Neither is worth a second try: the answer itself is."""
        try:
            await self.sender.answer_press(came.callback_id, answer.alert[:ALERT_CHARACTERS_MAX])
            if answer.clears_buttons and came.message_id is not None:
                await self.sender.clear_buttons(came.chat_id, came.message_id)
        except TelegramFailure as failure:
            log.info("telegram_press_not_answered", code=failure.code)

    async def _note_blocked(self, chat: Chat) -> None:
        link = await self.engine.channel.chats.link(chat.caller) if chat.caller else None
        if link is not None and link.chat == chat.key:
            await note_reachable(self.engine, link, is_reachable=False)
