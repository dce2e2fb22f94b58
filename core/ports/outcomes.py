"""What became of loans, for whoever asks whether the score was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from core.credit.backtest import PaidOutLoan


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """Some loans, and the id after which the next page begins; None on the last."""

    loans: Sequence[PaidOutLoan]
    next_after: UUID | None


class Outcomes(Protocol):
    """Loans of one district that were paid out, with what their decisions knew."""

    async def page(self, on: date, *, after: UUID | None, limit: int) -> OutcomePage:
        """As they stand on a day, by id. One whose money was returned in its cooling-off is none."""
        ...
