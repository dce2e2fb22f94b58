"""The proof of a district's books: every journal is whole and unchanged, every projection equals the postings.

Each check is one statement on one shard. That debits equal credits needs no check: a posting is both at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, select, text

from core.ledger.accounts import Account
from core.money import Money
from core.ports.books import LedgerFinding
from core.records.loan import PayoutPurpose, PayoutStatus
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.record.ledger import read_journals
from storage.postgres.tables.ledger import journals, postings

_CHUNK: Final = 2_000

_WITHOUT_POSTINGS: Final = text("""
    select j.key as subject, 'it moves nothing' as detail
    from record.journals j
    left join record.postings p on p.district = :district and p.journal_key = j.key
    where j.district = :district and p.journal_key is null
    order by j.key
""")

_REVERSED_REVERSALS: Final = text("""
    select j.key as subject, 'it reverses the reversal ' || r.key as detail
    from record.journals j
    join record.journals r on r.district = :district and r.key = j.reverses_key
    where j.district = :district and r.reverses_key is not null
    order by j.key
""")

# What lists are read by is repeated on the loan and on its instalments: a second writer might forget it.
_REPEATED: Final = text("""
    select l.reference as subject, 'lists show another position than the loan has' as detail
    from record.loans l
    join record.loan_positions p on p.district = :district and p.loan_id = l.id
    where l.district = :district
        and (l.oldest_unpaid_due_on, l.outstanding_principal_lisente)
        is distinct from (p.oldest_unpaid_due_on, p.principal_lisente)
    union all
    select l.reference, 'instalment ' || i.n || ' is listed under another lender'
    from record.instalments i
    join record.loans l on l.district = :district and l.id = i.loan_id
    where i.district = :district and i.mfi_id <> l.mfi_id
    order by 1, 2
""")


def _balance(account: str, alias: str) -> str:
    """SQL for debits minus credits of an account; the names are our own."""
    amount = "amount_lisente"
    return (
        f"sum(case when debit = '{account}' then {amount} when credit = '{account}' then -{amount} else 0 end) {alias}"
    )


_BALANCES: Final = f"""
    select loan_id,
        {_balance(Account.PRINCIPAL, "principal")},
        {_balance(Account.INTEREST_RECEIVABLE, "interest_receivable")},
        {_balance(Account.FEE_RECEIVABLE, "fee_receivable")},
        {_balance(Account.PENALTY_RECEIVABLE, "penalty_receivable")},
        {_balance(Account.OVERPAYMENT, "overpayment")},
        {_balance(Account.INTEREST_INCOME, "interest_income")},
        {_balance(Account.FEE_INCOME, "fee_income")},
        {_balance(Account.PENALTY_INCOME, "penalty_income")},
        sum(case when debit = '{Account.WRITE_OFF}' and credit = '{Account.PRINCIPAL}' then amount_lisente
                 when debit = '{Account.PRINCIPAL}' and credit = '{Account.WRITE_OFF}' then -amount_lisente
                 else 0 end) written_off,
        sum(case when debit = '{Account.PRINCIPAL}' and credit = '{Account.FEE_INCOME}' then amount_lisente
                 when debit = '{Account.FEE_INCOME}' and credit = '{Account.PRINCIPAL}' then -amount_lisente
                 else 0 end) upfront_fee
    from record.postings
    where district = :district and loan_id is not null
    group by loan_id
"""  # noqa: S608 - made of constants

_POSITIONS: Final = text(f"""
    with b as ({_BALANCES})
    select l.reference as subject,
        coalesce(p.principal_receivable_lisente, 0) as kept_principal,
        coalesce(b.principal, 0) as posted_principal,
        coalesce(p.interest_receivable_lisente, 0) as kept_interest,
        coalesce(b.interest_receivable, 0) as posted_interest,
        coalesce(p.fee_receivable_lisente, 0) as kept_fees,
        coalesce(b.fee_receivable, 0) as posted_fees,
        coalesce(p.penalty_receivable_lisente, 0) as kept_penalties,
        coalesce(b.penalty_receivable, 0) as posted_penalties,
        coalesce(p.overpaid_lisente, 0) as kept_overpaid,
        -coalesce(b.overpayment, 0) as posted_overpaid
    from record.loans l
    left join record.loan_positions p on p.district = :district and p.loan_id = l.id
    left join b on b.loan_id = l.id
    where l.district = :district
        and (coalesce(p.principal_receivable_lisente, 0), coalesce(p.interest_receivable_lisente, 0),
             coalesce(p.fee_receivable_lisente, 0), coalesce(p.penalty_receivable_lisente, 0),
             coalesce(p.overpaid_lisente, 0))
        is distinct from
            (coalesce(b.principal, 0), coalesce(b.interest_receivable, 0), coalesce(b.fee_receivable, 0),
             coalesce(b.penalty_receivable, 0), -coalesce(b.overpayment, 0))
    order by l.reference
