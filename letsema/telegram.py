"""The Telegram channel of a process, put together where a token is set; without one there is no such channel."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from channels.dispatch.chats import ChatDispatch
from channels.dispatch.wording import Wording
from channels.hooks.telegram import make_telegram_hook
from channels.telegram.delivering import Delivery
from channels.telegram.desk import TelegramDesk
from channels.telegram.sending import TelegramFailure, TelegramSender, open_bot
from channels.telegram.talking import Talk
from letsema.installation import Installation
from letsema.settings import Settings

_WEBHOOK_TRIES = 5
_WEBHOOK_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Telegram:
    """The bot, what works its updates off, and what guards the webhook."""

    sender: TelegramSender
    desk: TelegramDesk
    secrets: tuple[str, ...] = field(repr=False)

    def hook(self) -> web.Application:
        """What to mount at `/hooks/telegram`."""
        return make_telegram_hook(self.desk, self.secrets)

    def dispatch(self, installation: Installation) -> ChatDispatch:
        """What sends the outbox's messages to chats."""
        wording = Wording(installation.texts, installation.settings.service_codes[0])
        return ChatDispatch(installation.engine, self.sender, wording.for_chat)


@asynccontextmanager
async def open_telegram(installation: Installation) -> AsyncIterator[Telegram | None]:
    """The channel of the settings, until left; then what is under way is waited for. None: it is off."""
    settings = installation.settings
    token = settings.telegram_token.get_secret_value()
    if not token:
        yield None
        return
    async with open_bot(token, settings.telegram_url, settings.telegram_per_second) as sender:
        desk = _desk(installation, sender, bot=token.partition(":")[0])
        yield Telegram(sender, desk, tuple(secret.get_secret_value() for secret in settings.telegram_secrets))
        if not await desk.drain(settings.shutdown_seconds):
            log.warning("telegram_chats_left_to_the_worker")


async def examine_bot(settings: Settings) -> tuple[str, str]:
    """The bot's name and what to do about it, nothing where Telegram knows the token; asked of Telegram itself."""
    try:
        async with open_bot(
            settings.telegram_token.get_secret_value(), settings.telegram_url, settings.telegram_per_second
        ) as sender:
            return await sender.ask_name(), ""
    except TelegramFailure as failure:
        if failure.code == "bad_key":
            return "", "Telegram does not know its token; copy it anew from BotFather into LETSEMA_TELEGRAM_TOKEN"
        return "", f"{settings.telegram_url} does not answer ({failure.code}); see whether it can be reached from here"


def _desk(installation: Installation, sender: TelegramSender, *, bot: str) -> TelegramDesk:
    engine = installation.engine
    talk = Talk(
        engine=engine,
        take=installation.turns.take,
        texts=installation.texts,
        bot=bot,
        service_code=installation.settings.service_codes[0],
    )
    # A process of its own name each: one that starts anew must not count as the holder of what the old one left.
    holder = f"{socket.gethostname()}:{os.getpid()}:{installation.engine.identifiers.new_id()}"
    return TelegramDesk(engine, talk, Delivery(engine, sender), bot, holder)


@asynccontextmanager
async def told_webhook(installation: Installation, telegram: Telegram | None) -> AsyncIterator[None]:
    """Tell Telegram beside everything else where to send updates: that it does not answer must not stop a start."""
    url = installation.settings.telegram_webhook_url
    if telegram is None or url is None:
        yield
        return
    telling = asyncio.create_task(_tell_webhook(telegram, url))
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _tell_webhook(telegram: Telegram, url: str) -> None:
    for attempt in range(1, _WEBHOOK_TRIES + 1):
        try:
            await telegram.sender.set_webhook(url, telegram.secrets[0])
        except TelegramFailure as failure:
            log.warning("telegram_webhook_not_set", code=failure.code, alarm=failure.needs_operator)
            await asyncio.sleep(_WEBHOOK_SECONDS * attempt)
        else:
            return
    log.error("telegram_webhook_given_up")
