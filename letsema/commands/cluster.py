"""`cluster init`, `cluster place` and `cluster status`: the record plane on Citus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from letsema.commands.options import AsJson, finding, print_json, print_line, quiet_logs, run

if TYPE_CHECKING:
    from storage.postgres.citus.entering import NodeAddress
    from storage.postgres.citus.watching import ClusterStatus

Tell = Callable[[str], None]

app: Final = typer.Typer(help="The record plane on a Citus cluster.", no_args_is_help=True)

Coordinator = Annotated[
    str, typer.Option("--coordinator", metavar="HOST:PORT", help="Where the other nodes find the coordinator.")
]
Workers = Annotated[
    list[str], typer.Option("--node", metavar="HOST:PORT", help="Where the others find a worker; once for each.")
]
PlacementFile = Annotated[Path, typer.Option("--file", help="Nodes, and the districts on them, as TOML.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
BlockWrites = Annotated[bool, typer.Option("--block-writes", help="Quicker; nobody writes to a district meanwhile.")]


@app.command()
def init(coordinator: Coordinator, node: Workers, as_json: AsJson = False) -> None:
    """Make a cluster of a migrated database: join the nodes, set them, distribute the tables. May be repeated.

    LETSEMA_OWNER_URL leads to the coordinator, as a superuser; Citus is in the database of that name on every node.
    """
    quiet_logs()
    with _telling("done", as_json=as_json) as tell:
        run(_init(_address(coordinator, "--coordinator"), [_address(each, "--node") for each in node], tell))


@app.command()
def place(
    file: PlacementFile, dry_run: DryRun = False, block_writes: BlockWrites = False, as_json: AsJson = False
) -> None:
    """Bring each district that a file names to its node, in a shard of its own. May be interrupted and repeated.

    LETSEMA_OWNER_URL leads to the coordinator, as a superuser. Districts that are not in the file stay where they are.
    """
    quiet_logs()
    with _telling("steps", as_json=as_json) as tell:
        run(_place(file, tell, dry_run=dry_run, block_writes=block_writes))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show nodes and districts; exit code 1 when something needs a cure."""
    quiet_logs()
    found = run(_status())
    if as_json:
        print_json(_document(found))
    else:
        _print_status(found)
    if found.findings:
        finding()


async def _init(coordinator: NodeAddress, workers: Sequence[NodeAddress], tell: Tell) -> None:
    from letsema.record_cluster import coordinator_url, planes_on_cluster
    from letsema.settings import load_settings
    from storage.postgres.citus.joining import form_cluster
    from storage.postgres.migrating import Plane

    settings = load_settings()
    planes = planes_on_cluster(settings)
    await form_cluster(coordinator_url(settings), coordinator, workers, planes, tell)
    if Plane.CHANNEL not in planes:
        tell("The channel plane has a database of its own, which was not looked at.")


async def _place(file: Path, tell: Tell, *, dry_run: bool, block_writes: bool) -> None:
    from letsema.placement_file import read_placement
    from letsema.record_cluster import coordinator_url
    from letsema.settings import load_settings
    from storage.postgres.citus.placing import TransferMode, plan
    from storage.postgres.citus.placing import place as place_districts

    wanted = read_placement(file)
    url = coordinator_url(load_settings())
    if dry_run:
        for step in await plan(url, wanted):
            tell(str(step))
        return
    mode = TransferMode.BLOCKING if block_writes else TransferMode.ONLINE
    if not await place_districts(url, wanted, mode, tell):
        tell("Each district is where it should be.")


async def _status() -> ClusterStatus:
    from letsema.record_cluster import ask_status
    from letsema.settings import load_settings

    return await ask_status(load_settings())


@contextmanager
def _telling(name: str, *, as_json: bool) -> Iterator[Tell]:
    """What hears of each thing done: people at once, machines in one document at the end."""
    heard: list[str] = []
    yield heard.append if as_json else print_line
    if as_json:
        print_json({name: heard})


def _address(written: str, option: str) -> NodeAddress:
    from storage.postgres.citus.entering import NodeAddress

    try:
        return NodeAddress.read(written)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _document(found: ClusterStatus) -> dict[str, Any]:
    return {
        "nodes": [
            {
                "node": str(node.address),
                "coordinator": node.is_coordinator,
                "reachable": node.is_reachable,
                "districts": list(node.districts),
                "size_bytes": node.size_bytes,
            }
            for node in found.nodes
        ],
        "districts": [
            {
                "district": district.district,
                "node": str(district.node),
                "placed": district.is_placed,
                "reachable": district.is_reachable,
                "size_bytes": district.size_bytes,
            }
            for district in found.districts
        ],
        "findings": list(found.findings),
    }


def _print_status(found: ClusterStatus) -> None:
    for node in found.nodes:
        role = "coordinator" if node.is_coordinator else "worker"
        state = "ok" if node.is_reachable else "DOWN"
        print_line(f"{node.address}  {role}  {state}  {_size(node.size_bytes)}  {' '.join(node.districts)}".rstrip())
    print_line("")
    for district in found.districts:
        state = "ok" if district.is_reachable else "DOWN"
        shard = _size(district.size_bytes) if district.is_placed else "shares a shard: see `letsema cluster place`"
        print_line(f"{district.district}  on {district.node}  {state}  {shard}")
    for sentence in found.findings:
        print_line(f"BAD  {sentence}")


def _size(size_bytes: int | None) -> str:
    return "size unknown" if size_bytes is None else f"{size_bytes / 2**20:.1f} MiB"
