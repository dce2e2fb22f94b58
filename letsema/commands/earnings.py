"""`interest-earned`: what was earned in interest and is not due yet. A report: nothing is posted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from letsema.commands.options import AsJson, DataDirectory, print_json, print_line, quiet_logs, read_date, run

On = Annotated[
    date | None,
    typer.Option(
        "--date", parser=read_date, metavar="YYYY-MM-DD", help="The end of this day; else of the last day closed."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("interest-earned")(interest_earned)


def interest_earned(day: On = None, data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Interest earned but not yet due, for each lender and district: earned so far, less paid in advance and capped."""
    quiet_logs()
    rows = run(_report(data_dir, day))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print_line(
            f"{row['district']}  {row['on']}  {row['mfi']}  {row['loans']} loans  earned {row['accrued']}, "
            f"settled {row['settled']}, held back {row['held_back']}, not due {row['not_due']}"
        )
    if not rows:
        print_line("No loan was ever paid out.")


async def _report(data_directory: Path | None, on: date | None) -> list[dict[str, Any]]:
    from core.use_cases.earning import report_interest_earned
    from letsema.commands.joining import joined

    async with joined(data_directory) as installation:
        catalogue = await installation.engine.record.catalogue()
        report = await report_interest_earned(installation.engine, sorted(catalogue.districts), on)
    return [
        {
            "district": row.district,
            "on": row.on.isoformat(),
            "mfi": catalogue.mfi(row.mfi_id).code,
            "loans": row.loans,
            "accrued": row.earned.accrued.plain,
            "settled": row.earned.settled.plain,
            "held_back": row.earned.held_back.plain,
            "not_due": row.earned.not_due.plain,
        }
        for row in report
    ]
