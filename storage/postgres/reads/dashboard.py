"""The portfolio in figures. Each statement adds up within the districts, so that it can be asked of many at once.

Definitions: `core.ports.reads.DashboardFigures`. Days late are counted on each district's own business date; months are
those of the earliest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ARRAY, Row, Text, bindparam

from core.ledger.accounts import Account, float_account
from core.loans.arrears import BUCKETS, PAR_DAYS, bucket
from core.money import ZERO, Money, total
from core.ports.reads import ArrearsBucket, DashboardFigures
from core.records.catalogue import Mfi
from storage.postgres.reads.asking import Asking, statement

DECISIONS_DAYS: Final = 90
"""Decision times are of the applications that were decided in this many days before the business date."""
PROMISED_HOURS: Final = 48

_DAYS: Final = statement("""
    select min(d.business_on) as earliest, max(d.business_on) as latest from record.district_days d
    where d.district = any(:districts) and d.closed_at is null
""")
# Grouped by days late: buckets and every PAR are sums of these groups. By due date first, of which there are few.
_PORTFOLIO: Final = statement("""
    select greatest(0, d.business_on - due.oldest_on) as days_late, sum(due.loans)::bigint as loans,
        sum(due.principal) as principal
    from (
        select l.district, l.oldest_unpaid_due_on as oldest_on, count(*) as loans,
            sum(coalesce(l.outstanding_principal_lisente, 0)) as principal
        from record.loans l
        where l.district = any(:districts) and l.mfi_id = :mfi_id and l.status = 'active'
        group by l.district, l.oldest_unpaid_due_on
    ) due
    join record.district_days d on d.district = any(:districts) and d.district = due.district and d.closed_at is null
    group by 1
""")
# A loan that owes an instalment is late since that instalment or an earlier one: only late loans are looked at.
_OVERDUE: Final = statement("""
    select coalesce(sum(i.principal_lisente - i.principal_paid_lisente), 0) as principal,
        coalesce(sum(i.principal_lisente + i.interest_lisente + i.fees_lisente + i.penalties_lisente
            - i.principal_paid_lisente - i.interest_paid_lisente - i.fees_paid_lisente - i.penalties_paid_lisente
            - i.waived_lisente), 0) as everything
    from record.instalments i
    join record.loans l on l.district = any(:districts) and l.district = i.district and l.id = i.loan_id
    join record.district_days d on d.district = any(:districts) and d.district = i.district and d.closed_at is null
    where i.district = any(:districts) and i.settled_on is null and i.due_on < :latest and i.due_on < d.business_on
        and i.mfi_id = :mfi_id
        and l.mfi_id = :mfi_id and l.status = 'active' and l.oldest_unpaid_due_on < :latest
""")
_APPLICATIONS: Final = statement("""
    select a.status, count(*) as applications from record.applications a
    where a.district = any(:districts) and a.mfi_id = :mfi_id
    group by a.status order by a.status
""")
# In tenths of an hour, so that percentiles can be read off without every decision leaving its node.
_DECISIONS: Final = statement("""
    select ceil(extract(epoch from a.decided_at - a.submitted_at) / 360)::bigint as tenths, count(*) as decisions
    from record.applications a
    where a.district = any(:districts) and a.mfi_id = :mfi_id and a.decided_on >= :since
    group by 1 order by 1
""")
_DISBURSED: Final = statement("""
    select coalesce(sum(l.principal_lisente), 0) as lisente from record.loans l
    where l.district = any(:districts) and l.mfi_id = :mfi_id and l.disbursed_on between :first and :last
""")
_COLLECTED: Final = statement("""
    select coalesce(sum(p.amount_lisente), 0) as lisente from record.payments p
    where p.district = any(:districts) and p.mfi_id = :mfi_id and p.value_on between :first and :last
        and p.status = 'posted'
