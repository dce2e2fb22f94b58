"""`db upgrade` and `db check`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import typer

from letsema.commands.options import DataDirectory, finding, print_line, quiet_logs, run

app: Final = typer.Typer(help="The databases' schemas.", no_args_is_help=True)


@app.command()
def upgrade(data_dir: DataDirectory = None) -> None:
    """Apply every revision that is missing, to both planes."""
    quiet_logs()
    run(_upgrade(data_dir))
    print_line("Both planes are at this release's schema.")


@app.command()
def check(data_dir: DataDirectory = None) -> None:
    """Check the database's schema; with no database named or running, that revisions and tables agree."""
    quiet_logs()
    differences = run(_check(data_dir))
    for difference in differences:
        print_line(difference)
    if differences:
        finding()
    print_line("The schema is as it should be.")


async def _upgrade(data_directory: Path | None) -> None:
    from letsema.databases import Embedded, migrate, open_databases
    from letsema.demo.settings import command_settings

    async with open_databases(command_settings(data_directory), Embedded.SHARE) as databases:
        await migrate(databases)


async def _check(data_directory: Path | None) -> list[str]:
    from letsema.databases import Embedded, check_schemas, open_databases
    from letsema.demo.settings import command_settings
    from storage.embedded import NothingRunsHere

    settings = command_settings(data_directory)
    try:
        async with open_databases(settings, Embedded.JOIN) as databases:
            await check_schemas(databases)
            return []
    except NothingRunsHere:
        if data_directory is not None:
            raise
    return await _revisions_against_tables()


async def _revisions_against_tables() -> list[str]:
    """What a new, upgraded database has otherwise than the declared tables; on a server of its own, thrown away."""
    from letsema.databases import Embedded, migrate, open_databases
    from letsema.settings import load_settings
    from storage.postgres.migrating import Plane, differences

    with TemporaryDirectory(prefix="letsema-check-") as folder:
        settings = load_settings(
            data_dir=Path(folder),
            record_url=None,
            channel_url=None,
            channel_store="postgres",
            cassandra_contact_points=(),
        )
        async with open_databases(settings, Embedded.OWN) as databases:
            await migrate(databases)
            return [line for plane in Plane for line in await differences(plane, databases.owner(plane))]
