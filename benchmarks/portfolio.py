"""A district full of open loans, laid down by SQL: the rows that their payouts would have left."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg

from core.calendar import PeriodUnit
from core.loans.policy import LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms, Method
from core.money import Money
from core.records.catalogue import Mfi, ProductVersion, RegulatoryStatus

DISTRICT: Final = "LS-A"
_PERIODS: Final = 12
PERIOD_DAYS: Final = 30
_CHUNK: Final = 50_000

MFI: Final = Mfi(
    id=UUID(int=1),
    code="BENCH",
    name="Bench Finance",
    licence_number="CBL/1",
    licence_tier=3,
    regulatory_status=RegulatoryStatus.REGISTERED,
    address="Kingsway, Maseru",
    phone="+26622300000",
    complaints_phone="+26622300001",
    head_office_district=DISTRICT,
    districts=frozenset({DISTRICT}),
    approval_limit_1=Money.of(5_000),
    disbursement_limit_2=Money.of(10_000),
    rail_accounts={"simulated": "71001"},
)
PRODUCT: Final = ProductVersion(
    product_id=UUID(int=2),
    version=1,
    mfi_id=MFI.id,
    code="personal",
    names={"en": "Personal loan"},
    amount_min=Money.of(500),
    amount_max=Money.of(20_000),
    amount_step=Money.of(50),
    terms=ProductTerms(annual_rate_percent=Decimal(36), periods_offered=(_PERIODS,)),
    policy=Policy(late_fee=LateFeeRule(None, Decimal("1.5"), with_interest=True, after_days=0)),
    instalment_share_limit=Decimal(1) / 3,
    offer_valid_days=7,
    cooling_off_days=3,
)

# Loan k, and all that hangs on it, has its ids from k, in order, as ids that grow with time are. Each was paid out
# within the thirty days before the first close, so that one in thirty falls due a day; or all of them on one day.
_NUMBERED: Final = """
    select k, (lpad(to_hex(k), 12, '0') || substr(md5(k::text), 1, 20))::uuid as id,
        lpad(k::text, 10, '0') as reference,
        $1::date - 30 + case when $2::boolean then 0 else k % 30 end as paid_out_on
    from generate_series($3::int, $4::int) k
"""

_BORROWERS: Final = """
    insert into record.borrowers (district, id, phone_hash, phone_sealed, phone_tail, language, given_names, surname,
        national_id_hash, national_id_sealed, date_of_birth_sealed, residence_district, registered_on, registered_at,
        channel, blocked, wants_reminders)
    select $5, id, decode(md5(k::text), 'hex'), ''::bytea, lpad((k % 1000)::text, 3, '0'), 'st_LS', 'Thabo', 'Mokoena',
        decode(md5('id' || k), 'hex'), ''::bytea, ''::bytea, $5, paid_out_on, paid_out_on, 'ussd', false, true
    from loan
"""

_APPLICATIONS: Final = """
    insert into record.applications (district, id, reference, borrower_id, mfi_id, product_id, product_version,
        amount_lisente, periods, purpose, net_pay_lisente, income_kind, channel, draft_id, status, submitted_on,
        submitted_at, version)
    select $5, id, reference, id, $6::uuid, $7::uuid, 1, 100000, 12, 'business', 600000, 'salary',
        'ussd', id, 'approved', paid_out_on, paid_out_on, 1
    from loan
"""

_LOANS: Final = """
    insert into record.loans (district, id, reference, application_id, borrower_id, mfi_id, product_id, product_version,
        principal_lisente, terms, status, offered_on, offer_expires_on, version, accepted_at, disbursed_on,
        oldest_unpaid_due_on, outstanding_principal_lisente)
    select $5, id, reference, id, id, $6::uuid, $7::uuid, 1, 100000,
        jsonb_set($8::jsonb, '{disbursed_on}', to_jsonb(paid_out_on)), 'active', paid_out_on, paid_out_on, 4,
        paid_out_on, paid_out_on, paid_out_on + 30, 100000
    from loan
