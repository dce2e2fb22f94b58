"""`doctor`: is everything there that the product needs, and what to do about what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import typer

from letsema.commands.options import AsJson, DataDirectory, finding, print_json, print_line, quiet_logs, run

Examination = list[dict[str, Any]]
_ORDER: Final = ("settings", "database", "schema", "keys")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Look at settings, databases, schemas and districts; exit code 1 when something needs a cure."""
    quiet_logs()
    found = run(_examine(data_dir))
    if as_json:
        print_json(found)
    else:
        for row in found:
            print_line(f"{'ok ' if row['ok'] else 'BAD'}  {row['what']}{': ' + row['cure'] if row['cure'] else ''}")
    if not all(row["ok"] for row in found):
        finding()


async def _examine(data_directory: Path | None) -> Examination:
    """Each part in turn; the first that is bad ends it, because what comes after stands on it."""
    from letsema.problems import sentence_of

    found: Examination = []
    try:
        await _walk(found, data_directory)
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        what = _ORDER[len(found)] if len(found) < len(_ORDER) else "planes"
        found.append({"what": what, "ok": False, "cure": sentence})
    return found


async def _walk(found: Examination, data_directory: Path | None) -> None:
    from letsema.databases import Embedded, check_schemas, open_databases
    from letsema.demo.settings import command_settings
    from letsema.installation import open_installation
    from letsema.internal_app import examine

    settings = command_settings(data_directory)
    found.append(_good("settings"))
    async with open_databases(settings, Embedded.JOIN) as databases:
        found.append(_good("database"))
        await check_schemas(databases)
        found.append(_good("schema"))
        async with open_installation(settings, databases) as installation:
            found.append(_good("keys"))
            for plane, parts in (await examine(installation.engine)).items():
                found.extend(_part(plane, part, answer) for part, answer in parts.items())


def _good(what: str) -> dict[str, Any]:
    return {"what": what, "ok": True, "cure": ""}


def _part(plane: str, part: str, answer: str) -> dict[str, Any]:
    cure = "" if answer == "ok" else f"it says {answer}; see whether its node runs and is reachable"
    return {"what": f"{plane} plane, {part}", "ok": answer == "ok", "cure": cure}
