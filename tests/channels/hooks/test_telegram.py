"""Telegram's webhook over HTTP: guarded by its header, never refusing what it cannot read, 503 when nothing is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from channels.hooks.telegram import SECRET_HEADER, make_telegram_hook
from channels.telegram.desk import TelegramDesk
from channels.telegram.updates import Incoming
from core.ports.channel import ChannelPlaneDown

SECRET = "0f3c9a7d52e84b16c0d7aa"
NEXT_SECRET = "5e91b3f7a2c84d60e8b1bb"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "telegram"


@dataclass
class Desk:
    """Remembers what it was given."""

    came: list[Incoming] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
    is_down: bool = False

    async def receive(self, came: Incoming) -> None:
        if self.is_down:
            raise ChannelPlaneDown
        self.came.append(came)

    async def set_aside(self, update_id: int) -> None:
        self.aside.append(update_id)


@dataclass
class Hook:
    client: TestClient[web.Request, web.Application]
    desk: Desk

    async def post(self, body: bytes | str, secret: str | None = SECRET) -> ClientResponse:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        return await self.client.post("/hooks/telegram", data=body, headers=headers)

    async def post_fixture(self, name: str, **changed: Any) -> int:
        return (await self.post((FIXTURES / f"{name}.json").read_bytes(), **changed)).status


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    desk = Desk()
    root = web.Application()
    root.add_subapp("/hooks/telegram", make_telegram_hook(cast("TelegramDesk", desk), (SECRET, NEXT_SECRET)))
    async with TestClient(TestServer(root)) as client:
        yield Hook(client, desk)


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "x", SECRET.upper()])
async def test_without_the_secret_nothing_is_read(hook: Hook, secret: str | None) -> None:
    assert await hook.post_fixture("message", secret=secret) == 403
    assert (await hook.post(b"{broken", secret)).status == 403
    assert hook.desk.came == []
    assert hook.desk.aside == []


@pytest.mark.parametrize("secret", [SECRET, NEXT_SECRET])
async def test_either_secret_opens_while_one_replaces_the_other(hook: Hook, secret: str) -> None:
    assert await hook.post_fixture("message", secret=secret) == 200
    assert [came.update_id for came in hook.desk.came] == [10000]


@pytest.mark.parametrize("name", ["group_message", "edited_message", "channel_post", "from_a_bot", "group_kicked"])
async def test_what_is_not_ours_is_acknowledged_and_forgotten(hook: Hook, name: str) -> None:
    assert await hook.post_fixture(name) == 200
    assert hook.desk.came == []


@pytest.mark.parametrize("name", ["poison_message", "poison_press"])
async def test_poison_is_set_aside_and_acknowledged(hook: Hook, name: str) -> None:
    assert await hook.post_fixture(name) == 200
    assert hook.desk.aside == [json.loads((FIXTURES / f"{name}.json").read_bytes())["update_id"]]


@pytest.mark.parametrize("body", ["", "null", "{", "x" * 70_000, "[[[[" * 9_000])
async def test_what_is_no_update_at_all_is_acknowledged(hook: Hook, body: str) -> None:
    assert (await hook.post(body)).status == 200
    assert hook.desk.came == []
    assert hook.desk.aside == []


async def test_what_could_not_be_kept_is_sent_again(hook: Hook) -> None:
    hook.desk.is_down = True

    answer = await hook.post((FIXTURES / "message.json").read_bytes())

    assert answer.status == 503
    assert "Retry-After" in answer.headers


async def test_nothing_but_a_post_is_answered(hook: Hook) -> None:
    assert (await hook.client.get("/hooks/telegram", headers={SECRET_HEADER: SECRET})).status == 405
