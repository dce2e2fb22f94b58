"""Every loan worked out anew from its events, and held against what is kept: its row, journals, position, rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from core.ledger.difference import journal_difference
from core.loans.account import AccountStatus, LoanAccount
from core.ports.books import LedgerFinding
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.loan import InstalmentRow, Loan, LoanPosition, LoanStatus
from core.use_cases.bookkeeping import history_of
from core.use_cases.projecting import projection_of

_CHUNK: Final = 200
_BEFORE_ALL: Final = UUID(int=0)
_STATUS: Final[Mapping[AccountStatus, LoanStatus]] = {
    AccountStatus.ACTIVE: LoanStatus.ACTIVE,
    AccountStatus.CLOSED: LoanStatus.CLOSED,
    AccountStatus.WRITTEN_OFF: LoanStatus.WRITTEN_OFF,
    AccountStatus.CANCELLED: LoanStatus.CANCELLED,
}
"""What a loan is once its money was out. One that is marked otherwise is closed by no day and listed by nobody."""


async def replay_district(engine: Engine, district: str) -> list[LedgerFinding]:
    """The loans of a district whose books are not what their events say."""
    findings: list[LedgerFinding] = []
    after = _BEFORE_ALL
    while loan_ids := await _next_loans(engine, district, after):
        for loan_id in loan_ids:
            findings += await _check(engine, district, loan_id)
        after = loan_ids[-1]
    return findings


async def _next_loans(engine: Engine, district: str, after: UUID) -> list[UUID]:
    async with engine.record.unit(district) as unit:
        return list(await unit.loans.ids_after(after, _CHUNK))


async def _check(engine: Engine, district: str, loan_id: UUID) -> list[LedgerFinding]:
    """Look without holding anything; only what differs is looked at again, with the loan held."""
    found = await _look(engine, district, loan_id, lock=False)
    return found and await _look(engine, district, loan_id, lock=True)


async def _look(engine: Engine, district: str, loan_id: UUID, *, lock: bool) -> list[LedgerFinding]:
    async with engine.record.unit(district) as unit:
        loan = await unit.loans.get(loan_id, lock=lock)
        differences = await _differences(engine, unit, loan)
    return [LedgerFinding(district, "replay_differs", str(loan.reference), what) for what in differences]


async def _differences(engine: Engine, unit: Unit, loan: Loan) -> list[str]:
    """What is not as a replay says; a close that is under way may have come to this loan, or not yet."""
    today = await unit.business_date()
    found = await _against(engine, unit, loan, today - timedelta(days=1))
    return found and await _against(engine, unit, loan, today)


async def _against(engine: Engine, unit: Unit, loan: Loan, closed_through: date) -> list[str]:
    history = await history_of(engine, unit, loan, closed_through=closed_through)
    account = history.account(closed_through)
    position, instalments = projection_of(loan, account)
    return [
        *_loan(loan, account, history.disbursed.value_on),
        *await _journals(unit, loan, account),
        *_unlike("the position", await unit.loans.position(loan.id), position),
        *_rows(await unit.loans.instalments(loan.id), instalments),
    ]


def _loan(loan: Loan, account: LoanAccount, disbursed_on: date) -> Iterator[str]:
    """What the loan's own row says of itself."""
    if loan.status is not _STATUS[account.status]:
        yield f"the loan is {loan.status}, its events say {_STATUS[account.status]}"
    if loan.principal != account.terms.principal:
        yield f"the loan's principal is {loan.principal}, its contract says {account.terms.principal}"
    if loan.disbursed_on != disbursed_on:
        yield f"the loan was paid out on {loan.disbursed_on}, its events say {disbursed_on}"


async def _journals(unit: Unit, loan: Loan, account: LoanAccount) -> list[str]:
    missing = journal_difference(await unit.ledger.journals_of_loan(loan.id), account.journals)
    return [f"the journal {journal.key} is not in the books" for journal in missing]


def _rows(kept: Sequence[InstalmentRow], wanted: Sequence[InstalmentRow]) -> Iterator[str]:
    by_number = {row.n: row for row in kept}
    for row in wanted:
        yield from _unlike(f"instalment {row.n}", by_number.pop(row.n, None), row)
    for n in by_number:
        yield f"instalment {n} is not in the contract"


def _unlike(
    subject: str, kept: LoanPosition | InstalmentRow | None, wanted: LoanPosition | InstalmentRow
) -> Iterator[str]:
    if kept is None:
        yield f"{subject} is missing"
        return
    for field in fields(wanted):
        is_kept, is_wanted = getattr(kept, field.name), getattr(wanted, field.name)
        if is_kept != is_wanted:
            yield f"{subject}: {field.name} is {is_kept}, its events say {is_wanted}"
