"""A portal in front of a small world in memory, and one in front of two lenders on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from admin_web.portal import make_portal
from admin_web.settings import PortalSettings
from core.ports.engine import Engine
from core.ports.environment import KeyedHash, Sealer
from core.ports.reads import PortalReads
from core.records.staff import Role
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.reads.plane import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordOnPostgres
from tests.admin_web.browser import Browser
from tests.admin_web.lending import Lending, engine_on
from tests.admin_web.lists import Lists
from tests.admin_web.world import KHOTSO, PASSWORD, World, make_world
from tests.fixtures_postgres import MovableClock

Visitors = Callable[[], Awaitable[Browser]]


@asynccontextmanager
async def served(engine: Engine, reads: PortalReads, settings: PortalSettings) -> AsyncIterator[Visitors]:
    """A running portal, as a maker of browsers, each with cookies of its own."""
    server = TestServer(make_portal(engine, reads, settings))
    clients: list[TestClient] = []  # type: ignore[type-arg]

    async def arrive() -> Browser:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        await client.start_server()
        clients.append(client)
        return Browser(client)

    try:
        yield arrive
    finally:
        for client in clients:
            await client.close()


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
    async with served(world.engine, cast("PortalReads", lists), settings) as arrive:
        yield arrive


@pytest.fixture
async def browser(visitor: Visitors) -> Browser:
    return await visitor()


@pytest.fixture
async def lending(
    record_plane: RecordOnPostgres,
    channel_plane: ChannelOnPostgres,
    clock: MovableClock,
    keyed_hash: KeyedHash,
    sealer: Sealer,
) -> Lending:
    """Two lenders on a real database."""
    lending = Lending(engine_on(record_plane, channel_plane, clock, keyed_hash, sealer))
    await lending.open()
    return lending


@dataclass
class Office:
    """The portal in front of the two lenders, with a desk for everybody who works there."""

    lending: Lending
    arrive: Visitors
    desks: dict[tuple[UUID, Role], Browser] = field(default_factory=dict)

    async def at(self, role: Role, mfi_id: UUID = KHOTSO) -> Browser:
        """The browser of the member of staff with this role, signed in."""
        if (mfi_id, role) not in self.desks:
            member = await self.lending.employ(role, mfi_id)
            browser = await self.arrive()
            assert (await browser.sign_in(member.email, PASSWORD)).status == 303
            self.desks[mfi_id, role] = browser
        return self.desks[mfi_id, role]


@pytest.fixture
async def office(lending: Lending, lists: Lists, settings: PortalSettings) -> AsyncIterator[Office]:
    """With lists that a test fills in itself."""
    async with served(lending.engine, cast("PortalReads", lists), settings) as arrive:
        yield Office(lending, arrive)


@pytest.fixture
async def working_office(
    lending: Lending, portal_reads: PortalReadsOnPostgres, settings: PortalSettings
) -> AsyncIterator[Office]:
    """With the lists read from the database, as in life."""
    async with served(lending.engine, portal_reads, settings) as arrive:
        yield Office(lending, arrive)
