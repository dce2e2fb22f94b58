"""`cluster init`, `cluster place` and `cluster status` as an operator runs them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_citus import CitusDatabase
from tests.letsema.conftest import Run
from tests.servers.citus.cluster import CitusCluster

INIT = ("cluster", "init", "--coordinator", "127.0.0.1:1", "--node", "127.0.0.1:2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (INIT, "LETSEMA_OWNER_URL is missing"),
        ((*INIT[:-1], "here or there"), "Invalid value for --node: a node is written host:port"),
        (("cluster", "place", "--file", "absent.toml"), "absent.toml cannot be read"),
        (("cluster", "status"), "LETSEMA_RECORD_URL is missing"),
    ],
)
def test_what_is_missing_is_one_sentence(letsema: Run, words: tuple[str, ...], said: str) -> None:
    ran = letsema(*words)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.engine
@pytest.mark.parametrize("words", [INIT, ("cluster", "place", "--file", "placement.toml"), ("cluster", "status")])
def test_plain_postgresql_is_told_what_it_lacks(
    letsema: Run, own_database_url: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "placement.toml").write_text('nodes.a = "127.0.0.1:2"\ndistricts.LS-A = "a"\n')

    ran = letsema(*words, LETSEMA_OWNER_URL=own_database_url, LETSEMA_RECORD_URL=own_database_url)

    assert (ran.code, ran.out) == (2, "")
    assert "create extension citus" in ran.err
    assert ran.err.count("\n") == 1


@pytest.fixture
def database(citus_cluster: CitusCluster) -> Iterator[CitusDatabase]:
    """A database with Citus in it, on nodes that do not know each other."""
    name = asyncio.run(citus_cluster.create_database(joined=False))
    yield CitusDatabase(citus_cluster, name)
    citus_cluster.make_whole()
    asyncio.run(citus_cluster.drop_database(name))


@pytest.mark.engine
@pytest.mark.citus
def test_a_cluster_is_made_placed_and_looked_at(
    letsema: Run, database: CitusDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator, first, second = database.cluster.nodes
    nodes = [word for node in (first, second) for word in ("--node", node.address)]
    init = ("cluster", "init", "--coordinator", coordinator.address, *nodes)
    monkeypatch.setenv("LETSEMA_OWNER_URL", database.owner_url)
    monkeypatch.setenv("LETSEMA_RECORD_URL", database.app_url)
    monkeypatch.setenv("LETSEMA_RECORD_NODES", ",".join(node.url(database.name) for node in (first, second)))

    assert letsema("db", "upgrade").code == 0
    assert letsema("cluster", "status").err.startswith("The record plane is not distributed yet")
    made, again = letsema(*init), letsema(*init, "--json")
    assert (made.code, again.code) == (0, 0)
    assert f"The node {first.address} joined." in made.out.splitlines()
    assert "The channel plane is distributed." in json.loads(again.out)["done"]

    (tmp_path / "placement.toml").write_text(f'nodes.a = "{first.address}"\ndistricts.LS-A = "a"\n')
    planned = letsema("cluster", "place", "--file", "placement.toml", "--dry-run", "--json")
    assert json.loads(planned.out)["steps"][0] == "LS-A: give it a shard of its own"
    placed = letsema("cluster", "place", "--file", "placement.toml", "--block-writes")
    assert (placed.code, len(placed.out.splitlines())) == (0, len(json.loads(planned.out)["steps"]))
    done = letsema("cluster", "place", "--file", "placement.toml")
    assert done.out == "Each district is where it should be.\n"

    stands = letsema("cluster", "status", "--json")
    status = json.loads(stands.out)
    assert (stands.code, status["findings"]) == (0, [])
    assert [node["node"] for node in status["nodes"] if node["coordinator"]] == [coordinator.address]
    (maseru,) = (district for district in status["districts"] if district["district"] == "LS-A")
    assert (maseru["node"], maseru["placed"], maseru["reachable"]) == (first.address, True, True)

    coordinator.kill()
    seen = letsema("cluster", "status")
    assert seen.code == 1
    assert f"{coordinator.address}  coordinator  DOWN" in seen.out
    assert f"LS-A  on {first.address}  ok" in seen.out
    refused = letsema(*init)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
