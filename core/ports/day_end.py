"""Closing a day for many loans at once, where no replay is needed to know what a close does to them.

An ordinary loan has had nothing but its payout and repayments, its product has a `CloseRule`, and the in-duplum cap has
room. Closing it adds the same rows as the replay does. A loan is done when its journal stands, so every call may be
repeated; what is not ordinary is handed back for the replay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from core.loans.policy import LateFeeRule

ORDINARY_EVENTS: Final = ("disbursed", "repaid")
"""The kinds of event that an ordinary loan has. After any other, only a replay knows what a close does."""


@dataclass(frozen=True, slots=True)
class CloseRule:
    """A product version whose loans may be closed without a replay, and what being late costs under it."""

    product_id: UUID
    version: int
    late_fee: LateFeeRule | None


@dataclass(frozen=True, slots=True)
class Page:
    """The instalments of one due date whose loan's id is above `after`, up to and with `upto`."""

    due_on: date
    after: UUID
    upto: UUID


@dataclass(frozen=True, slots=True)
class PageClosed:
    """How many instalments of a page were closed now, and the loans of it that need a replay."""

    closed: int
    left: Sequence[UUID]


class DayEnd(Protocol):
    """The close of a day in one district, page by page; a page is one short transaction."""

    async def page(self, due_on: date, after: UUID, size: int) -> Page | None:
        """The next `size` instalments of a due date, in the order of their loans' ids; None after the last."""
        ...

    async def recognise(self, page: Page, rules: Sequence[CloseRule], *, business_on: date, at: datetime) -> PageClosed:
        """Put the interest and fees of a page's instalments, as far as they are unpaid, into the books."""
        ...

    async def charge_late_fees(
        self, page: Page, rules: Sequence[CloseRule], *, late_on: date, business_on: date, at: datetime
    ) -> PageClosed:
        """Charge what is unpaid of a page's instalments with the late fee of its rule, value-dated `late_on`.

        Rules without a late fee charge nothing. Each fee queues its message.
        """
        ...

    async def needing_replay(self, on: date, products: Sequence[tuple[UUID, int]]) -> Sequence[UUID]:
        """Active loans that are not ordinary, with an instalment due on a day or an earlier one not settled.

        `products` (id and version) are those that have no rule.
        """
        ...
