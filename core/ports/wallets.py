"""Ports of a borrower's wallets and of what is quoted and asked of them, one district's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.wallet import CoolDown, KeptQuote, PaymentRequest, WalletChoice


class Wallets(Protocol):
    """Where borrowers are paid, and until when they are not."""

    async def add(self, choice: WalletChoice) -> None:
        """Append. Raises `Conflict` when the borrower has a choice of that number."""
        ...

    async def newest(self, borrower_id: UUID) -> WalletChoice | None:
        """The choice that stands; None where the borrower never made one."""
        ...

    async def add_cool_down(self, cool_down: CoolDown) -> None:
        """Append; a repeat of the same is ignored."""
        ...

    async def cool_downs(self, borrower_id: UUID, after: datetime) -> Sequence[CoolDown]:
        """Those that end after an instant, the last to end first."""
        ...


class PayoffQuotes(Protocol):
    """Payoff quotes that hold for longer than the day they were given."""

    async def keep(self, quote: KeptQuote) -> None:
        """Append; a repeat of the same day and state of the loan is ignored."""
        ...

    async def of_loan(self, loan_id: UUID) -> Sequence[KeptQuote]:
        """Newest first."""
        ...


class PaymentRequests(Protocol):
    """Requests to pay that rails are to show borrowers."""

    async def add(self, request: PaymentRequest) -> None: ...

    async def get(self, reference: str, *, lock: bool = False) -> PaymentRequest:
        """Raises `NotFound`."""
        ...

    async def of_loan(self, loan_id: UUID) -> Sequence[PaymentRequest]:
        """Newest first."""
        ...

    async def save(self, request: PaymentRequest) -> None:
        """Overwrite status and failure code."""
        ...
