"""verify-ledger: loans by their replay and transfers between districts. An owner of the database breaks each thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from core.money import Money
from core.ports.books import LedgerFinding
from core.records.loan import Loan
from core.use_cases.funding import AllotFloat, allot_float
from core.use_cases.transferring import receive_transfer
from core.use_cases.verifying import verify_ledger
from core.use_cases.verifying_transfers import verify_transfers
from tests.core.use_cases.lending import HOME, Lending
from tests.fixtures_postgres import MovableClock

AWAY = "LS-C"


@pytest.fixture
async def loan(lending: Lending) -> Loan:
    """A loan in its second month, late with the rest of its first instalment, and charged for it."""
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of(100), reference="P1", account=str(loan.reference))
    _, instalments = await lending.books(loan)
    await lending.close(instalments[0].due_on + timedelta(days=2))
    assert await findings(lending) == []
    return loan


async def findings(lending: Lending) -> Sequence[LedgerFinding]:
    districts = sorted((await lending.engine.record.catalogue()).districts)
    return await verify_ledger(lending.engine, districts)


async def tamper(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("update record.instalments set interest_lisente = interest_lisente + 1 where n = 3", "instalment 3: interest"),
        ("update record.instalments set due_on = due_on + 1 where n = 2", "instalment 2: due_on"),
        (
            """
            update record.instalments set principal_paid_lisente = principal_paid_lisente
                + case n when 1 then -100 else 100 end
            where n in (1, 2)
            """,
            "instalment 1: principal_paid",
        ),
        ("update record.instalments set settled_on = due_on where n = 1", "instalment 1: settled_on"),
        ("delete from record.instalments where n = 3", "instalment 3 is missing"),
        (
            """
            insert into record.instalments
            select district, loan_id, 99, mfi_id, due_on, 0, 0, 0, 0, 0, 0, 0, 0, 0, due_on
            from record.instalments where n = 1
            """,
            "instalment 99 is not in the contract",
        ),
        ("update record.loans set status = 'closed'", "the loan is closed, its events say active"),
        ("update record.loans set principal_lisente = 1", "the loan's principal is M0.01"),
        ("update record.loans set disbursed_on = disbursed_on - 1", "the loan was paid out on"),
        ("update record.loan_positions set next_due_lisente = 1", "the position: next_due"),
        ("delete from record.loan_positions", "the position is missing"),
        ("delete from record.loan_events where kind = 'repaid'", "is not in the books"),
        ("update record.loan_events set value_on = value_on + 1 where kind = 'repaid'", "is not in the books"),
        ("delete from record.postings where journal_key like 'late_fee:%'", "is not in the books"),
    ],
)
async def test_what_is_not_as_a_replay_says_is_named(
    lending: Lending, loan: Loan, database_url: str, tampering: str, said: str
) -> None:
    await tamper(database_url, tampering)

    found = [each for each in await findings(lending) if each.kind == "replay_differs"]

    assert {each.subject for each in found} == {str(loan.reference)}
    assert any(said in each.detail for each in found), found


@pytest.mark.parametrize(
    ("tampering", "kind"),
    [
        ("update record.payments set amount_lisente = amount_lisente + 1", "payment_differs"),
        ("update record.disbursements set amount_lisente = amount_lisente - 1", "payout_differs"),
    ],
)
@pytest.mark.parametrize("role", ["", "set role letsema_app;"])
async def test_an_amount_that_is_not_what_the_books_moved_is_named_without_a_replay(
    lending: Lending, loan: Loan, database_url: str, tampering: str, kind: str, role: str
) -> None:
    await tamper(database_url, f"{role}{tampering}")

    found = await verify_ledger(lending.engine, [HOME], replays=False)

    assert [each.kind for each in found] == [kind]
    assert "the postings say" in found[0].detail


async def test_a_payment_that_the_books_have_and_no_list_shows_is_named(
    lending: Lending, loan: Loan, database_url: str
) -> None:
    """Only the database's owner can remove one."""
    await tamper(database_url, "delete from record.payments where status = 'posted'")

    found = await verify_ledger(lending.engine, [HOME])

    assert {each.kind for each in found} == {"payment_missing"}
    assert all(str(loan.reference) in each.detail for each in found)


async def test_replays_may_be_left_out(lending: Lending, loan: Loan, database_url: str) -> None:
    await tamper(database_url, "update record.instalments set interest_lisente = interest_lisente + 1 where n = 3")

    assert await verify_ledger(lending.engine, [HOME], replays=False) == []


# --- between districts ---


async def allotted(lending: Lending) -> str:
    """M70 of float on its way to another district; its transfer's id."""
    key = str(uuid4())
    await allot_float(
        lending.engine,
        AllotFloat(
            mfi_id=lending.mfi.id,
            rail="simulated",
            to_district=AWAY,
            amount=Money.of(70),
            key=key,
            made_by=uuid4(),
            checked_by=uuid4(),
        ),
    )
    return f"allot:{lending.mfi.id}:{key}"


async def arrive(lending: Lending) -> None:
    [row] = [row for row in await lending.outbox() if row.topic == "transfer"]
    await receive_transfer(lending.engine, row)


async def test_money_on_its_way_is_listed_with_both_ends_and_its_age_and_is_no_finding(
    lending: Lending, clock: MovableClock
) -> None:
    transfer_id = await allotted(lending)
    clock.move(minutes=7)
    districts = sorted((await lending.engine.record.catalogue()).districts)

    proof = await verify_transfers(lending.engine, districts)

    [transfer] = proof.in_flight
    assert list(proof.findings) == []
    assert (transfer.transfer_id, transfer.from_district, transfer.to_district) == (transfer_id, HOME, AWAY)
    assert (transfer.amount, transfer.age) == (Money.of(70), timedelta(minutes=7))


async def test_money_that_arrived_leaves_clearing_at_nothing(lending: Lending) -> None:
    await allotted(lending)
    await arrive(lending)
    districts = sorted((await lending.engine.record.catalogue()).districts)

    proof = await verify_transfers(lending.engine, districts)

    assert (list(proof.in_flight), list(proof.findings)) == ([], [])


@pytest.mark.parametrize(
    ("arrived", "tampering", "kinds"),
    [
        (False, "delete from record.outbox where topic = 'transfer'", {"transfer_lost"}),
        (True, "delete from record.commands where key like '%:in'", {"clearing_differs"}),
        (
            True,
            "update record.postings set amount_lisente = 1 where credit = 'clearing'",
            {"clearing_differs", "journal_changed"},
        ),
        (
            True,
            "update record.postings set debit = 'funding' where debit = 'clearing'",
            {"clearing_differs", "journal_changed"},
        ),
        (
            True,
            "delete from record.postings where debit = 'clearing' or credit = 'clearing' and district <> 'LS-A'",
            {"journal_without_postings"},
        ),
    ],
)
async def test_a_transfer_that_was_touched_is_found(
    lending: Lending, database_url: str, arrived: bool, tampering: str, kinds: set[str]
) -> None:
    await allotted(lending)
    if arrived:
        await arrive(lending)

    await tamper(database_url, tampering)

    assert {found.kind for found in await findings(lending)} == kinds
