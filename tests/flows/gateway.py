"""A USSD gateway on loopback: a session's requests in either dialect, over HTTP, to the real hooks."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.hooks import HookSettings, make_hooks
from conversations.turns import Hop, Reply
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.environment import KeyedHash

TOKEN = "0f3c9a7d52e84b16c0d7"
SERVICE = "*384*555#"
OTHER_SERVICE = "*384*777#"
DIAL_AGAIN = "Please dial again"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_sessions = itertools.count(1)

Client = TestClient[web.Request, web.Application]


async def opened(engine: Engine, take: Callable[[Hop], Awaitable[Reply]]) -> Client:
    """The hooks on loopback; whoever opens them closes them."""
    root = web.Application()
    settings = HookSettings((TOKEN,), frozenset({SERVICE, OTHER_SERVICE}))
    root.add_subapp("/hooks", make_hooks(settings, engine, take))
    client: Client = TestClient(TestServer(root))
    await client.start_server()
    return client


@dataclass(frozen=True)
class Page:
    """What came back: the status, and the bytes that a network would show."""

    status: int
    body: bytes
    screen: str = ""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def ends(self) -> bool:
        return self.body.startswith(b"END ") or b"<type>3</type>" in self.body


class Session:
    """One session of one SIM, by the cumulative dialect of Africa's Talking."""

    def __init__(self, client: Client, number: PhoneNumber, *, session: str = "") -> None:
        self.client = client
        self.number = number
        self.id = session or f"gateway-{next(_sessions)}"
        self.transcript = ""

    async def types(self, *typed: str) -> Page:
        """Answer, once for each text; the last page."""
        page = Page(0, b"")
        for text in typed:
            self.transcript = f"{self.transcript}*{text}" if self.transcript else text
            page = await self.sends(self.transcript)
        return page

    async def sends(self, transcript: str, *, service: str = SERVICE) -> Page:
        """Deliver a hop with exactly this transcript."""
        return await self.posts(
            f"sessionId={quote(self.id)}&serviceCode={quote(service)}&phoneNumber={quote(self.number.e164)}"
            f"&networkCode=65101&text={quote(transcript)}"
        )

    async def posts(self, body: str) -> Page:
        """Deliver exactly this form."""
        return await _posted(self.client, "africastalking/ussd", body)


class HopSession(Session):
    """One session of one SIM, by the per-hop dialect of TruRoute."""

    async def dials(self, code: str = SERVICE) -> Page:
        return await self.asks("1", code)

    async def types(self, *typed: str) -> Page:
        page = Page(0, b"")
        for text in typed:
            page = await self.asks("2", text)
        return page

    async def asks(self, kind: str, message: str) -> Page:
        """Send one request of a kind."""
        escaped = message.replace("&", "&amp;").replace("<", "&lt;")
        return await _posted(
            self.client,
            "ussd/truroute",
            f"<ussd><msisdn>{self.number.e164[1:]}</msisdn><sessionid>{self.id}</sessionid>"
            f"<type>{kind}</type><msg>{escaped}</msg></ussd>",
        )


async def _posted(client: Client, path: str, body: str) -> Page:
    answer = await client.post(f"/hooks/{TOKEN}/{path}", data=body.encode(), headers=_FORM)
    return Page(answer.status, await answer.read(), answer.headers.get("at-ussd-hop-metadata", ""))


async def turns_of(channel: Any, keyed_hash: KeyedHash, number: PhoneNumber, session: str, now: Any) -> Any:
    """The stored turn of a session under the first service, or None."""
    snapshot = await channel.conversations.load(keyed_hash.phone(number), f"ussd:{SERVICE}", session, now)
    return snapshot.turn