"""

_EVENTS: Final = """
    insert into record.loan_events (district, loan_id, n, kind, value_on, recorded_at, business_on, key, data)
    select $5, id, 1, 'disbursed', paid_out_on, paid_out_on, paid_out_on, 'disbursement:' || id,
        '{"rail": "simulated"}'
    from loan
"""

_INSTALMENTS: Final = """
    insert into record.instalments (district, loan_id, n, mfi_id, due_on, principal_lisente, interest_lisente,
        fees_lisente, penalties_lisente, principal_paid_lisente, interest_paid_lisente, fees_paid_lisente,
        penalties_paid_lisente, waived_lisente)
    select $5, loan.id, row.n, $6::uuid, loan.paid_out_on + row.n * 30, row.principal, row.interest, 0, 0, 0, 0, 0, 0, 0
    from loan cross join unnest($7::int[], $8::bigint[], $9::bigint[]) row (n, principal, interest)
"""

_POSITIONS: Final = """
    insert into record.loan_positions (district, loan_id, principal_lisente, interest_lisente, fees_lisente,
        penalties_lisente, overpaid_lisente, principal_receivable_lisente, interest_receivable_lisente,
        fee_receivable_lisente, penalty_receivable_lisente, oldest_unpaid_due_on, next_due_lisente)
    select $5, id, 100000, $6::bigint, 0, 0, 0, 100000, 0, 0, 0, paid_out_on + 30, $7::bigint
    from loan
"""

_JOURNALS: Final = """
    insert into record.journals (district, key, kind, mfi_id, loan_id, value_on, recorded_at, business_on,
        content_hash, reverses_key, transfer_id, n)
    select $5, 'disbursement:' || id, 'disbursement', $6::uuid, id, paid_out_on, paid_out_on, paid_out_on,
        sha256(convert_to('{"kind":"disbursement","loan":"' || id || '","postings":[["principal","float:simulated",'
            || '100000,null]],"reverses":null,"transfer":null,"value_on":"' || paid_out_on || '"}', 'UTF8')),
        null, null, 1
    from loan
"""

_POSTINGS: Final = """
    insert into record.postings (district, journal_key, n, mfi_id, debit, credit, amount_lisente, loan_id, instalment)
    select $5, 'disbursement:' || id, 1, $6::uuid, 'principal', 'float:simulated', 100000, id, null
    from loan
"""


def the_terms(disbursed_on: date) -> LoanTerms:
    """M1,000 over twelve periods of thirty days."""
    return LoanTerms(
        principal=Money.of(1_000),
        annual_rate_percent=PRODUCT.terms.annual_rate_percent,
        periods=_PERIODS,
        disbursed_on=disbursed_on,
        method=Method.EMI,
        period_unit=PeriodUnit.DAY,
        period_every=PERIOD_DAYS,
    )


async def lay_down(url: str, loans: int, today: date, *, one_payday: bool) -> None:
    """Fill the district: so many loans, the first of their instalments due from `today` on, nothing paid yet."""
    terms = the_terms(today)
    rows = schedule(terms).rows
    interest = sum(row.interest.minor for row in rows)
    lender = (MFI.id, PRODUCT.product_id)
    columns = (
        [row.n for row in rows],
        [row.principal.minor for row in rows],
        [row.interest.minor for row in rows],
    )
    connection = await asyncpg.connect(url)
    try:
        # Rows of our own making need no proof of their foreign keys, and that would be most of the time.
        await connection.execute("set session_replication_role = replica")
        for first in range(1, loans + 1, _CHUNK):
            scope = (today, one_payday, first, min(first + _CHUNK - 1, loans), DISTRICT)
            for statement, values in (
                (_BORROWERS, ()),
                (_APPLICATIONS, lender),
                (_LOANS, (*lender, json.dumps(terms.to_json()))),
                (_EVENTS, ()),
                (_INSTALMENTS, (MFI.id, *columns)),
                (_POSITIONS, (interest, rows[0].total.minor)),
                (_JOURNALS, (MFI.id,)),
                (_POSTINGS, (MFI.id,)),
            ):
                await connection.execute(f"with loan as ({_NUMBERED}) {statement}", *scope, *values)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
