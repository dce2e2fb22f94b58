"""The SQL that closes a page of ordinary loans: what to post is worked out once, and journals, postings, projections
and messages are written from it in one statement, on one shard.

It must say exactly what the replay says (`core.loans.replaying`), content hashes included: a test runs both on the same
loans. Ids and instants come from the engine, as everywhere.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import TextClause, text

from core.ledger.accounts import Account
from core.money import Rounding
from core.ports.day_end import ORDINARY_EVENTS
from core.records.loan import LoanStatus
from core.records.message import MessageKind
from storage.postgres.record.page_statements import id_of

_INTEREST: Final = "interest"
_LATE_FEE: Final = "late_fee"

PAGE: Final = text("""
    select page.loan_id
    from (
        select i.loan_id
        from record.instalments i
        where i.district = :district and i.due_on = :due_on and i.loan_id > :after
        order by i.loan_id
        limit :size
    ) page
    order by page.loan_id desc
    limit 1
""")

# Not a parameter: the index on what is out of the ordinary is used only where its condition is seen.
_UNUSUAL: Final = "e.kind not in (" + ", ".join(f"'{kind}'" for kind in ORDINARY_EVENTS) + ")"


def _of_page(kind: str) -> str:
    """The page's instalments of active loans that have no journal of a kind, or one that was reversed."""
    return f"""
        from record.instalments i
        join record.loans l on l.district = :district and l.id = i.loan_id and l.status = '{LoanStatus.ACTIVE}'
        left join record.journals j on j.district = :district and j.key = '{kind}:' || i.loan_id || ':' || i.n
    """


def _still_open(condition: str) -> str:
    # Not `exists`: the planner would make a table of every reversal there is.
    return f"""
        where i.district = :district and i.due_on = :due_on and i.loan_id > :after and i.loan_id <= :upto
            and (j.key is null or (
                select r.key from record.journals r where r.district = :district and r.reverses_key = j.key
            ) is not null)
            and {condition}
    """  # noqa: S608 - made of constants


def _ordinary(condition: str) -> str:
    return f"""{condition}
            and not exists (
                select from record.loan_events e
                where e.district = :district and e.loan_id = i.loan_id and {_UNUSUAL}
            )"""


def _lock(kind: str, condition: str) -> TextClause:
    """Whoever else works on these loans has finished when this returns, or waits until the page is done."""
    return text(f"select l.id {_of_page(kind)} {_still_open(condition)} order by l.id for no key update of l")


def _hash(kind: str, postings: str, value_on: str) -> str:
    """SQL for `Journal.content_hash` of a loan's journal: the same JSON, key by key, and its SHA-256."""
    # A colon before a word would be a parameter: it is escaped.
    before = f"""'{{"kind":"{kind}","loan":"' || d.loan_id || '","postings":[' || {postings}"""
    after = f"""'],"reverses"\\:null,"transfer"\\:null,"value_on":"' || to_char({value_on}, 'YYYY-MM-DD') || '"}}'"""
    return f"sha256(convert_to({before} || {after}, 'UTF8'))"


def _journals(kind: str, postings: str, value_on: str) -> str:
    """A journal for each instalment due, numbered after the newest of its loan."""
    return f"""
        insert into record.journals (district, key, kind, mfi_id, loan_id, value_on, recorded_at, business_on,
            content_hash, n)
        select d.district, d.key, '{kind}', d.mfi_id, d.loan_id, {value_on}, :at, :business_on,
            {_hash(kind, postings, value_on)},
            (select coalesce(max(m.n), 0) + 1 from record.journals m
             where m.district = :district and m.loan_id = d.loan_id)
        from due d
        where d.is_ordinary
    """  # noqa: S608 - made of constants


_TOLD: Final = """
    select count(*) filter (where d.is_ordinary) as closed,
        coalesce(array_agg(d.loan_id) filter (where not d.is_ordinary), '{}') as left_over
    from due d
"""

