"""How a cluster stands: its nodes, its districts, what they hold, and what somebody should see to.

Any node can be asked, also while another one is down or hung: each is waited for a bounded time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.postgres.citus.distributing import is_distributed, unplaced
from storage.postgres.citus.entering import NodeAddress, entered
from storage.postgres.citus.joining import HIDES_SHARDS, NODE_CONNECTION_TIMEOUT, OUTPUT_PLUGINS, RECOVERY_INTERVAL
from storage.postgres.citus.placing import DistrictShard, district_shards
from storage.postgres.citus.problems import NotDistributed, told_as_refusal
from storage.postgres.migrating import Plane

_ANSWER_SECONDS_MAX: Final = 3.0
_ASK_NODE: Final = """
select jsonb_build_object(
    'settings', (select jsonb_object_agg(name, setting || coalesce(unit, '')) from pg_settings
        where name in ('citus.node_connection_timeout', 'citus.recover_2pc_interval', 'citus.override_table_visibility',
            'output_plugin_libraries')),
    'bytes', (select jsonb_object_agg(shard.shardid,
            pg_total_relation_size(to_regclass(shard_name(shard.logicalrelid, shard.shardid))))
        from pg_dist_shard shard join pg_dist_placement placement using (shardid)
        where placement.groupid = (select groupid from pg_dist_local_group)))
