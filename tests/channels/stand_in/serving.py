"""The stand-in and an application that takes its callbacks, both real servers on loopback, for a test's duration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.stand_in.app import CALLBACKS, make_stand_in
from channels.stand_in.callbacks import RetryPauses
from channels.stand_in.settings import StandInSettings

NOW = datetime(2026, 11, 23, 8, 15, 30, 250_000, tzinfo=UTC)
API_KEY = "a-key"
USERNAME = "letsema"


@dataclass
class Application:
    """Takes every hook, remembers path, content type and body, and answers what it was told to."""

    answers: list[int] = field(default_factory=list)
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append((request.path, request.content_type, await request.read()))
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers={"Location": "/elsewhere"})


@dataclass
class Served:
    """Where the stand-in is, and what the application got."""

    url: str
    client: aiohttp.ClientSession
    application: Application
    stand_in: web.Application

    async def quiet(self) -> None:
        """Until nothing is owed: at most five seconds."""
        await asyncio.wait_for(self.stand_in[CALLBACKS].wait_until_idle(), 5)

    async def quiet_after_payouts(self) -> None:
        """Until every payout has ended and been told."""
        while any(payout["status"] == "accepted" for payout in await self.get("/_payouts")):
            await asyncio.sleep(0)
        await self.quiet()

    async def get(self, path: str) -> Any:
        async with self.client.get(self.url + path) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, **members: Any) -> tuple[int, Any]:
        async with self.client.post(self.url + path, json=members) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text())

    async def fault(self, provider: str, fault: str, times: int = 1) -> None:
        status, answer = await self.post("/_faults", provider=provider, fault=fault, times=times)
        assert status == 200, answer


@asynccontextmanager
async def serving(**changes: Any) -> AsyncIterator[Served]:
    """Serve both; `changes` are settings of the stand-in."""
    application = Application()
    hooks = web.Application()
    hooks.router.add_post("/{path:.*}", application.take)
    async with TestServer(hooks) as public, aiohttp.ClientSession() as client:
        quick: dict[str, Any] = {
            "report_seconds": 0.0,
            "confirm_seconds": 0.0,
            "slow_seconds": 0.05,
            "pauses": RetryPauses(attempts_max=4, first_seconds=0.001, longest_seconds=0.002),
            "sms_username": USERNAME,
            "sms_api_key": API_KEY,
        }
        settings = StandInSettings(
            public_url=str(public.make_url("")).rstrip("/"), now=lambda: NOW, **(quick | changes)
        )
        stand_in = make_stand_in(settings)
        async with TestServer(stand_in) as server:
            yield Served(str(server.make_url("")).rstrip("/"), client, application, stand_in)
