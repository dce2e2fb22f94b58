"""What a lender holds on its rails, district by district, what payouts may still take of it, and what rails took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ARRAY, Text, bindparam

from core.ledger.accounts import TILL, Account, float_account, rail_of
from core.ledger.journals import rail_charge_reference
from core.money import Money
from core.ports.reads import FloatPage, FloatRow, RailChargeRow
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

CHARGES_MOST: Final = 10
"""A statement's charges of a month fit; what is older is looked for in the rail's own."""


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
    return FloatPage(rows=rows, missing_districts=(), charges=charges)
