"""What the proofs print, and how they end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from typer.testing import CliRunner

from core.money import Money
from core.use_cases.funding import AllotFloat, allot_float
from letsema.cli import app
from letsema.commands import books
from tests.core.use_cases.lending import HOME, Lending
from tests.fixtures_postgres import MovableClock

Report = dict[str, Any]


@pytest.fixture
def joined_here(lending: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation that a command joins is the test's own engine."""

    @asynccontextmanager
    async def joined(_data_directory: Path | None) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(engine=lending.engine)

    monkeypatch.setattr("letsema.commands.joining.joined", joined)


def ran(monkeypatch: pytest.MonkeyPatch, command: str, report: Report, *arguments: str) -> tuple[int, str]:
    """A command that was told so."""

    def run(work: Coroutine[Any, Any, Report]) -> Report:
        work.close()
        return report

    monkeypatch.setattr(books, "run", run)
    result = CliRunner().invoke(app, [command, *arguments])
    return result.exit_code, result.stdout


async def test_a_transfer_on_its_way_is_in_the_report_and_ends_well(
    joined_here: None, lending: Lending, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    allot = AllotFloat(lending.mfi.id, "simulated", "LS-C", Money.of(70), "A1", uuid4(), uuid4())
    await allot_float(lending.engine, allot)
    clock.move(seconds=9)

    report = await books._verify_ledger(None, replays=True)

    [transfer] = report["transfers_in_flight"]
    assert (transfer["from_district"], transfer["to_district"]) == (HOME, "LS-C")
    assert (transfer["amount"], transfer["age_seconds"], transfer["mfi"]) == ("70.00", 9, lending.mfi.code)
    code, printed = ran(monkeypatch, "verify-ledger", report)
    assert code == 0
    assert f"{HOME} to LS-C  70.00  9 s" in printed


async def test_a_finding_in_the_ledger_ends_with_exit_code_1(
    joined_here: None, lending: Lending, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("update record.postings set amount_lisente = 1 where debit = 'float:simulated'")
    await connection.close()

    report = await books._verify_ledger(None, replays=True)

    assert "journal_changed" in {found["kind"] for found in report["findings"]}
    code, printed = ran(monkeypatch, "verify-ledger", report, "--json")
    assert code == 1
    assert json.loads(printed) == report


async def test_a_removed_audit_entry_ends_with_exit_code_1_and_is_named(
    joined_here: None, lending: Lending, clock: MovableClock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.use_cases.auditing import audit
    from core.use_cases.sealing import seal_audit

    async with lending.engine.record.unit(HOME) as unit:
        await audit(lending.engine, unit, lending.officer, "looked", "loan 7")
        await unit.commit()
    clock.move(minutes=2)
    await seal_audit(lending.engine, HOME)
    whole = await books._verify_audit(None)
    connection = await asyncpg.connect(database_url)
    await connection.execute("delete from record.audit_entries")
    await connection.close()
    report = await books._verify_audit(None)

    assert (ran(monkeypatch, "verify-audit", whole)[0], whole["chains"][0]["entries"]) == (0, 1)
    code, printed = ran(monkeypatch, "verify-audit", report)
    assert code == 1
    assert "entry_removed" in printed
    assert whole["chains"][0]["seal"] in printed
