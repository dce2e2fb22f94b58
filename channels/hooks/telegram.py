"""Telegram's webhook: the secret in its header before anything else, then the update is kept and acknowledged."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

import structlog
from aiohttp import web

from channels.forms import BODY_BYTES_MAX
from channels.hooks.guards import answer_refusals, body_of
from channels.telegram.desk import TelegramDesk
from channels.telegram.updates import PoisonUpdate, parse_update
from channels.transport import MalformedHook

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a header's name

log = structlog.get_logger(__name__)


class TelegramHook:
    """The one callback. `secrets`: two while one replaces the other."""

    def __init__(self, desk: TelegramDesk, secrets: Sequence[str]) -> None:
        self._desk = desk
        self._secrets = [secret.encode() for secret in secrets]

    async def post_update(self, request: web.Request) -> web.Response:
        """Keep an update and answer 200; 403 without the secret, unread; 503 (by the guard) when it is not kept.

        An update that nobody can read is acknowledged too: refused, it would come again for a day and hold up its chat.
        """
        if not self._is_from_telegram(request):
            log.warning("telegram_secret_refused")
            raise web.HTTPForbidden
        try:
            came = parse_update(await body_of(request))
        except PoisonUpdate as poison:
            await self._desk.set_aside(poison.update_id)
        except MalformedHook as error:
            log.warning("telegram_body_unreadable", why=str(error))
        else:
            if came is not None:
                await self._desk.receive(came)
        return web.Response()

    def _is_from_telegram(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        matches = [hmac.compare_digest(given, secret) for secret in self._secrets]
        return any(matches)


def make_telegram_hook(desk: TelegramDesk, secrets: Sequence[str]) -> web.Application:
    """Make the sub-application to mount at `/hooks/telegram`. Its secret is in a header, not in the path."""
    app = web.Application(middlewares=[answer_refusals], client_max_size=BODY_BYTES_MAX)
    app.router.add_post("", TelegramHook(desk, secrets).post_update)
    return app
