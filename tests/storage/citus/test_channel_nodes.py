"""Both planes on one cluster: callers go on over the nodes that are left, when the address names more than one."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit

import pytest

from core.ports.channel import ChannelPlaneDown
from core.ports.conversations import SaveResult
from core.ports.environment import Sealer
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.channel.pool import ChannelConnections
from tests.fixtures_citus import CitusDatabase
from tests.storage.contracts.test_channel_conversations import CALLER, a_turn
from tests.storage.samples import NOW

pytestmark = [pytest.mark.engine, pytest.mark.citus]

TRIES = 50
PATIENCE = 10.0
"""More than a busy machine takes: here it is not about time."""


def all_nodes(database: CitusDatabase) -> str:
    """One address with every node in it, the coordinator first."""
    first, *_ = database.app_urls
    hosts = ",".join(urlsplit(url).netloc.rpartition("@")[2] for url in database.app_urls)
    return urlsplit(first)._replace(netloc=f"{urlsplit(first).netloc.rpartition('@')[0]}@{hosts}").geturl()


async def test_the_channel_plane_goes_on_over_the_other_nodes_while_the_coordinator_is_down(
    citus_database: CitusDatabase, sealer: Sealer
) -> None:
    connections = ChannelConnections(
        all_nodes(citus_database),
        connect_timeout_seconds=PATIENCE,
        statement_timeout_seconds=PATIENCE,
        call_timeout_seconds=PATIENCE,
    )
    async with ChannelOnPostgres.opened(connections, sealer) as plane:
        save = plane.conversations.save
        await save(a_turn(), expected_turn=None, expected_claim=None)
        citus_database.cluster.coordinator.kill()

        saved = None
        for _ in range(TRIES):  # whoever had a connection to it is told once, as by any lost one
            with contextlib.suppress(ChannelPlaneDown):
                saved = await save(a_turn(2), expected_turn=1, expected_claim=None)
                break

        assert saved is SaveResult.SAVED
        assert (await plane.conversations.load(CALLER, "*384*555#", "s1", NOW)).turn == a_turn(2)