""")  # noqa: S608 - made of constants

# What was paid of a part is its income less what is still receivable of it: recognising moves both, paying in advance
# only the income, a waiver takes both back. An upfront fee is income that was never an instalment's.
_INSTALMENTS: Final = text(f"""
    with b as ({_BALANCES}),
    i as (
        select loan_id,
            sum(principal_lisente - principal_paid_lisente) as principal,
            sum(interest_paid_lisente) as interest_paid,
            sum(fees_paid_lisente) as fees_paid,
            sum(penalties_paid_lisente) as penalties_paid
        from record.instalments
        where district = :district
        group by loan_id
    )
    select l.reference as subject,
        coalesce(i.principal, 0) as kept_principal,
        coalesce(b.principal + b.written_off, 0) as posted_principal,
        coalesce(i.interest_paid, 0) as kept_interest_paid,
        coalesce(-b.interest_income - b.interest_receivable, 0) as posted_interest_paid,
        coalesce(i.fees_paid, 0) as kept_fees_paid,
        coalesce(-b.fee_income - b.fee_receivable - b.upfront_fee, 0) as posted_fees_paid,
        coalesce(i.penalties_paid, 0) as kept_penalties_paid,
        coalesce(-b.penalty_income - b.penalty_receivable, 0) as posted_penalties_paid
    from record.loans l
    left join i on i.loan_id = l.id
    left join b on b.loan_id = l.id
    where l.district = :district and l.status in ('active', 'closed', 'written_off')
        and (coalesce(i.principal, 0), coalesce(i.interest_paid, 0), coalesce(i.fees_paid, 0),
             coalesce(i.penalties_paid, 0))
        is distinct from
            (coalesce(b.principal + b.written_off, 0), coalesce(-b.interest_income - b.interest_receivable, 0),
             coalesce(-b.fee_income - b.fee_receivable - b.upfront_fee, 0),
             coalesce(-b.penalty_income - b.penalty_receivable, 0))
    order by l.reference
""")  # noqa: S608 - made of constants

_SUSPENSE: Final = text(f"""
    with booked as (
        select mfi_id, -{_balance(Account.SUSPENSE, "lisente")}
        from record.postings
        where district = :district
            and (debit = '{Account.SUSPENSE}' or credit = '{Account.SUSPENSE}')
        group by mfi_id
    ),
    waiting as (
        select mfi_id, sum(amount_lisente) as lisente
        from record.payments
        where district = :district and status in ('suspense', 'refunding')
        group by mfi_id
    )
    select coalesce(booked.mfi_id, waiting.mfi_id)::text as subject,
        coalesce(waiting.lisente, 0) as kept_suspense,
        coalesce(booked.lisente, 0) as posted_suspense
    from booked full join waiting on waiting.mfi_id = booked.mfi_id
    where coalesce(booked.lisente, 0) <> coalesce(waiting.lisente, 0)
    order by 1
""")  # noqa: S608 - made of constants

# A payment's row and its event repeat the amount: lists read the one, the books are replayed from the other.
_PAYMENTS: Final = text("""
    select p.receipt as subject,
        p.amount_lisente as kept_amount,
        coalesce((e.data ->> 'amount_minor')::bigint, 0) as posted_amount
    from record.payments p
    left join record.loan_events e on e.district = :district and e.loan_id = p.loan_id
        and e.key = 'repayment:' || p.rail || ':' || p.rail_reference || ':' || p.assignment
    where p.district = :district and p.status = 'posted'
        and p.amount_lisente is distinct from (e.data ->> 'amount_minor')::bigint
    order by p.receipt
""")

# Deleted, it would be missing from every list and from the payer's own account, while the books have its money.
_MISSING_PAYMENTS: Final = text("""
    select e.key as subject, 'it was posted to the loan ' || l.reference || ', and its payment is gone' as detail
    from record.loan_events e
    join record.loans l on l.district = :district and l.id = e.loan_id
    where e.district = :district and starts_with(e.key, 'repayment:')
        and not exists (
            select from record.payments p
            where p.district = :district and p.loan_id = e.loan_id
                and 'repayment:' || p.rail || ':' || p.rail_reference || ':' || p.assignment = e.key
        )
    order by e.key
