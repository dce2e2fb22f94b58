"""A list over districts goes on without one whose node is down, and names it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from core.ports.environment import KeyedHash, Sealer
from core.ports.reads import QueueFilter
from core.ports.record import DistrictDown
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordConnections, RecordOnPostgres
from tests.fixtures_postgres import MovableClock
from tests.storage.samples import DISTRICT, MFI, TODAY, a_borrower, an_application, lay_ground

# What a cluster answers when the node that holds a district does not: here, whenever a row of LS-B is looked at.
_NODE_OF_LS_B_IS_DOWN = """
    create function record.node_of(district text) returns boolean language plpgsql as $$
    begin
        if district = 'LS-B' then
            raise exception 'connection to the remote node failed' using errcode = '08006';
        end if;
        return true;
    end $$;
    alter table record.applications enable row level security;
    create policy reachable on record.applications using (record.node_of(district));
    alter table record.district_days enable row level security;
    create policy reachable on record.district_days using (record.node_of(district));
"""


@pytest.fixture
async def reads(
    own_database_url: str, sealer: Sealer, keyed_hash: KeyedHash, clock: MovableClock
) -> AsyncIterator[PortalReadsOnPostgres]:
    """One application in each of two districts, the node of LS-B down."""
    async with RecordOnPostgres.opened(RecordConnections(own_database_url), sealer, keyed_hash, clock) as record:
        await lay_ground(record)
        await record.open_district("LS-B", TODAY)
        for district in (DISTRICT, "LS-B"):
            borrower = a_borrower(district=district)
            async with record.unit(district) as unit:
                await unit.borrowers.add(borrower)
                await unit.applications.add(an_application(borrower))
                await unit.commit()
        owner = await asyncpg.connect(own_database_url)
        await owner.execute(_NODE_OF_LS_B_IS_DOWN)
        await owner.close()
        yield PortalReadsOnPostgres(record, keyed_hash)


async def test_the_queue_shows_the_other_districts_and_names_the_missing_one(reads: PortalReadsOnPostgres) -> None:
    page = await reads.queue(MFI, [DISTRICT, "LS-B"], QueueFilter())

    assert [row.district for row in page.rows] == [DISTRICT]
    assert page.missing_districts == ("LS-B",)


async def test_the_dashboard_does_too(reads: PortalReadsOnPostgres) -> None:
    figures = await reads.dashboard(MFI, [DISTRICT, "LS-B"])

    assert figures.applications == {"submitted": 1}
    assert (figures.districts, figures.missing_districts) == ((DISTRICT,), ("LS-B",))


async def test_with_no_district_left_the_record_plane_is_down(reads: PortalReadsOnPostgres) -> None:
    with pytest.raises(DistrictDown):
        await reads.queue(MFI, ["LS-B"], QueueFilter())
