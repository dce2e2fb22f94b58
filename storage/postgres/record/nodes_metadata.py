"""What a node of a cluster knows: who it is, who the others are, where each district lives.

So none of it is ever configured a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from storage.postgres.nodes import Driver

_IS_CITUS: Final = "select to_regclass('pg_catalog.pg_dist_local_group') is not null"
_GROUP: Final = "select groupid from pg_dist_local_group"
_ADDRESSES: Final = "select nodename, nodeport, groupid from pg_dist_node where noderole = 'primary'"
# The tables of a district lie together, so that one of them tells for all. A node that has not been told of the
# cluster's tables knows of none, and is then no way to a district.
_IS_DISTRIBUTED: Final = """
    select exists (
        select from pg_dist_partition
        where logicalrelid = to_regclass('record.borrowers') and partmethod = 'h'
    )
"""
_HOMES: Final = """
    select d.code, p.groupid
    from unnest($1::text[]) as d (code)
    join pg_dist_placement p on p.shardid = get_shard_id_for_distribution_column('record.borrowers'::regclass, d.code)
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one node says. `group` None: it is no node of a cluster. `homes`: the group of each district."""

    group: int | None = None
    addresses: Mapping[tuple[str, int], int] = field(default_factory=dict)
    homes: Mapping[str, int] = field(default_factory=dict)


async def look(connection: Driver) -> Sight:
    """Ask a node. Four small questions, none of which leaves it."""
    if not await connection.fetchval(_IS_CITUS):
        return Sight()
    group = await connection.fetchval(_GROUP)
    addresses = {(row["nodename"], row["nodeport"]): row["groupid"] for row in await connection.fetch(_ADDRESSES)}
    if not await connection.fetchval(_IS_DISTRIBUTED):
        return Sight(group, addresses)
    codes = [row["code"] for row in await connection.fetch("select code from record.districts")]
    homes = {row["code"]: row["groupid"] for row in await connection.fetch(_HOMES, codes)}
    return Sight(group, addresses, homes)
