"""An installation with its channel plane on Cassandra, from the settings on; and what commands say without one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from letsema.databases import Embedded, check_schemas, migrate, open_databases
from letsema.installation import open_installation
from letsema.internal_app import examine
from letsema.settings import load_settings
from storage.cassandra.connecting import connected
from storage.cassandra.migrating import KeyspaceMissing
from storage.cassandra.plane import ChannelOnCassandra
from storage.postgres.migrating import Plane, upgrade
from tests.fixtures_cassandra import DATACENTER, CassandraServer
from tests.journeys.demo import LETSEMA
from tests.letsema.test_settings import GOOD_KEY, OTHER_KEY
from tests.servers.ports import free_port

pytestmark = pytest.mark.engine

KEYS: dict[str, Any] = {
    "pepper": GOOD_KEY,
    "lookup_key": OTHER_KEY,
    "transcript_keys": f"1:{GOOD_KEY}",
    "sealing_keys": f"1:{OTHER_KEY}",
}


def cluster_settings(node: str, **more: str) -> dict[str, str]:
    return {"channel_store": "cassandra", "cassandra_contact_points": node, "cassandra_datacenter": DATACENTER} | more


def run(*arguments: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A command, with these settings and no others."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LETSEMA_")}
    environment |= {f"LETSEMA_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [LETSEMA, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


async def test_the_settings_alone_put_the_channel_plane_on_cassandra(
    cassandra_server: CassandraServer, tmp_path: Path
) -> None:
    async with connected(cassandra_server.address()):
        pass  # a node's first client waits longer than the product would
    node = f"{cassandra_server.host}:{cassandra_server.port}"
    given: dict[str, Any] = cluster_settings(
        node, cassandra_keyspace=f"letsema_{uuid4().hex[:12]}", cassandra_replication=f"{DATACENTER}:1"
    )
    settings = load_settings(data_dir=tmp_path, **given, **KEYS)

    async with open_databases(settings, Embedded.OWN) as databases:
        await upgrade(Plane.RECORD, databases.owner(Plane.RECORD))
        with pytest.raises(KeyspaceMissing, match="letsema db upgrade"):
            await check_schemas(databases)
        await migrate(databases)
        await check_schemas(databases)
        async with open_installation(settings, databases) as installation:
            assert isinstance(installation.engine.channel, ChannelOnCassandra)
            assert (await examine(installation.engine))["channel"] == {"directory": "ok"}
            assert await installation.planes.purge() == 0


def test_an_upgrade_without_a_cluster_is_one_sentence_and_changes_nothing(tmp_path: Path) -> None:
    settings = cluster_settings(f"127.0.0.1:{free_port()}", data_dir=str(tmp_path / "data"))

    ran = run("db", "upgrade", settings=settings)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert "No Cassandra node answers" in ran.stderr


def test_doctor_tells_what_is_missing_in_the_settings(tmp_path: Path) -> None:
    settings = cluster_settings("127.0.0.1:9042", data_dir=str(tmp_path / "data")) | {"cassandra_datacenter": ""}

    ran = run("doctor", settings=settings)

    assert ran.returncode == 2
    assert "LETSEMA_CASSANDRA_DATACENTER is missing" in ran.stdout
    assert "BAD  database: No database runs" in ran.stdout  # what the settings hide is not what else is missing
