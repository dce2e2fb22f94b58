"""What a lender holds on its rails, district by district: held, kept for payouts, taken by rails, on its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ARRAY, Text, bindparam

from core.ledger.accounts import TILL, Account, float_account, rail_of
from core.ledger.journals import rail_charge_reference
from core.money import Money
from core.ports.reads import FloatOnItsWay, FloatPage, FloatRow, RailChargeRow
from storage.postgres.reads.asking import Asking, statement

_SIDES: Final = tuple(
    statement(f"""
        select p.district, p.{side} as account, sum(p.amount_lisente) as lisente from record.postings p
        where p.district = any(:districts) and p.mfi_id = :mfi_id and p.{side} = any(:accounts)
        group by p.district, p.{side}
    """).bindparams(bindparam("accounts", type_=ARRAY(Text)))  # noqa: S608 - constants
    for side in ("debit", "credit")
)
_RESERVED: Final = statement("""
    select d.district, d.rail, sum(d.amount_lisente) as lisente from record.disbursements d
    where d.district = any(:districts) and d.mfi_id = :mfi_id and d.status not in ('confirmed', 'failed')
    group by d.district, d.rail
""")

_CHARGES: Final = statement(f"""
    select j.district, j.key, j.value_on, p.credit as account, p.amount_lisente as lisente
    from record.postings p
    join record.journals j on j.district = any(:districts) and j.district = p.district and j.key = p.journal_key
    where p.district = any(:districts) and p.mfi_id = :mfi_id and p.debit = '{Account.RAIL_CHARGES}'
    order by j.value_on desc, j.key
    limit :limit
""")  # noqa: S608 - constants

# A finished row is marked just after its money has arrived: for that moment both show it. Money's rows are never given
# up; saying so lets the index of unfinished ones answer.
_ON_THE_WAY: Final = statement("""
    select o.district, o.data ->> 'to_district' as to_district, o.data ->> 'rail' as rail,
        cast(o.data ->> 'amount_minor' as bigint) as lisente, j.recorded_at
    from record.outbox o
    join record.journals j on j.district = any(:districts) and j.district = o.district and j.key = o.key || '\\:out'
    where o.district = any(:districts) and j.mfi_id = :mfi_id and o.topic = 'transfer' and o.kind in ('float', 'cash')
        and o.done_at is null and o.given_up_at is null
    order by j.recorded_at, o.key
    limit :limit
""")

CHARGES_MOST: Final = 10
"""A statement's charges of a month fit; what is older is looked for in the rail's own."""

ON_THE_WAY_MOST: Final = 200
"""Oldest first, as it is those that somebody has to look after; on a good day there is none."""


async def float_page(asking: Asking, rails: Sequence[str]) -> FloatPage:
    """Every district with every rail, in that order, and the tills that hold cash."""
    accounts = {float_account(rail): rail for rail in (*rails, TILL)}
    debited, credited = [
        {
            (row.district, accounts[row.account]): int(row.lisente)
            for row in await asking.rows(side, accounts=list(accounts))
        }
        for side in _SIDES
    ]
    reserved = {(row.district, row.rail): int(row.lisente) for row in await asking.rows(_RESERVED)}
    keys = [(district, rail) for district in sorted(asking.districts) for rail in (*sorted(rails), TILL)]
    held = {key: Money(debited.get(key, 0) - credited.get(key, 0)) for key in keys}
    rows = [FloatRow(*key, held[key], Money(reserved.get(key, 0))) for key in keys if key[1] != TILL or held[key]]
    charges = [
        RailChargeRow(
            row.district, rail_of(row.account), rail_charge_reference(row.key), Money(row.lisente), row.value_on
        )
        for row in await asking.rows(_CHARGES, limit=CHARGES_MOST)
    ]
    return FloatPage(rows=rows, missing_districts=(), charges=charges, on_the_way=await _on_the_way(asking))


async def _on_the_way(asking: Asking) -> Sequence[FloatOnItsWay]:
    return [
        FloatOnItsWay(row.district, row.to_district, row.rail, Money(row.lisente), row.recorded_at)
        for row in await asking.rows(_ON_THE_WAY, limit=ON_THE_WAY_MOST)
    ]