_OWED_INTEREST: Final = "i.interest_lisente - i.interest_paid_lisente"
_OWED_FEES: Final = "i.fees_lisente - i.fees_paid_lisente"
_OWES_INCOME: Final = _ordinary(f"{_OWED_INTEREST} + {_OWED_FEES} > 0")


def _line(debit: Account, credit: Account, amount: str) -> str:
    """SQL for a posting as the content hash has it; nothing where its amount is nothing."""
    return f"""case when {amount} > 0 then '["{debit}","{credit}",' || {amount} || ',' || d.n || ']' end"""


_INCOME: Final = (
    (Account.INTEREST_RECEIVABLE, Account.INTEREST_INCOME, "d.interest"),
    (Account.FEE_RECEIVABLE, Account.FEE_INCOME, "d.fees"),
)

LOCK_UNRECOGNISED: Final = _lock(_INTEREST, _OWES_INCOME)

# Room under the cap is what is left of principal less the unpaid interest that is in the books already. Where it does
# not hold all that falls due, the replay says how much of it is owed.
RECOGNISE: Final = text(f"""
    with due as materialized (
        select l.district, l.id as loan_id, l.mfi_id, i.n, i.due_on,
            {_OWED_INTEREST} as interest, {_OWED_FEES} as fees,
            '{_INTEREST}:' || i.loan_id || ':' || i.n as key,
            j.key is null and p.principal_lisente - p.interest_receivable_lisente >= {_OWED_INTEREST} as is_ordinary
        {_of_page(_INTEREST)}
        join record.loan_positions p on p.district = :district and p.loan_id = i.loan_id
        join unnest(cast(:products as uuid[]), cast(:versions as integer[])) rule (product_id, version)
            on rule.product_id = l.product_id and rule.version = l.product_version
        {_still_open(_OWES_INCOME)}
    ),
    posted as (
        {_journals(_INTEREST, "concat_ws(',', " + ", ".join(_line(*income) for income in _INCOME) + ")", "d.due_on")}
    ),
    lines as (
        insert into record.postings (district, journal_key, n, mfi_id, debit, credit, amount_lisente, loan_id,
            instalment)
        select d.district, d.key, row_number() over (partition by d.key order by line.n), d.mfi_id, line.debit,
            line.credit, line.amount, d.loan_id, d.n
        from due d
        cross join lateral (values
            (1, '{_INCOME[0][0]}', '{_INCOME[0][1]}', d.interest),
            (2, '{_INCOME[1][0]}', '{_INCOME[1][1]}', d.fees)
        ) line (n, debit, credit, amount)
        where d.is_ordinary and line.amount > 0
    ),
    projected as (
        update record.loan_positions p
        set interest_receivable_lisente = p.interest_receivable_lisente + d.interest,
            fee_receivable_lisente = p.fee_receivable_lisente + d.fees
        from due d
        where p.district = :district and p.loan_id = d.loan_id and d.is_ordinary
    )
    {_TOLD}
""")  # noqa: S608 - made of constants


# Exact numeric multiplication, then one rounding in the contract's own mode, as `core.loans.exact` has it.
_ROUNDED: Final = f"""case coalesce(l.terms ->> 'rounding_mode', '{Rounding.HALF_EVEN}')
            when '{Rounding.UP}' then ceil(exact.fee)
            when '{Rounding.DOWN}' then floor(exact.fee)
            when '{Rounding.HALF_UP}' then round(exact.fee)
            else case when exact.fee - floor(exact.fee) = 0.5 then 2 * round(exact.fee * 0.5) else round(exact.fee) end
        end"""

