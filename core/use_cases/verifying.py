"""Proving the books: every journal balances, and every loan's balance equals its postings."""

from __future__ import annotations

from collections.abc import Sequence

from core.ports.engine import Engine
from core.ports.record import LedgerFinding


async def verify_ledger(engine: Engine, districts: Sequence[str]) -> list[LedgerFinding]:
    """What is wrong in the ledgers of these districts; an empty list says that all is proved. Raises `DistrictDown`."""
    findings: list[LedgerFinding] = []
    for district in districts:
        findings.extend(await engine.record.verify_ledger(district))
    return findings
