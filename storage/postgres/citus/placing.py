"""Giving each district its own shard, and moving it to the node that the placement names.

Each step looks first at how things are, so that a placement that was interrupted goes on where it stood, and one that
is done does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.postgres.citus.distributing import is_distributed
from storage.postgres.citus.entering import NodeAddress, entered_by_coordinator
from storage.postgres.citus.problems import ClusterProblem, NotDistributed, told_as_refusal
from storage.postgres.migrating import Plane

Tell = Callable[[str], None]

ANCHOR: Final = "record.borrowers"
"""Any table of a district stands for all of them: they are isolated and moved together."""


class TransferMode(StrEnum):
    """How rows get to their new place."""

    ONLINE = "force_logical"
    """Borrowers and staff of the district go on; the last writes wait a quarter of a second."""
    BLOCKING = "block_writes"
    """Quicker, and nobody writes to the district meanwhile: for a cluster that is not in use yet."""


class StepKind(StrEnum):
    """What is done to a district."""

    ISOLATE = "isolate"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to a district that lies on the node `source` and shall lie on `target`."""

    kind: StepKind
    district: str
    source: NodeAddress
    target: NodeAddress

    def __str__(self) -> str:
        if self.kind is StepKind.ISOLATE:
            return f"{self.district}: give it a shard of its own"
        return f"{self.district}: move it from {self.source} to {self.target}"


@dataclass(frozen=True, slots=True)
class DistrictShard:
    """Where a district lies. is_own: no other district is in the shard, and none can get there."""

    district: str
    shard: int
    node: NodeAddress
    is_own: bool


class WrongPlacement(ClusterProblem):
    """The placement names something that is not there."""


async def plan(url: str, wanted: Mapping[str, NodeAddress]) -> Sequence[Step]:
    """What `place` would do. Raises as `place` does."""
    async with entered_by_coordinator(url) as connection:
        await _check(connection, wanted)
        return list(_steps(await district_shards(connection), wanted))


async def place(url: str, wanted: Mapping[str, NodeAddress], mode: TransferMode, tell: Tell) -> int:
    """Bring each district to its node, one after the other, and count the steps. `tell` hears of each as it begins.

    Raises `WrongPlacement` before anything is done, and `ClusterProblem` for what Citus refuses: the district stays
    where it was, those before it are placed.
    """
    done = 0
    async with entered_by_coordinator(url) as connection:
        await _check(connection, wanted)
        if mode is TransferMode.ONLINE:
            await _refuse_without_logical_replication(connection)
        # What an interrupted placement left half copied stands in the way of the next one.
        await connection.execute(text("call citus_cleanup_orphaned_resources()"))
        for district in sorted(wanted):
            # One shard may hold several districts: each isolation gives the others new shards.
            while step := next(_steps(await district_shards(connection), {district: wanted[district]}), None):
                tell(f"{step} …")
                with told_as_refusal(
                    str(step), "see to it and run `letsema cluster place` again: it goes on from here"
                ):
                    await _do(connection, step, mode)
                done += 1
    return done


async def district_shards(connection: AsyncConnection) -> Mapping[str, DistrictShard]:
    """Where every district lies, as the metadata of the node at hand has it."""
    rows = await connection.execute(
        text(
            "select district.code, shard.shardid, node.nodename, node.nodeport, "
            "shard.shardminvalue = shard.shardmaxvalue as is_own "
            "from record.districts district "
            "join pg_dist_shard shard on shard.shardid = get_shard_id_for_distribution_column(:anchor, district.code) "
            "join pg_dist_placement placement on placement.shardid = shard.shardid and placement.shardstate = 1 "
            "join pg_dist_node node on node.groupid = placement.groupid and node.noderole = 'primary' "
            "order by district.code"
        ),
        {"anchor": ANCHOR},
    )
    return {
        row.code: DistrictShard(row.code, row.shardid, NodeAddress(row.nodename, row.nodeport), row.is_own)
        for row in rows
    }


def _steps(found: Mapping[str, DistrictShard], wanted: Mapping[str, NodeAddress]) -> Iterator[Step]:
    for district, target in sorted(wanted.items()):
        shard = found[district]
        if not shard.is_own:
            yield Step(StepKind.ISOLATE, district, shard.node, target)
        if shard.node != target:
            yield Step(StepKind.MOVE, district, shard.node, target)


async def _check(connection: AsyncConnection, wanted: Mapping[str, NodeAddress]) -> None:
    if not await connection.run_sync(is_distributed, Plane.RECORD.tables):
        raise NotDistributed("the record plane is not distributed yet: run `letsema cluster init` first")
    districts = set(await connection.scalars(text("select code from record.districts")))
    if unknown := sorted(set(wanted) - districts):
        raise WrongPlacement(
            f"districts.{unknown[0]}: there is no such district; there are {', '.join(sorted(districts))}"
        )
    rows = await connection.execute(
        text("select nodename, nodeport from pg_dist_node where isactive and shouldhaveshards and noderole = 'primary'")
    )
    nodes = {NodeAddress(host, port) for host, port in rows}
    for district, node in sorted(wanted.items()):
        if node not in nodes:
            known = ", ".join(map(str, sorted(nodes)))
            raise WrongPlacement(
                f"districts.{district}: {node} is no node of the cluster that takes districts; those are {known}"
            )


async def _refuse_without_logical_replication(connection: AsyncConnection) -> None:
    rows = await connection.execute(
        text(
            "select node.nodename, node.nodeport from run_command_on_workers('show wal_level') shown "
            "join pg_dist_node node using (nodename, nodeport) where shown.success and shown.result <> 'logical'"
        )
    )
    for host, port in rows:
        raise ClusterProblem(
            f"the node {host}:{port} has wal_level other than logical: set it to logical and restart the node, "
            "or use --block-writes while nobody works"
        )


async def _do(connection: AsyncConnection, step: Step, mode: TransferMode) -> None:
    match step.kind:
        case StepKind.ISOLATE:
            await connection.execute(
                text(
                    "select isolate_tenant_to_new_shard(cast(cast(:anchor as text) as regclass), "
                    "cast(:district as text), 'CASCADE', cast(cast(:mode as text) as citus.shard_transfer_mode))"
                ),
                {"anchor": ANCHOR, "district": step.district, "mode": mode.value},
            )
        case StepKind.MOVE:
            await connection.execute(
                text(
                    "select citus_move_shard_placement(get_shard_id_for_distribution_column("
                    "cast(cast(:anchor as text) as regclass), cast(:district as text)), :from_host, :from_port, "
                    ":to_host, :to_port, cast(cast(:mode as text) as citus.shard_transfer_mode))"
                ),
                {
                    "anchor": ANCHOR,
                    "district": step.district,
                    "from_host": step.source.host,
                    "from_port": step.source.port,
                    "to_host": step.target.host,
                    "to_port": step.target.port,
                    "mode": mode.value,
                },
            )
        case _:
            assert_never(step.kind)