_WITH_RULE: Final = """
        join unnest(
            cast(:products as uuid[]), cast(:versions as integer[]), cast(:amounts as bigint[]),
            cast(:percents as numeric[]), cast(:with_interest as boolean[])
        ) rule (product_id, version, amount, percent, with_interest)
            on rule.product_id = l.product_id and rule.version = l.product_version
        cross join lateral (
            select i.principal_lisente - i.principal_paid_lisente
                + case when rule.with_interest then i.interest_lisente - i.interest_paid_lisente else 0 end as base
        ) unpaid
"""

_IS_LATE: Final = _ordinary("i.settled_on is null")

LOCK_LATE: Final = _lock(_LATE_FEE, _IS_LATE)

_FEE_LINE: Final = _line(Account.PENALTY_RECEIVABLE, Account.PENALTY_INCOME, "d.fee")

CHARGE_LATE_FEES: Final = text(f"""
    with due as materialized (
        select l.district, l.id as loan_id, l.mfi_id, l.borrower_id, l.reference, i.n, i.due_on, charged.fee,
            i.penalties_lisente + charged.fee as penalties,
            '{_LATE_FEE}:' || i.loan_id || ':' || i.n as key,
            j.key is null as is_ordinary
        {_of_page(_LATE_FEE)}
        {_WITH_RULE}
        cross join lateral (select unpaid.base * rule.percent * 0.01 as fee) exact
        cross join lateral (select cast(coalesce(rule.amount, {_ROUNDED}) as bigint) as fee) charged
        {_still_open(_IS_LATE)}
            and unpaid.base > 0 and charged.fee > 0
    ),
    posted as ({_journals(_LATE_FEE, _FEE_LINE, "cast(:late_on as date)")}),
    lines as (
        insert into record.postings (district, journal_key, n, mfi_id, debit, credit, amount_lisente, loan_id,
            instalment)
        select d.district, d.key, 1, d.mfi_id, '{Account.PENALTY_RECEIVABLE}', '{Account.PENALTY_INCOME}', d.fee,
            d.loan_id, d.n
        from due d
        where d.is_ordinary
    ),
    charged as (
        update record.instalments i
        set penalties_lisente = d.penalties
        from due d
        where i.district = :district and i.loan_id = d.loan_id and i.n = d.n and d.is_ordinary
    ),
    projected as (
        update record.loan_positions p
        set penalties_lisente = p.penalties_lisente + d.fee,
            penalty_receivable_lisente = p.penalty_receivable_lisente + d.fee,
            next_due_lisente = p.next_due_lisente + case when p.oldest_unpaid_due_on = d.due_on then d.fee else 0 end
        from due d
        where p.district = :district and p.loan_id = d.loan_id and d.is_ordinary
    ),
    told as (
        insert into record.outbox (district, id, topic, kind, key, data, due_at, attempts, last_error, added_at)
        select d.district, {id_of("d.key")},
            'message', '{MessageKind.LATE_FEE}', 'message:' || d.key,
            jsonb_build_object('borrower_id', d.borrower_id, 'mfi_id', d.mfi_id, 'mfi_name', m.name,
                'loan_reference', d.reference, 'amount_minor', d.penalties, 'due_on', to_char(d.due_on, 'YYYY-MM-DD')),
            :at, 0, '', :at
        from due d
        join record.mfis m on m.id = d.mfi_id
        where d.is_ordinary
        on conflict (district, key) do nothing
    )
    {_TOLD}
""")  # noqa: S608 - made of constants

NEEDING_REPLAY: Final = text(f"""
    select l.id
    from record.loans l
    where l.district = :district and l.status = '{LoanStatus.ACTIVE}'
        and (l.id in (
                select e.loan_id from record.loan_events e where e.district = :district and {_UNUSUAL}
            )
            or (l.product_id, l.product_version) in (
                select * from unnest(cast(:products as uuid[]), cast(:versions as integer[]))
            ))
        and exists (
            select from record.instalments i
            where i.district = :district and i.loan_id = l.id
                and (i.due_on = :day or (i.due_on < :day and i.settled_on is null))
        )
    order by l.id
""")  # noqa: S608 - made of constants
