"""`doctor`: is everything there that the product needs, and what to do about what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from letsema.commands.options import AsJson, DataDirectory, finding, print_json, print_line, quiet_logs, run

if TYPE_CHECKING:
    from letsema.databases import Databases
    from letsema.settings import Settings

Row = dict[str, Any]

_CURE: Final = "it says {}; see whether its node runs and is reachable"
_CURES: Final = {
    "not_found": "it has no business day yet: start `letsema worker`, which opens it",
    "empty": "it has no districts: run `letsema db upgrade`",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Look at settings, servers, schemas, nodes, keys and districts; exit code 1 when something needs a cure."""
    quiet_logs()
    found = run(_examine(data_dir))
    if as_json:
        print_json(found)
    else:
        for row in found:
            print_line(f"{'ok ' if row['ok'] else 'BAD'}  {row['what']}{': ' + row['cure'] if row['cure'] else ''}")
    if not all(row["ok"] for row in found):
        finding()


async def _examine(data_directory: Path | None) -> list[Row]:
    """Each part in turn. The first that cannot be looked at ends it, because what comes after stands on it."""
    from letsema.problems import sentence_of

    found: list[Row] = []
    looked_at = "settings"
    try:
        async for what, cures in _parts(data_directory):
            if cures is None:
                looked_at = what
            else:
                found.extend(_row(what, cure) for cure in cures or ("",))
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        found.append(_row(looked_at, sentence))
    return found


async def _parts(data_directory: Path | None) -> AsyncIterator[tuple[str, list[str] | None]]:
    """What is looked at next (with None), then what is to be done about it: nothing when it is well."""
    from letsema.databases import Embedded, open_databases
    from letsema.demo.settings import command_settings, is_of_demo

    yield "settings", None
    settings = command_settings(data_directory)
    yield "settings", []
    yield "database", None
    async with open_databases(settings, Embedded.JOIN) as databases:
        yield "database", []
        async for part in _schemas(settings, databases):
            yield part
        async for part in _planes(settings, databases):
            yield part
    if settings.telegram_token.get_secret_value():
        from letsema.telegram import examine_bot

        bot, cure = await examine_bot(settings)
        yield f"telegram, @{bot}" if bot else "telegram", [cure] if cure else []
    if not is_of_demo(data_directory):
        yield "real borrowers", list(_not_ready(settings))


async def _schemas(settings: Settings, databases: Databases) -> AsyncIterator[tuple[str, list[str] | None]]:
    from letsema.databases import check_channel_cluster, check_plane, examine_channel_nodes

    for plane in databases.on_postgres:
        yield f"{plane} plane, schema", None
        await check_plane(databases, plane)
        yield f"{plane} plane, schema", []
    if databases.cluster is not None:
        yield "channel plane, schema", None
        await check_channel_cluster(databases.cluster)
        yield "channel plane, schema", []
    for node, cure in await examine_channel_nodes(databases):
        yield f"channel plane, node {node}", [cure] if cure else []
    if databases.record_nodes:
        from letsema.record_cluster import ask_status

        yield "record plane, cluster", None
        yield "record plane, cluster", list((await ask_status(settings)).findings)


async def _planes(settings: Settings, databases: Databases) -> AsyncIterator[tuple[str, list[str] | None]]:
    from letsema.installation import open_installation
    from letsema.internal_app import examine

    yield "keys", None
    async with open_installation(settings, databases) as installation:
        yield "keys", []
        for plane, parts in (await examine(installation.engine)).items():
            for part, answer in parts.items():
                yield f"{plane} plane, {part}", [] if answer == "ok" else [_CURES.get(answer, _CURE.format(answer))]


def _not_ready(settings: Settings) -> Iterator[str]:
    """What `serve` and `worker` would refuse to start with."""
    from letsema.readiness import check_production
    from letsema.setting_values import WrongSettingError

    try:
        check_production(settings, of_demo=False)
    except WrongSettingError as error:
        yield str(error)


def _row(what: str, cure: str) -> Row:
    return {"what": what, "ok": not cure, "cure": cure}
