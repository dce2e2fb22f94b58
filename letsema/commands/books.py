"""`verify-ledger` and `verify-audit`: proof that nothing in the books, or in the trail of who did what, was changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from letsema.commands.options import AsJson, DataDirectory, finding, print_json, print_line, quiet_logs, run

Replays = Annotated[
    bool, typer.Option(help="Also work every loan out anew from its events: some milliseconds for each loan.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("verify-ledger")(verify_ledger)
    app.command("verify-audit")(verify_audit)


def verify_ledger(data_dir: DataDirectory = None, as_json: AsJson = False, replay: Replays = True) -> None:
    """Check the ledger of every district. Exit code 1 when something is not as it must be."""
    quiet_logs()
    report = run(_verify_ledger(data_dir, replays=replay))
    if as_json:
        print_json(report)
    else:
        for transfer in report["transfers_in_flight"]:
            print_line(
                f"on its way  {transfer['transfer_id']}  {transfer['from_district']} to {transfer['to_district']}  "
                f"{transfer['amount']}  {transfer['age_seconds']} s"
            )
        _print_findings(report)
        print_line(f"{len(report['districts'])} districts, {len(report['findings'])} findings.")
    if report["findings"]:
        finding()


def verify_audit(data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Check the seals on the audit trail. Exit code 1 for a changed, removed or inserted entry.

    Keep what it prints of each chain's end elsewhere: it shows later whether the end was cut off.
    """
    quiet_logs()
    report = run(_verify_audit(data_dir))
    if as_json:
        print_json(report)
    else:
        for head in report["chains"]:
            print_line(
                f"{head['district']}  {head['mfi']}  {head['entries']} entries in {head['seals']} seals, "
                f"through {head['through_at']}, end {head['seal']}"
            )
        _print_findings(report)
        print_line(f"{len(report['chains'])} chains, {len(report['findings'])} findings.")
    if report["findings"]:
        finding()


def _print_findings(report: dict[str, Any]) -> None:
    for found in report["findings"]:
        print_line(f"{found['district']}  {found['kind']}  {found['subject']}: {found['detail']}")


async def _verify_ledger(data_directory: Path | None, *, replays: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from core.use_cases.verifying import verify_ledger as verify
    from core.use_cases.verifying_transfers import verify_transfers
    from letsema.commands.joining import joined

    async with joined(data_directory) as installation:
        engine = installation.engine
        catalogue = await engine.record.catalogue()
        districts = sorted(catalogue.districts)
        findings = await verify(engine, districts, replays=replays)
        in_flight = (await verify_transfers(engine, districts)).in_flight
    return {
        "districts": districts,
        "transfers_in_flight": [
            {
                "transfer_id": transfer.transfer_id,
                "mfi": catalogue.mfi(transfer.mfi_id).code,
                "from_district": transfer.from_district,
                "to_district": transfer.to_district,
                "amount": transfer.amount.plain,
                "left_at": transfer.left_at.isoformat(),
                "age_seconds": int(transfer.age.total_seconds()),
            }
            for transfer in in_flight
        ],
        "findings": [asdict(found) for found in findings],
    }


async def _verify_audit(data_directory: Path | None) -> dict[str, Any]:
    from core.use_cases.verifying_audit import verify_audit as verify
    from letsema.commands.joining import joined

    async with joined(data_directory) as installation:
        catalogue = await installation.engine.record.catalogue()
        proof = await verify(installation.engine, sorted(catalogue.districts))
    return {
        "chains": [
            {
                "district": head.district,
                "mfi": catalogue.mfi(head.mfi_id).code,
                "seals": head.seals,
                "entries": head.entries,
                "seal": head.seal,
                "through_at": head.through_at.isoformat(),
            }
            for head in proof.heads
        ],
        "findings": [
            {
                "district": found.district,
                "mfi": catalogue.mfi(found.mfi_id).code,
                "kind": found.kind,
                "subject": found.subject,
                "detail": found.detail,
            }
            for found in proof.findings
        ],
    }
