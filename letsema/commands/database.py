"""`db upgrade`, `db check`, `db backup` and `db restore`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from letsema.commands.options import DataDirectory, finding, print_line, quiet_logs, run

app: Final = typer.Typer(help="The databases: their schemas and backups.", no_args_is_help=True)

_KEYS: Final = "LETSEMA_PEPPER, LETSEMA_LOOKUP_KEY and LETSEMA_SEALING_KEYS"


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
    looked_at, differences = run(_check(data_dir))
    for difference in differences:
        print_line(difference)
    if differences:
        finding()
    print_line(f"{looked_at} as it should be.")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="The folder to write: a new one.")], data_dir: DataDirectory = None
) -> None:
    """Save the embedded database to a folder, while it is worked on. The keys are not in it."""
    quiet_logs()
    with_cassandra = run(_back_up(folder, data_dir))
    print_line(f"Saved to {folder}. Keep {_KEYS} too, in another place: without them nobody can read it.")
    if with_cassandra:
        print_line("The channel plane is on Cassandra: it is saved there, by snapshots (docs/replication.md).")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that `db backup` wrote.")], data_dir: DataDirectory = None
) -> None:
    """Make a data directory out of a backup. One that holds a database is never touched."""
    quiet_logs()
    made_at, directory = run(_restore(folder, data_dir))
    print_line(f"Restored to {directory} as it was at {made_at}. What came later is not there: docs/replication.md.")


async def _upgrade(data_directory: Path | None) -> None:
    from letsema.databases import Embedded, migrate, open_databases
    from letsema.demo.settings import command_settings

    async with open_databases(command_settings(data_directory), Embedded.SHARE) as databases:
        await migrate(databases)


async def _back_up(folder: Path, data_directory: Path | None) -> bool:
    """Whether the channel plane is elsewhere."""
    from letsema.backups.making import back_up
    from letsema.demo.settings import command_settings
    from letsema.environment import SystemClock
    from letsema.settings import ChannelStore

    settings = command_settings(data_directory)
    await back_up(settings, folder, SystemClock())
    return settings.channel_store is ChannelStore.CASSANDRA


async def _restore(folder: Path, data_directory: Path | None) -> tuple[str, Path]:
    from letsema.backups.restoring import restore as restore_backup
    from letsema.backups.restoring import settings_to_restore

    settings = settings_to_restore(folder, data_directory)
    manifest = await restore_backup(folder, settings)
    return manifest.made_at, settings.data_dir


async def _check(data_directory: Path | None) -> tuple[str, list[str]]:
    """What was looked at, as a sentence begins, and what is wrong with it."""
    from letsema.databases import Embedded, check_schemas, open_databases
    from letsema.demo.settings import command_settings
    from storage.embedded import NothingRunsHere

    settings = command_settings(data_directory)
    try:
        async with open_databases(settings, Embedded.JOIN) as databases:
            await check_schemas(databases)
            return "The schema is", []
    except NothingRunsHere:
        if data_directory is not None:
            raise
    return f"No database runs on {settings.data_dir}; a new one, made to try the revisions, is", (
        await _revisions_against_tables()
    )


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
