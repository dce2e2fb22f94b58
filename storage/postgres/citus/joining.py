"""Making one cluster of a coordinator and its workers, and its nodes what the product's promises rest on.

All of it may be done again: what is as it should be is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.postgres.citus.distributing import distribute
from storage.postgres.citus.entering import NodeAddress, entered_by_coordinator
from storage.postgres.citus.problems import NodeUnreachable, told_as_refusal
from storage.postgres.migrating import Plane, check

Tell = Callable[[str], None]

NODE_CONNECTION_TIMEOUT: Final = "2s"
"""How long a node waits for another one. Citus's own half minute is longer than any hop."""
RECOVERY_INTERVAL: Final = "5s"
"""How soon a transaction over two nodes, of which one died, is finished or undone; its rows are locked till then."""
HIDES_SHARDS: Final = "off"
"""`citus.override_table_visibility`: whether shards are kept out of sight, which makes each look into the catalogue
slow. The driver looks there at the first array of every new connection: measured 6 s on a worker, and 0.03 s without.
"""
OUTPUT_PLUGINS: Final = ("pgoutput", "test_decoding", "citus")
"""With them a district is isolated while it is written to. Older servers ask for no such list."""

_AGAIN: Final = "put it right and run `letsema cluster init` again"


async def form_cluster(
    url: str, coordinator: NodeAddress, workers: Sequence[NodeAddress], planes: Iterable[Plane], tell: Tell
) -> None:
    """Join the nodes, set them, and distribute the planes' tables. `tell` hears each thing that was done.

    Raises `SchemaProblem` and `ClusterProblem`. Nodes and tables are joined and placed whole or not at all.
    """
    planes = tuple(planes)
    async with entered_by_coordinator(url) as connection:
        for plane in planes:
            await check(plane, url)
        await _refuse_unreachable(connection, (coordinator, *workers))
        await _join(connection, coordinator, workers, tell)
        await refuse_strangers(connection)
        await _set_nodes(connection, tell)
        for plane in planes:
            await _distribute(connection, plane, tell)


async def refuse_strangers(connection: AsyncConnection) -> None:
    """Raise `NodeUnreachable` unless every node gets to every other one, the coordinator included."""
    rows = await connection.execute(
        text(
            "select from_nodename, from_nodeport, to_nodename, to_nodeport from citus_check_cluster_node_health() "
            "where result is not true order by 3, 4, 1, 2"
        )
    )
    for from_host, from_port, to_host, to_port in rows:
        raise NodeUnreachable(
            f"the node {from_host}:{from_port} does not get to {to_host}:{to_port}: see that each node reaches that "
            f"address and signs in there (pg_dist_authinfo, pg_hba.conf), then run `letsema cluster init` again"
        )


async def _refuse_unreachable(connection: AsyncConnection, nodes: Iterable[NodeAddress]) -> None:
    """Before anything is changed. The coordinator asks, because it is the one that must get there."""
    for node in nodes:
        if not await connection.scalar(
            text("select citus_check_connection_to_node(:host, :port)"), {"host": node.host, "port": node.port}
        ):
            raise NodeUnreachable(
                f"the coordinator does not get to the node {node}: see that a server with this database runs there and "
                "that this role signs in (pg_dist_authinfo, pg_hba.conf)"
            )


async def _join(
    connection: AsyncConnection, coordinator: NodeAddress, workers: Iterable[NodeAddress], tell: Tell
) -> None:
    joined = await _nodes_by_group(connection)
    with told_as_refusal("joining the nodes", _AGAIN):
        await connection.execute(text("begin"))
        done = []
        if joined.get(0) != {coordinator}:
            await connection.execute(text("select citus_set_coordinator_host(:host, :port)"), _parameters(coordinator))
            done.append(f"The coordinator is known as {coordinator}.")
        for worker in workers:
            if not any(worker in nodes for nodes in joined.values()):
                await connection.execute(text("select citus_add_node(:host, :port)"), _parameters(worker))
                done.append(f"The node {worker} joined.")
        await connection.execute(text("commit"))
    for line in done:
        tell(line)


async def _set_nodes(connection: AsyncConnection, tell: Tell) -> None:
    """What is set for the database reaches the workers by itself, what is set for a server is said to each."""
    database = str(await connection.scalar(text("select quote_ident(current_database())")))
    settings = {
        "citus.node_connection_timeout": f"'{NODE_CONNECTION_TIMEOUT}'",
        "citus.override_table_visibility": f"'{HIDES_SHARDS}'",
    }
    if await connection.scalar(text("select exists (select from pg_settings where name = 'output_plugin_libraries')")):
        settings["output_plugin_libraries"] = ", ".join(f"'{plugin}'" for plugin in OUTPUT_PLUGINS)
    with told_as_refusal("setting the nodes", "do it as a superuser"):
        for name, value in settings.items():
            await connection.execute(text(f"alter database {database} set {name} = {value}"))
        for statement in (
            f"alter system set citus.recover_2pc_interval = '{RECOVERY_INTERVAL}'",
            "select pg_reload_conf()",
        ):
            await _on_every_node(connection, statement)
    tell(f"Every node waits {NODE_CONNECTION_TIMEOUT} for another and recovers transactions every {RECOVERY_INTERVAL}.")


async def _on_every_node(connection: AsyncConnection, statement: str) -> None:
    rows = await connection.execute(
        text(
            "select node.nodename, node.nodeport, ran.result from run_command_on_all_nodes(:statement) ran "
            "join pg_dist_node node using (nodeid) where not ran.success"
        ),
        {"statement": statement},
    )
    for host, port, said in rows:
        raise NodeUnreachable(f"the node {host}:{port} did not do what every node must ({statement}): {said}; {_AGAIN}")


async def _distribute(connection: AsyncConnection, plane: Plane, tell: Tell) -> None:
    with told_as_refusal(f"distributing the {plane} plane", _AGAIN):
        await connection.execute(text("begin"))
        names = await connection.run_sync(distribute, plane.tables)
        await connection.execute(text("commit"))
    tell(f"The {plane} plane: {len(names)} tables distributed." if names else f"The {plane} plane is distributed.")


async def _nodes_by_group(connection: AsyncConnection) -> dict[int, set[NodeAddress]]:
    rows = await connection.execute(text("select groupid, nodename, nodeport from pg_dist_node"))
    groups: dict[int, set[NodeAddress]] = {}
    for group, host, port in rows:
        groups.setdefault(group, set()).add(NodeAddress(host, port))
    return groups


def _parameters(node: NodeAddress) -> dict[str, object]:
    return {"host": node.host, "port": node.port}
