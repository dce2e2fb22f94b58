"""Grounds on the engines that there are: made as an operator makes an installation, by the product's own commands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from storage.embedded import EmbeddedPostgres
from tests.drills.ground import Ground
from tests.fixtures_cassandra import DATACENTER
from tests.servers.citus.cluster import CitusCluster


def channel_settings(nodes: Sequence[str], *, copies: int) -> dict[str, str]:
    """The channel plane on Cassandra, in a keyspace of its own, with so many copies of each row."""
    return {
        "channel_store": "cassandra",
        "cassandra_contact_points": ",".join(nodes),
        "cassandra_datacenter": DATACENTER,
        "cassandra_keyspace": f"drills_{uuid4().hex[:12]}",
        "cassandra_replication": f"{DATACENTER}:{copies}",
    }


@contextmanager
def ground_on_postgres(server: EmbeddedPostgres, directory: Path, channel: Mapping[str, str]) -> Iterator[Ground]:
    """The record plane in a database of its own; both planes, where no channel plane is given."""
    database = f"drills_{uuid4().hex[:12]}"
    asyncio.run(server.ensure_database(database))
    planes = {"record_url": server.url(database, "letsema_app"), **channel}
    ground = Ground(directory, planes, owner_url=server.url(database))
    asyncio.run(ground.upgrade())
    with _opened(ground):
        yield ground


@contextmanager
def ground_on_citus(cluster: CitusCluster, directory: Path, channel: Mapping[str, str]) -> Iterator[Ground]:
    """The record plane on every node, Maseru's rows on the first worker, Mokhotlong's on the second."""
    database = f"drills_{uuid4().hex[:12]}"
    asyncio.run(cluster.create_database(name=database, joined=False))
    planes = {
        "record_url": cluster.coordinator.app_url(database),
        "record_nodes": ",".join(node.app_url(database) for node in cluster.workers),
        **channel,
    }
    ground = Ground(directory, planes, owner_url=cluster.coordinator.url(database))
    asyncio.run(_distribute(ground, cluster, database))
    with _opened(ground):
        yield ground
    cluster.make_whole()
    asyncio.run(cluster.drop_database(database))


async def _distribute(ground: Ground, cluster: CitusCluster, database: str) -> None:
    await ground.upgrade()
    first, second = cluster.workers
    coordinator = cluster.coordinator.address
    await ground.command(
        "cluster", "init", "--coordinator", coordinator, "--node", first.address, "--node", second.address
    )
    await cluster.let_the_product_in(database)
    placement = ground.directory / "placement.toml"
    placement.write_text(
        f'[nodes]\nfirst = "{first.address}"\nsecond = "{second.address}"\n'
        '[districts]\nLS-A = "first"\nLS-J = "second"\n',
        encoding="utf-8",
    )
    await ground.command("cluster", "place", "--file", str(placement), "--block-writes")


@contextmanager
def _opened(ground: Ground) -> Iterator[None]:
    try:
        ground.open()
        yield
    finally:
        ground.close()
