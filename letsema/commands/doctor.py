"""`doctor`: is everything there that the product needs, and what to do about what is not."""

from __future__ import annotations

from typing import Final

import typer

from letsema.commands.options import AsJson, DataDirectory, print_json, print_line, quiet_logs, run

_UNWELL: Final = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Look at settings, servers, schemas, nodes, keys, districts and intake; exit code 2 when a part needs a cure."""
    from letsema.diagnosis import diagnose

    quiet_logs()
    found = run(diagnose(data_dir))
    if as_json:
        print_json([{"what": part.what, "ok": part.is_well, "cure": part.cure} for part in found])
    else:
        for part in found:
            print_line(f"{'ok ' if part.is_well else 'BAD'}  {part.what}{': ' + part.cure if part.cure else ''}")
    if not all(part.is_well for part in found):
        raise typer.Exit(_UNWELL)
