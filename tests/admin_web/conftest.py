"""A portal in front of the small world, and browsers to visit it with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from admin_web.portal import make_portal
from admin_web.settings import PortalSettings
from core.ports.reads import PortalReads
from tests.admin_web.browser import Browser
from tests.admin_web.lists import Lists
from tests.admin_web.world import World, make_world

Visitors = Callable[[], Awaitable[Browser]]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def settings() -> PortalSettings:
    return PortalSettings(secure_cookies=False)


@pytest.fixture
async def visitor(world: World, lists: Lists, settings: PortalSettings) -> AsyncIterator[Visitors]:
    """Make browsers, each with cookies of its own, in front of one portal."""
    server = TestServer(make_portal(world.engine, cast("PortalReads", lists), settings))
    opened: list[TestClient] = []  # type: ignore[type-arg]

    async def arrive() -> Browser:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        await client.start_server()
        opened.append(client)
        return Browser(client)

    yield arrive
    for client in opened:
        await client.close()


@pytest.fixture
async def browser(visitor: Visitors) -> Browser:
    return await visitor()
