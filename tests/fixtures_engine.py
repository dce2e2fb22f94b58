"""A whole engine on a real database, with a rail that answers as a test tells it: `engine`, `rail`, `lending`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import pytest

from core.money import Money
from core.ports.engine import Engine
from core.ports.environment import KeyedHash, Sealer
from core.ports.rails import PayoutAnswer, PayoutResult
from letsema.environment import SystemIdentifiers
from letsema.keys.secret_hashing import PepperedArgon2
from storage.cassandra.plane import ChannelOnCassandra
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.record.plane import RecordOnPostgres
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock

_CHEAP_KIB: Final = 8
"""The least that Argon2 takes. What a hash costs in life, and what the product asks for, is tested with the keys."""


@dataclass
class ObedientRail:
    """Pays out as it is told, and remembers what it was asked."""

    name: str = "simulated"
    answer: PayoutResult = field(default_factory=lambda: PayoutResult(PayoutAnswer.CONFIRMED, "RAIL1"))
    asked: list[tuple[str, str, Money]] = field(default_factory=list)
    queried: list[str] = field(default_factory=list)
    prompted: list[tuple[str, str, Money, str]] = field(default_factory=list)

    async def pay_out(self, reference: str, *, to: str, amount: Money, rail_account: str) -> PayoutResult:
        assert rail_account
        self.asked.append((reference, to, amount))
        return self.answer

    async def query(self, reference: str) -> PayoutResult:
        self.queried.append(reference)
        return self.answer

    async def request_payment(
        self, reference: str, *, payer: str, amount: Money, rail_account: str, account: str
    ) -> PayoutResult:
        assert rail_account
        self.prompted.append((reference, payer, amount, account))
        return self.answer


@pytest.fixture(scope="session")
def hashing_pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def rail() -> ObedientRail:
    return ObedientRail()


@pytest.fixture
def engine(
    record_plane: RecordOnPostgres,
    channel_plane: ChannelOnPostgres,
    clock: MovableClock,
    keyed_hash: KeyedHash,
    sealer: Sealer,
    rail: ObedientRail,
    hashing_pool: ThreadPoolExecutor,
) -> Engine:
    return Engine(
        record=record_plane,
        channel=channel_plane,
        clock=clock,
        identifiers=SystemIdentifiers(),
        keyed_hash=keyed_hash,
        sealer=sealer,
        pin_hasher=PepperedArgon2(b"p" * 32, "pin", hashing_pool, memory_kib=_CHEAP_KIB),
        password_hasher=PepperedArgon2(b"p" * 32, "password", hashing_pool, memory_kib=_CHEAP_KIB),
        rails={rail.name: rail},
    )


@pytest.fixture
def on_each(request: pytest.FixtureRequest, engine: Engine) -> Engine:
    """The engine on PostgreSQL, or with the channel plane on whatever a test is parametrised with."""
    if getattr(request, "param", "postgres") == "postgres":
        return engine
    plane: ChannelOnCassandra = request.getfixturevalue("cassandra_plane")
    return replace(engine, channel=plane)


@pytest.fixture
async def lending(engine: Engine) -> Lending:
    """Two lenders with a product each, staff, a float, and the business date of the clock's day everywhere."""
    return await Lending.opened(engine)
