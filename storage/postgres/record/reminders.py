"""Reminders by the page: the messages that are due, with figures and keys, made in one statement on one shard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import text

from core.calendar import PeriodUnit
from core.ports.day_end import Page
from core.ports.reminding import Reminding
from core.records.loan import LoanStatus
from core.records.message import MessageKind
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.record.page_statements import id_of, id_prefix, prepare_for_a_page

_OUTSTANDING: Final = """
    {0}.principal_lisente + {0}.interest_lisente + {0}.fees_lisente + {0}.penalties_lisente
        - {0}.principal_paid_lisente - {0}.interest_paid_lisente - {0}.fees_paid_lisente - {0}.penalties_paid_lisente
        - {0}.waived_lisente
"""

_LATENESS: Final = f"""
    || jsonb_build_object('days_late', cast(:on as date) - due.due_on, 'overdue_minor', (
        select sum({_OUTSTANDING.format("o")})
        from record.instalments o
        where o.district = :district and o.loan_id = due.loan_id and o.due_on < :on
    ))
"""  # noqa: S608 - made of constants

# A week and a month are always long enough: only periods of days are looked at.
_IS_LONG: Final = f"""(
    :period_days_min = 1 or coalesce(l.terms ->> 'period_unit', '') <> '{PeriodUnit.DAY}'
    or cast(l.terms ->> 'period_every' as integer) >= :period_days_min
)"""


def _queue(kind: MessageKind) -> str:
    # The district comes from a row, not from the parameter: only then does a cluster leave the work to the shard.
    return f"""
        insert into record.outbox (district, id, topic, kind, key, data, due_at, attempts, last_error, added_at)
        select due.district, {id_of("due.key")}, 'message', '{kind}', due.key,
            jsonb_build_object('borrower_id', due.borrower_id, 'mfi_id', due.mfi_id, 'mfi_name', due.mfi_name,
                'loan_reference', due.reference, 'due_on', to_char(due.due_on, 'YYYY-MM-DD'),
                'amount_minor', due.outstanding, 'rail_account', due.rail_account)
            {_LATENESS if kind is MessageKind.REMINDER_LATE else ""},
            :at, 0, '', :at
        from (
            select i.district, i.loan_id, i.due_on, l.borrower_id, l.mfi_id, l.reference, lender.mfi_name,
                lender.rail_account, {_OUTSTANDING.format("i")} as outstanding,
                'message:reminder:' || i.loan_id || ':' || i.n || ':{kind}:' || :on_text as key
            from record.instalments i
            join record.loans l on l.district = :district and l.id = i.loan_id and l.status = '{LoanStatus.ACTIVE}'
            join record.borrowers b on b.district = :district and b.id = l.borrower_id and b.wants_reminders
            join unnest(cast(:mfi_ids as uuid[]), cast(:mfi_names as text[]), cast(:rail_accounts as text[]))
                lender (mfi_id, mfi_name, rail_account) on lender.mfi_id = l.mfi_id
            where i.district = :district and i.due_on = :due_on and i.loan_id > :after and i.loan_id <= :upto
                and i.settled_on is null and {_IS_LONG}
        ) due
        on conflict (district, key) do nothing
    """  # noqa: S608 - made of constants


_QUEUE: Final = {
    kind: text(_queue(kind))
    for kind in (MessageKind.REMINDER_BEFORE, MessageKind.REMINDER_DUE, MessageKind.REMINDER_LATE)
}


class RemindersOnPostgres:
    """`core.ports.reminding.Reminders`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def queue(
        self,
        page: Page,
        kind: MessageKind,
        lenders: Sequence[Reminding],
        *,
        on: date,
        at: datetime,
        period_days_min: int,
    ) -> int:
        await prepare_for_a_page(self._connection)
        statement = _QUEUE[kind].bindparams(
            district=self._connection.district,
            due_on=page.due_on,
            after=page.after,
            upto=page.upto,
            mfi_ids=[lender.mfi_id for lender in lenders],
            mfi_names=[lender.name for lender in lenders],
            rail_accounts=[lender.rail_account for lender in lenders],
            on_text=on.isoformat(),
            period_days_min=period_days_min,
            at=at,
            id_prefix=id_prefix(at),
        )
        if kind is MessageKind.REMINDER_LATE:
            statement = statement.bindparams(on=on)
        return await self._connection.write(statement)
