"""What keeps a node from being a way to the channel plane, as an operator is told it. Nothing is changed by asking."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from storage.postgres.channel.nodes import ChannelConnections, ChannelNode, tell_who_it_is
from storage.postgres.faults import Fault, fault_of
from storage.postgres.nodes import Driver

DOWN: Final = "it does not answer; see whether its server runs and lets this role in"
BARE: Final = "it has none of the plane's tables: on a cluster run `letsema cluster init`, else take it off the list"
OUTDATED: Final = "it takes writes, and another node was promoted after it: stop it, and make it that one's standby"
STRANGER: Final = "it is another database than the others: what is written there they never see; take it off the list"

_IS_CITUS: Final = "select to_regclass('pg_catalog.pg_dist_node') is not null"
# The nodes of a cluster agree on who they are; a server and its standbys are copies of one.
_CLUSTER: Final = "select string_agg(nodename || ':' || nodeport, ' ' order by nodeid) from pg_dist_node"
_SERVER: Final = "select system_identifier::text from pg_control_system()"


@dataclass(slots=True)
class _Seen:
    """What was found of a node: why it is no way, or else of which database it is and how often that was promoted."""

    cure: str = ""
    identity: str = ""
    timeline: int = 0


async def examine_nodes(connections: ChannelConnections) -> Sequence[tuple[str, str]]:
    """Each node's address and what is to be done about it: nothing ("") for a way to the plane, and for a standby."""
    nodes = [ChannelNode(url, connections) for url in (connections.url, *connections.other_urls)]
    found = await asyncio.gather(*map(_look, nodes))
    writable = [seen for seen in found if seen.identity]
    ours = Counter(seen.identity for seen in writable).most_common(1)
    newest = max((seen.timeline for seen in writable if seen.identity == ours[0][0]), default=0)
    for seen in writable:
        if seen.identity != ours[0][0]:
            seen.cure = STRANGER
        elif seen.timeline < newest:
            seen.cure = OUTDATED
    return [(repr(node), seen.cure) for node, seen in zip(nodes, found, strict=True)]


async def _look(node: ChannelNode) -> _Seen:
    try:
        async with node.fresh() as connection:
            await tell_who_it_is(node, connection)
            if not node.has_tables:
                return _Seen(BARE)
            return _Seen(identity=await _identity(connection), timeline=node.timeline)
    except asyncpg.TargetServerAttributeNotMatched:
        return _Seen()
    except Exception as error:
        if fault_of(error) is not Fault.DOWN and not isinstance(error, asyncpg.PostgresError):
            raise
        return _Seen(DOWN)


async def _identity(connection: Driver) -> str:
    return str(await connection.fetchval(_CLUSTER if await connection.fetchval(_IS_CITUS) else _SERVER))
