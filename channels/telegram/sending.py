"""Speaks to Telegram with python-telegram-bot's `Bot`, at a rate that Telegram allows, and says how a call failed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, TypeVar

# Before the library is imported: its time-outs are `timedelta` then, as in its next major version, without a warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import telegram
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.error import TelegramError as LibraryError
from telegram.request import HTTPXRequest

from channels.dispatch.pacing import Pace
from channels.telegram.screens import Button, Press, TelegramScreen, callback_data
from channels.transport import TransportError

PROVIDER: Final = "telegram"
ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member")
"""What is asked for: no edited messages, no channels."""

START_SESSION: Final = "start"
"""Stands for a session in the button that begins a new one."""

_CONNECTIONS: Final = 16
_CONNECT_SECONDS: Final = 3.0
_ANSWER_SECONDS: Final = 8.0
_WEBHOOK_CONNECTIONS_MAX: Final = 40

# The library's own HTTP client's words, which it hands on as a cause only. By name: the client is its affair, not ours.
_NEVER_LEFT: Final = frozenset({"ConnectTimeout", "ConnectError", "PoolTimeout"})

_T = TypeVar("_T")


class TelegramFailure(TransportError):
    """Telegram did not take a call. `is_blocked`: the person does not want us; `wait_seconds`: when to come again."""

    def __init__(
        self,
        code: str,
        *,
        permanent: bool = False,
        may_have_been_sent: bool = False,
        needs_operator: bool = False,
        is_blocked: bool = False,
        wait_seconds: float | None = None,
    ) -> None:
        super().__init__(
            permanent=permanent, code=code, may_have_been_sent=may_have_been_sent, needs_operator=needs_operator
        )
        self.is_blocked = is_blocked
        self.wait_seconds = wait_seconds


class TelegramSender(Protocol):
    """What we ask of Telegram. Every method raises `TelegramFailure`; none tries again by itself."""

    async def send_screen(self, chat_id: int, screen: TelegramScreen, session: str, turn: int) -> str:
        """Send a screen with its buttons; the message's number."""
        ...

    async def send_text(self, chat_id: int, text: str, *, share_button: str = "") -> str:
        """Send a text; with `share_button`, the keyboard becomes one button that shares the person's number.

        Without, a keyboard that was there before is taken away. Returns the message's number.
        """
        ...

    async def answer_press(self, callback_id: str, alert: str = "") -> None:
        """Let a pressed button rest; with an alert, say why nothing happened."""
        ...

    async def clear_buttons(self, chat_id: int, message_id: int) -> None:
        """Take the buttons from a message that was answered."""
        ...

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Remove a message that holds a secret from the chat."""
        ...

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates sent to an address, with a secret in their header."""
        ...


@dataclass(frozen=True, slots=True)
class BotSender:
    """A `TelegramSender` on the real library."""

    bot: telegram.Bot
    pace: Pace

    async def send_screen(self, chat_id: int, screen: TelegramScreen, session: str, turn: int) -> str:
        markup = _keyboard(screen, session, turn) if screen.rows else None
        sent = await self._paced(lambda: self.bot.send_message(chat_id, screen.text, reply_markup=markup))
        return str(sent.message_id)

    async def send_text(self, chat_id: int, text: str, *, share_button: str = "") -> str:
        markup = _share_keyboard(share_button) if share_button else telegram.ReplyKeyboardRemove()
        sent = await self._paced(lambda: self.bot.send_message(chat_id, text, reply_markup=markup))
        return str(sent.message_id)

    async def answer_press(self, callback_id: str, alert: str = "") -> None:
        await _classified(
            lambda: self.bot.answer_callback_query(callback_id, text=alert or None, show_alert=bool(alert))
        )

    async def clear_buttons(self, chat_id: int, message_id: int) -> None:
        await _classified(lambda: self.bot.edit_message_reply_markup(chat_id, message_id, reply_markup=None))

    async def delete(self, chat_id: int, message_id: int) -> None:
        await _classified(lambda: self.bot.delete_message(chat_id, message_id))

    async def set_webhook(self, url: str, secret: str) -> None:
        await _classified(
            lambda: self.bot.set_webhook(
                url,
                max_connections=_WEBHOOK_CONNECTIONS_MAX,
                allowed_updates=ALLOWED_UPDATES,
                secret_token=secret,
            )
        )

    async def ask_name(self) -> str:
        """Who the token is to Telegram: the bot's name, as people search for it. Raises `TelegramFailure`."""
        return (await _classified(self.bot.get_me)).username or ""

    async def _paced(self, call: Callable[[], Awaitable[_T]]) -> _T:
        await self.pace.take()
        return await _classified(call)


@asynccontextmanager
async def open_bot(
    token: str, api_url: str, per_second: float, *, answer_seconds: float = _ANSWER_SECONDS
) -> AsyncIterator[BotSender]:
    """A bot at an API's address, until left. It is not asked who it is: an API that is down must not stop a start."""
    request = HTTPXRequest(
        connection_pool_size=_CONNECTIONS,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=answer_seconds,
        write_timeout=answer_seconds,
        pool_timeout=_CONNECT_SECONDS,
    )
    bot = telegram.Bot(token, base_url=f"{api_url}/bot", request=request)
    try:
        yield BotSender(bot, Pace(per_second))
    finally:
        await request.shutdown()


async def _classified(call: Callable[[], Awaitable[_T]]) -> _T:
    """The call's answer. Raises `TelegramFailure`; the library's error may hold the token, so it is not chained."""
    try:
        return await call()
    except LibraryError as error:
        failure = failure_of(error)
    raise failure


def failure_of(error: LibraryError) -> TelegramFailure:
    """What a failure of the library means for what was to be sent."""
    match error:
        case RetryAfter():
            return TelegramFailure("retry_after", wait_seconds=_seconds(error.retry_after))
        case Forbidden():
            return TelegramFailure("blocked", permanent=True, is_blocked=True)
        case BadRequest():
            return TelegramFailure("bad_request", permanent=True)
        case InvalidToken():
            return TelegramFailure("bad_key", needs_operator=True)
        case Conflict():
            return TelegramFailure("conflict", needs_operator=True)
        case NetworkError():
            return _network_failure(error)
        case _:
            return TelegramFailure("malformed_answer", may_have_been_sent=True)


def _network_failure(error: NetworkError) -> TelegramFailure:
    """Whether the request ever left. Where there is an answer, it was an error page, and nothing was sent."""
    cause = error.__cause__
    if type(cause).__name__ in _NEVER_LEFT:
        return TelegramFailure("unreachable")
    if isinstance(error, TimedOut):
        return TelegramFailure("timeout", may_have_been_sent=True)
    if cause is not None and not isinstance(cause, LibraryError):
        return TelegramFailure("connection_lost", may_have_been_sent=True)
    return TelegramFailure("provider_error")


def _seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _keyboard(screen: TelegramScreen, session: str, turn: int) -> telegram.InlineKeyboardMarkup:
    return telegram.InlineKeyboardMarkup([[_button(button, session, turn) for button in row] for row in screen.rows])


def _button(button: Button, session: str, turn: int) -> telegram.InlineKeyboardButton:
    return telegram.InlineKeyboardButton(button.label, callback_data=callback_data(Press(session, turn, button.key)))


def _share_keyboard(label: str) -> telegram.ReplyKeyboardMarkup:
    share = telegram.KeyboardButton(label, request_contact=True)
    return telegram.ReplyKeyboardMarkup([[share]], resize_keyboard=True, one_time_keyboard=True)
