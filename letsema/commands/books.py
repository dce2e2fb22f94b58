"""`verify-ledger`: proof that every journal balances and every loan's figures are the sum of its postings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from letsema.commands.options import AsJson, DataDirectory, finding, print_json, print_line, quiet_logs, run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify-ledger")(verify_ledger)


def verify_ledger(data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Check the ledger of every district. Exit code 1 when something is not as it must be."""
    quiet_logs()
    report = run(_verify(data_dir))
    if as_json:
        print_json(report)
    else:
        for found in report["findings"]:
            print_line(f"{found['district']}  {found['kind']}  {found['subject']}: {found['detail']}")
        print_line(f"{len(report['districts'])} districts, {len(report['findings'])} findings.")
    if report["findings"]:
        finding()


async def _verify(data_directory: Path | None) -> dict[str, Any]:
    from dataclasses import asdict

    from core.use_cases.verifying import verify_ledger as verify
    from letsema.commands.joining import joined

    async with joined(data_directory) as installation:
        districts = sorted((await installation.engine.record.catalogue()).districts)
        findings = await verify(installation.engine, districts)
    return {"districts": districts, "findings": [asdict(found) for found in findings]}
