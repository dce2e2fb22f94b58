"""Two lenders that decide on one person at the same moment, each over another node, cannot both miss the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.credit.checks import Check, Severity
from core.ports.environment import KeyedHash, Sealer
from core.records.staff import Role
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.core.use_cases.lending import HOME, Lending
from tests.core.use_cases.test_checking import desk, one
from tests.fixtures_postgres import MovableClock

pytestmark = [pytest.mark.engine, pytest.mark.citus]


@pytest.fixture
async def elsewhere(
    lending: Lending,
    patient_connections: RecordConnections,
    sealer: Sealer,
    keyed_hash: KeyedHash,
    clock: MovableClock,
) -> AsyncIterator[Lending]:
    """The same platform, in a process that enters the cluster by its coordinator alone."""
    by_the_coordinator = replace(patient_connections, other_urls=())
    async with RecordOnPostgres.opened(by_the_coordinator, sealer, keyed_hash, clock) as plane:
        yield replace(lending, engine=replace(lending.engine, record=plane))


async def test_two_lenders_that_decide_at_once_over_two_nodes_do_not_both_miss_the_other(
    lending: Lending, elsewhere: Lending
) -> None:
    alone = one(Check.LIVE_LOANS_ELSEWHERE, Severity.BLOCK, live_loans_elsewhere=0)
    desks = [await desk(lending, alone), await desk(elsewhere, alone, other=True)]
    phone = await lending.borrower(district=HOME)
    references = [await where.apply(phone) for where in desks]
    for where, reference in zip(desks, references, strict=True):
        await where.recommend(reference)

    outcomes = await asyncio.gather(
        *(where.approve(reference, Role.CREDIT_ANALYST) for where, reference in zip(desks, references, strict=True)),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application", "OverrideNotAllowed"]