""")
_DUE: Final = statement("""
    select coalesce(sum(i.principal_lisente + i.interest_lisente + i.fees_lisente), 0) as lisente
    from record.instalments i
    where i.district = any(:districts) and i.due_on between :first and :last and i.mfi_id = :mfi_id
""")
_SIDES: Final = tuple(
    statement(f"""
        select coalesce(sum(p.amount_lisente), 0) as lisente from record.postings p
        where p.district = any(:districts) and p.mfi_id = :mfi_id and p.{side} = any(:accounts)
    """).bindparams(bindparam("accounts", type_=ARRAY(Text)))  # noqa: S608 - constants
    for side in ("debit", "credit")
)


async def figures(asking: Asking, mfi: Mfi) -> DashboardFigures:
    """All figures, read one after the other on one connection."""
    days = await asking.row(_DAYS)
    business_on: date = days.earliest
    month = {"first": business_on.replace(day=1), "last": _last_of_month(business_on)}
    portfolio = await asking.rows(_PORTFOLIO)
    overdue = await asking.row(_OVERDUE, latest=days.latest)
    states = await asking.rows(_APPLICATIONS)
    decisions = await asking.rows(_DECISIONS, since=business_on - timedelta(days=DECISIONS_DAYS))
    floats = [float_account(rail) for rail in mfi.rail_accounts]
    return DashboardFigures(
        business_on=business_on,
        districts=tuple(asking.districts),
        active_loans=sum(row.loans for row in portfolio),
        gross_principal=_principal(portfolio),
        par={days: _principal([row for row in portfolio if row.days_late > days]) for days in PAR_DAYS},
        overdue=Money(int(overdue.everything)),
        overdue_principal=Money(int(overdue.principal)),
        buckets=_buckets(portfolio),
        applications={row.status: row.applications for row in states},
        decided=sum(row.decisions for row in decisions),
        decided_within_48_hours=sum(row.decisions for row in decisions if row.tenths <= PROMISED_HOURS * 10),
        decision_hours_p50=_percentile(decisions, 50),
        decision_hours_p90=_percentile(decisions, 90),
        disbursed_this_month=await _sum(asking, _DISBURSED, **month),
        collected_this_month=await _sum(asking, _COLLECTED, **month),
        due_this_month=await _sum(asking, _DUE, **month),
        float_balance=await _balance(asking, floats),
        suspense_balance=-await _balance(asking, [Account.SUSPENSE]),
        missing_districts=(),
    )


async def _sum(asking: Asking, asked: Any, **values: object) -> Money:
    return Money(int((await asking.row(asked, **values)).lisente))


async def _balance(asking: Asking, accounts: Sequence[str]) -> Money:
    """Debits less credits."""
    debited, credited = [await _sum(asking, side, accounts=list(accounts)) for side in _SIDES]
    return debited - credited


def _principal(groups: Sequence[Row[Any]]) -> Money:
    return total(Money(int(row.principal)) for row in groups)


def _buckets(portfolio: Sequence[Row[Any]]) -> list[ArrearsBucket]:
    """Every bucket up to the last, empty ones too; none at all without a loan."""
    if not portfolio:
        return []
    names = [name for name, _ in BUCKETS]
    last = bucket(10**6)
    loans = dict.fromkeys((*names, last), 0)
    principal = dict.fromkeys((*names, last), ZERO)
    for row in portfolio:
        name = bucket(row.days_late)
        loans[name] += row.loans
        principal[name] += Money(int(row.principal))
    return [ArrearsBucket(name, loans[name], principal[name]) for name in loans]


def _percentile(decisions: Sequence[Row[Any]], percent: int) -> Decimal | None:
    """The hours within which this share was decided, by nearest rank."""
    decided = sum(row.decisions for row in decisions)
    rank = -(-decided * percent // 100)
    for row in decisions:
        rank -= row.decisions
        if rank <= 0:
            return Decimal(row.tenths) / 10
    return None


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
