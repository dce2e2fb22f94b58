"""A branch on a day that the demo does not have: a payout waits for its second person, another is lost, and a SIM."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from aiohttp.test_utils import TestServer

from admin_web.portal import make_portal
from admin_web.settings import PortalSettings
from core.money import Money
from core.ports.engine import Engine
from core.records.staff import Role
from core.use_cases.releasing import ReleaseDisbursement, release_disbursement
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from storage.embedded import EmbeddedPostgres
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.migrating import Plane, upgrade
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.admin_web.lending import Lending, engine_on
from tests.admin_web.world import PASSWORD
from tests.fixtures_postgres import MovableClock

DATABASE: Final = "branch"
STAFF: Final = {
    Role.LOAN_OFFICER: "Palesa Molapo",
    Role.CREDIT_ANALYST: "Teboho Ramaema",
    Role.CASHIER: "Mpho Sekhonyana",
    Role.MANAGER: "Lineo Khabele",
}


@dataclass
class Branch:
    """A portal on loopback, and the pages that its day has by role and by the name of their picture."""

    public: str
    pages: dict[str, dict[str, str]]

    def staff(self, role: str, lender: str) -> dict[str, str]:
        """The sign-in of somebody with a role; there is one lender."""
        return {"email": f"{role}@{lender.lower()}.example", "password": PASSWORD}

    @classmethod
    @asynccontextmanager
    async def opened(cls, directory: Path) -> AsyncIterator[Self]:
        """With its day behind it, on a PostgreSQL of its own in the directory."""
        names = KeyedNames(b"l" * 32, {1: b"t" * 32})
        clock = MovableClock()
        async with _engine_in(directory, names, clock) as (engine, reads):
            lending = Lending(engine)
            await lending.open()
            pages = await _day(lending, clock)
            async with TestServer(make_portal(engine, reads, PortalSettings(secure_cookies=False))) as server:
                yield cls(str(server.make_url("/")).rstrip("/"), pages)


@asynccontextmanager
async def _engine_in(
    directory: Path, names: KeyedNames, clock: MovableClock
) -> AsyncIterator[tuple[Engine, PortalReadsOnPostgres]]:
    sealer = AesGcmSealer({1: b"s" * 32})
    server = await EmbeddedPostgres.start(directory)
    try:
        await server.ensure_database(DATABASE)
        url = server.url(DATABASE)
        for plane in Plane:
            await upgrade(plane, url)
        async with (
            RecordOnPostgres.opened(RecordConnections(url), sealer, names, clock) as record,
            ChannelOnPostgres.opened(ChannelConnections(url), sealer) as channel,
        ):
            yield engine_on(record, channel, clock, names, sealer), PortalReadsOnPostgres(record, names)
    finally:
        await server.stop()


async def _day(lending: Lending, clock: MovableClock) -> dict[str, dict[str, str]]:
    """A payout whose rail has known nothing of it for two hours, and a large one that its cashier has released."""
    for role, name in STAFF.items():
        await lending.employ(role, name=name)
    phone = await lending.borrower(given_names="Thabo", surname="Lerotholi")
    lost = await lending.lost_payout(phone=phone)
    clock.move(hours=2, minutes=5)
    large = await lending.accepted(amount=Money.of(12_000), net_pay=Money.of(60_000))
    release = ReleaseDisbursement(large.reference, large.version, lending.key())
    await release_disbursement(lending.engine, await lending.actor(Role.CASHIER), release)
    payout = f"/disbursements/{large.reference}"
    return {
        Role.CASHIER: {"settle": f"/payouts/{lost.reference}/settle"},
        Role.LOAN_OFFICER: await _identities(lending),
        Role.MANAGER: {
            "second-release": f"{payout}/confirm",
            "call-off": f"{payout}/call-off",
            "identity-changes": "/identity-changes",
            "identity-change": await _moving_number(lending),
        },
    }


async def _identities(lending: Lending) -> dict[str, str]:
    """Two numbers came with the IDs of borrowers."""
    await lending.identity_case(given_names="Katleho", surname="Sekete")
    case = await lending.identity_case(given_names="Thabang", surname="Lerotholi")
    return {
        "identity-cases": "/identity-cases",
        "identity-case": f"/identity-cases/{case.district}/{case.id}",
        "new-number": "/identity-changes/number",
    }


async def _moving_number(lending: Lending) -> str:
    """The officer has seen the card of somebody with a new SIM."""
    change = await lending.identity_change(reason="SIM lost on the way to Leribe; card and face are hers.")
    return f"/identity-changes/{change.district}/{change.id}"
