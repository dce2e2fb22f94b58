"""Planning the reminders of a day for many borrowers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from core.ports.day_end import Page
from core.records.message import MessageKind


@dataclass(frozen=True, slots=True)
class Reminding:
    """Who reminds: a lender, by name, and the account that borrowers pay to."""

    mfi_id: UUID
    name: str
    rail_account: str


class Reminders(Protocol):
    """The reminders of one district."""

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
        """Queue a message for each unsettled instalment of a page, unless its borrower wants none; how many are new.

        Keyed by loan, instalment, kind and day, so that it may be repeated. Loans of lenders that are not named are
        left alone, and so are loans whose periods are shorter than `period_days_min`, which is 7 at most.
        """
        ...
