"""The proof of the books finds what an owner of the database has changed, and nothing in books that are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from core.money import Money
from core.ports.books import LedgerFinding
from core.records.loan import Loan, LoanStatus
from storage.postgres.record.plane import RecordOnPostgres
from tests.storage.samples import (
    DISTRICT,
    MFI,
    NOW,
    TODAY,
    a_journal,
    a_payment,
    a_position,
    an_instalment,
    kept_loan,
    lay_ground,
)

FLOAT = "float:simulated"


@pytest.fixture
async def loan(record_plane: RecordOnPostgres) -> Loan:
    """A loan of M1,000 less an upfront fee of M20, in two instalments of M500 and M30 interest.

    The first was late and is paid but for M50; M5 of interest came in advance. Beside it, M7 in suspense.
    """
    await lay_ground(record_plane)
    async with record_plane.unit(DISTRICT) as unit:
        loan = await kept_loan(unit, status=LoanStatus.ACTIVE)
        journals = [
            a_journal(
                "disbursement", ("principal", FLOAT, 98_000), ("principal", "fee_income", 2_000), loan_id=loan.id
            ),
            a_journal("interest:1", ("interest_receivable", "interest_income", 3_000), loan_id=loan.id),
            a_journal("late_fee:1", ("penalty_receivable", "penalty_income", 1_000), loan_id=loan.id),
            a_journal(
                "repayment:1",
                (FLOAT, "penalty_receivable", 1_000),
                (FLOAT, "interest_receivable", 3_000),
                (FLOAT, "principal", 45_000),
                loan_id=loan.id,
            ),
            a_journal("repayment:2", (FLOAT, "interest_income", 500), loan_id=loan.id),
        ]
        wrong = a_journal("repayment:3", (FLOAT, "principal", 100), loan_id=loan.id)
        await unit.ledger.post(MFI, [*journals, wrong, wrong.reversal()], recorded_at=NOW, business_on=TODAY)
        suspense = a_journal("suspense:1", (FLOAT, "suspense", 700), kind="suspense")
        await unit.ledger.post(MFI, [suspense], recorded_at=NOW, business_on=TODAY)
        await unit.payments.add(a_payment(amount=Money(700)))
        first = an_instalment(
            loan.id,
            1,
            principal=Money(50_000),
            interest=Money(3_000),
            penalties=Money(1_000),
            principal_paid=Money(45_000),
            interest_paid=Money(3_000),
            penalties_paid=Money(1_000),
        )
        second = replace(
            an_instalment(loan.id, 2), principal=Money(50_000), interest=Money(3_000), interest_paid=Money(500)
        )
        position = a_position(loan.id, principal=Money(55_000), principal_receivable=Money(55_000))
        await unit.loans.project(position, [first, second])
        await unit.commit()
    return loan


async def findings_after(record_plane: RecordOnPostgres, url: str, *tampering: str) -> Sequence[LedgerFinding]:
    connection = await asyncpg.connect(url)
    for statement in tampering:
        await connection.execute(statement)
    await connection.close()
    return await record_plane.verify_ledger(DISTRICT)


async def test_books_that_are_right_have_no_findings(record_plane: RecordOnPostgres, loan: Loan) -> None:
    assert list(await record_plane.verify_ledger(DISTRICT)) == []


@pytest.mark.parametrize(
    ("tampering", "kinds"),
    [
        (
            "update record.postings set amount_lisente = 44000 where amount_lisente = 45000",
            {"journal_changed", "position_differs", "instalments_differ"},
        ),
        (
            "update record.postings set credit = 'interest_income' where journal_key = 'late_fee:1'",
            {"journal_changed", "instalments_differ"},
        ),
        ("update record.journals set value_on = value_on - 1 where key = 'interest:1'", {"journal_changed"}),
        ("update record.journals set kind = 'waiver' where key = 'interest:1'", {"journal_changed"}),
        (
            "delete from record.postings where journal_key = 'repayment:2'",
            {"journal_without_postings", "instalments_differ"},
        ),
        (
            "update record.loan_positions set principal_receivable_lisente = principal_receivable_lisente - 1",
            {"position_differs"},
        ),
        ("update record.loan_positions set overpaid_lisente = 1", {"position_differs"}),
        ("delete from record.loan_positions", {"position_differs"}),
        (
            "update record.instalments set principal_paid_lisente = principal_paid_lisente + 1 where n = 2",
            {"instalments_differ"},
        ),
        ("update record.instalments set penalties_paid_lisente = 0", {"instalments_differ"}),
        ("delete from record.instalments where n = 2", {"instalments_differ"}),
        ("update record.payments set amount_lisente = 1 where status = 'suspense'", {"suspense_differs"}),
        ("delete from record.payments", {"suspense_differs"}),
        ("update record.loans set oldest_unpaid_due_on = current_date", {"lists_differ"}),
        ("update record.loans set outstanding_principal_lisente = 1", {"lists_differ"}),
        ("update record.instalments set mfi_id = '00000000-0000-0000-0000-000000000002' where n = 1", {"lists_differ"}),
        (
            """
            insert into record.journals
            select district, 'twice', 'reversal', mfi_id, loan_id, value_on, recorded_at, business_on, content_hash,
                key, null, 99
            from record.journals where reverses_key is not null
            """,
            {"journal_without_postings", "reversal_reversed"},
        ),
    ],
)
async def test_tampering_is_found(
    record_plane: RecordOnPostgres, loan: Loan, database_url: str, tampering: str, kinds: set[str]
) -> None:
    findings = await findings_after(record_plane, database_url, tampering)

    assert {finding.kind for finding in findings} == kinds
    assert {finding.district for finding in findings} == {DISTRICT}


async def test_a_finding_says_what_it_is_about_and_what_differs(
    record_plane: RecordOnPostgres, loan: Loan, database_url: str
) -> None:
    findings = await findings_after(
        record_plane, database_url, "update record.loan_positions set principal_receivable_lisente = 1"
    )

    assert [(finding.subject, finding.detail) for finding in findings] == [
        (str(loan.reference), "principal is M0.01, the postings say M550.00")
    ]


async def test_a_written_off_loan_still_agrees_with_its_instalments(record_plane: RecordOnPostgres, loan: Loan) -> None:
    async with record_plane.unit(DISTRICT) as unit:
        standing = await unit.loans.get(loan.id, lock=True)
        write_off = a_journal("write_off", ("write_off", "principal", 55_000), loan_id=loan.id)
        await unit.ledger.post(MFI, [write_off], recorded_at=NOW, business_on=TODAY)
        await unit.loans.save(replace(standing, status=LoanStatus.WRITTEN_OFF))
        await unit.loans.project(a_position(loan.id, principal=Money(55_000)), await unit.loans.instalments(loan.id))
        await unit.commit()

    assert list(await record_plane.verify_ledger(DISTRICT)) == []


async def test_other_districts_are_not_read(record_plane: RecordOnPostgres, loan: Loan, database_url: str) -> None:
    await findings_after(record_plane, database_url, "delete from record.loan_positions")

    assert list(await record_plane.verify_ledger("LS-B")) == []