"""
"""Asked of every node in one statement, because its answer is one text."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node. size_bytes is of all tables of the product there; None when the node did not answer."""

    address: NodeAddress
    is_coordinator: bool
    is_reachable: bool
    districts: tuple[str, ...]
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class DistrictStatus:
    """A district. is_placed: it has its own shard, as `cluster place` gives it. size_bytes is of that shard's tables,
    None while it shares one or its node does not answer.
    """

    district: str
    node: NodeAddress
    is_placed: bool
    is_reachable: bool
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """The cluster, and each thing that wants a cure as one sentence."""

    nodes: tuple[NodeStatus, ...]
    districts: tuple[DistrictStatus, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a node said of itself: settings by name, bytes by shard."""

    settings: Mapping[str, str]
    size_bytes: Mapping[int, int]


async def cluster_status(url: str) -> ClusterStatus:
    """How the cluster stands as the node at `url` sees it. Raises `SchemaProblem`, `ClusterProblem`."""
    async with entered(url, timeout_seconds=_ANSWER_SECONDS_MAX) as connection:
        with told_as_refusal("looking at the cluster", "see whether the node that was asked still runs"):
            return await _status(connection)


async def _status(connection: AsyncConnection) -> ClusterStatus:
    if not await connection.run_sync(is_distributed, Plane.RECORD.tables):
        raise NotDistributed("the record plane is not distributed yet: run `letsema cluster init` first")
    nodes = await _nodes(connection)
    answers = await _answers(connection)
    shards = await district_shards(connection)
    groups = await _shards_together(connection, shards.values())
    left = [name for plane in Plane for name in await _left_behind(connection, plane)]
    return ClusterStatus(
        nodes=tuple(
            _node(address, answers.get(address), shards.values(), is_coordinator=is_coordinator)
            for address, is_coordinator in nodes
        ),
        districts=tuple(_district(shard, answers, groups) for shard in shards.values()),
        findings=(*_unreachable(nodes, answers), *_wrongly_set(answers), *left),
    )


async def _nodes(connection: AsyncConnection) -> Sequence[tuple[NodeAddress, bool]]:
    """Every node, and whether it is the coordinator, which comes first."""
    rows = await connection.execute(
        text("select nodename, nodeport, groupid from pg_dist_node where noderole = 'primary' order by groupid")
    )
    return [(NodeAddress(host, port), group == 0) for host, port, group in rows]


async def _answers(connection: AsyncConnection) -> Mapping[NodeAddress, _Answer]:
    """What the nodes that answer say of themselves."""
    rows = await connection.execute(
        text(
            "select node.nodename, node.nodeport, ran.result from run_command_on_all_nodes(:question) ran "
            "join pg_dist_node node using (nodeid) where ran.success"
        ),
        {"question": _ASK_NODE},
    )
    return {NodeAddress(host, port): _answer(result) for host, port, result in rows}


def _answer(result: str) -> _Answer:
    said = json.loads(result)
    size_bytes = {int(shard): int(size or 0) for shard, size in (said["bytes"] or {}).items()}
    return _Answer(said["settings"] or {}, size_bytes)


async def _shards_together(
    connection: AsyncConnection, shards: Iterable[DistrictShard]
) -> Mapping[int, frozenset[int]]:
    """By a district's shard, those of all tables that lie and move with it."""
    rows = await connection.execute(
        text(
            "select anchor.shardid, array_agg(other.shardid) from pg_dist_shard anchor "
            "join pg_dist_partition of_anchor on of_anchor.logicalrelid = anchor.logicalrelid "
            "join pg_dist_partition beside on beside.colocationid = of_anchor.colocationid "
            "join pg_dist_shard other on other.logicalrelid = beside.logicalrelid "
            "and other.shardminvalue = anchor.shardminvalue where anchor.shardid = any(:shards) group by anchor.shardid"
        ),
        {"shards": [shard.shard for shard in shards]},
    )
    return {shard: frozenset(others) for shard, others in rows}


async def _left_behind(connection: AsyncConnection, plane: Plane) -> Sequence[str]:
    """Tables that one node alone has, in a plane whose others are distributed."""
    if not await connection.run_sync(is_distributed, plane.tables):
        return []
    return [
        f"the table {name} is on the coordinator alone: run `letsema cluster init` again"
        for name in await connection.run_sync(unplaced, plane.tables)
    ]


def _node(
    address: NodeAddress, answer: _Answer | None, shards: Iterable[DistrictShard], *, is_coordinator: bool
) -> NodeStatus:
    districts = tuple(shard.district for shard in shards if shard.node == address)
    size = None if answer is None else sum(answer.size_bytes.values())
    return NodeStatus(address, is_coordinator, answer is not None, districts, size)


def _district(
    shard: DistrictShard, answers: Mapping[NodeAddress, _Answer], groups: Mapping[int, frozenset[int]]
) -> DistrictStatus:
    answer = answers.get(shard.node)
    size = None
    if answer is not None and shard.is_own:
        size = sum(answer.size_bytes.get(each, 0) for each in groups[shard.shard])
    return DistrictStatus(shard.district, shard.node, shard.is_own, answer is not None, size)


def _unreachable(nodes: Iterable[tuple[NodeAddress, bool]], answers: Mapping[NodeAddress, _Answer]) -> Iterable[str]:
    for address, is_coordinator in nodes:
        if address not in answers:
            what = "coordinator" if is_coordinator else "node"
            yield f"the {what} {address} does not answer: see whether its server runs and the network leads there"


def _wrongly_set(answers: Mapping[NodeAddress, _Answer]) -> Iterable[str]:
    """A node that was set by nobody waits half a minute for a hung one, or refuses to isolate a district."""
    for address, answer in sorted(answers.items()):
        for name, setting in _WANTED.items():
            if (found := answer.settings.get(name)) is not None and found != setting:
                yield f"the node {address} has {name} set to {found}: run `letsema cluster init` again"


def _milliseconds(seconds: str) -> str:
    return f"{int(seconds.removesuffix('s')) * 1_000}ms"


_WANTED: Final = {
    "citus.node_connection_timeout": _milliseconds(NODE_CONNECTION_TIMEOUT),
    "citus.recover_2pc_interval": _milliseconds(RECOVERY_INTERVAL),
    "citus.override_table_visibility": HIDES_SHARDS,
    "output_plugin_libraries": ", ".join(OUTPUT_PLUGINS),
}