""")

# What left the float for a payout or a refund, over all versions of its journal and their reversals.
_PAYOUTS: Final = text(f"""
    with cash as (
        select regexp_replace(journal_key, '^(reversal:)?(v[0-9]+:)?', '') as about,
            sum(case when starts_with(credit, '{Account.FLOAT}') then amount_lisente else 0 end
                - case when starts_with(debit, '{Account.FLOAT}') then amount_lisente else 0 end) as lisente
        from record.postings
        where district = :district and journal_key ~ '^(reversal:)?(v[0-9]+:)?(disbursement|refund):'
        group by 1
    )
    select d.reference as subject,
        d.amount_lisente as kept_amount,
        coalesce(cash.lisente, 0) as posted_amount
    from record.disbursements d
    left join cash on cash.about = case d.purpose
        when '{PayoutPurpose.LOAN}' then 'disbursement:' || d.loan_id else 'refund:' || d.reference end
    where d.district = :district and d.status = '{PayoutStatus.CONFIRMED}'
        and d.amount_lisente is distinct from cash.lisente
    order by d.reference
""")  # noqa: S608 - made of constants


async def verify(connection: DistrictConnection) -> Sequence[LedgerFinding]:
    """Everything that is wrong with the books of the connection's district; nothing when they are right."""
    findings = [
        *await _listed(connection, "journal_without_postings", _WITHOUT_POSTINGS),
        *await _listed(connection, "reversal_reversed", _REVERSED_REVERSALS),
        *await _listed(connection, "lists_differ", _REPEATED),
        *await _changed_journals(connection),
        *await _compared(connection, "position_differs", _POSITIONS),
        *await _compared(connection, "instalments_differ", _INSTALMENTS),
        *await _compared(connection, "suspense_differs", _SUSPENSE),
        *await _listed(connection, "payment_missing", _MISSING_PAYMENTS),
        *await _compared(connection, "payment_differs", _PAYMENTS),
        *await _compared(connection, "payout_differs", _PAYOUTS),
    ]
    return tuple(findings)


async def _listed(connection: DistrictConnection, kind: str, statement: Any) -> list[LedgerFinding]:
    rows = await connection.rows(statement.bindparams(district=connection.district))
    return [LedgerFinding(connection.district, kind, row.subject, row.detail) for row in rows]


async def _compared(connection: DistrictConnection, kind: str, statement: Any) -> list[LedgerFinding]:
    rows = await connection.rows(statement.bindparams(district=connection.district))
    return [LedgerFinding(connection.district, kind, row.subject, _unequal(row)) for row in rows]


def _unequal(row: Row[Any]) -> str:
    """The pairs `kept_…`, `posted_…` that differ, as a sentence."""
    values = row._asdict()
    return "; ".join(
        f"{part.replace('_', ' ')} is {Money(int(kept))}, the postings say {Money(int(values[f'posted_{part}']))}"
        for part, kept in ((name.removeprefix("kept_"), values[name]) for name in values if name.startswith("kept_"))
        if kept != values[f"posted_{part}"]
    )


async def _changed_journals(connection: DistrictConnection) -> list[LedgerFinding]:
    """Journals whose content no longer has the hash that was kept with them, read in chunks by key."""
    findings: list[LedgerFinding] = []
    after = ""
    while True:
        chunk = (
            select(journals.c.key)
            .where(connection.here(journals), journals.c.key > after)
            .order_by(journals.c.key)
            .limit(_CHUNK)
        )
        keys = [row.key for row in await connection.rows(chunk)]
        if not keys:
            return findings
        findings += await _changed_between(connection, keys[0], keys[-1])
        after = keys[-1]


async def _changed_between(connection: DistrictConnection, first: str, last: str) -> list[LedgerFinding]:
    lines = (
        select(journals, postings)
        .join_from(
            journals,
            postings,
            (postings.c.district == journals.c.district) & (postings.c.journal_key == journals.c.key),
        )
        .where(connection.here(journals), connection.here(postings), journals.c.key.between(first, last))
        .order_by(journals.c.key, postings.c.n)
    )
    rows = await connection.rows(lines)
    kept = {row.key: bytes(row.content_hash) for row in rows}
    return [
        LedgerFinding(connection.district, "journal_changed", journal.key, "its content is not what was posted")
        for journal in read_journals(rows)
        if journal.content_hash != kept[journal.key]
    ]
