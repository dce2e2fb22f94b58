"""Where a borrower's money goes to and is asked from: their wallets, what holds payouts back, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from core.loans.parts import Split
from core.money import Money
from core.phones import PhoneNumber
from core.records.borrower import Channel
from core.references import Reference


@dataclass(frozen=True, slots=True)
class Wallet:
    """A mobile-money account: a number on a rail."""

    rail: str
    number: PhoneNumber


@dataclass(frozen=True, slots=True)
class WalletChoice:
    """The borrower's `n`th word on where they are paid; the newest stands. Rows are only ever added.

    `belongs_to_other`: when it was chosen, the number was another borrower's registered phone.
    """

    borrower_id: UUID
    n: int
    wallet: Wallet
    belongs_to_other: bool
    channel: Channel
    chosen_at: datetime


class CoolDownCause(StrEnum):
    """What a thief with a new SIM does first."""

    WALLET_CHANGED = "wallet_changed"
    PIN_CHANGED = "pin_changed"
    PIN_RESET = "pin_reset"
    NUMBER_CHANGED = "number_changed"
    IDENTITY_CORRECTED = "identity_corrected"


@dataclass(frozen=True, slots=True)
class CoolDown:
    """No payout of this borrower is released between the two instants."""

    borrower_id: UUID
    cause: CoolDownCause
    began_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class KeptQuote:
    """A payoff quote that a borrower was given: exactly `split.total`, by `expires_on`, closes the loan.

    `after_n` is the loan's newest event that it had seen: one that comes later makes it void.
    """

    loan_id: UUID
    quoted_on: date
    expires_on: date
    after_n: int
    split: Split
    quoted_at: datetime

    @property
    def total(self) -> Money:
        """The amount to pay."""
        return self.split.total


class PaymentRequestStatus(StrEnum):
    """Where a request to pay stands. That it was paid is told by the payment alone, never by the request."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """The borrower asked a rail to prompt them for a payment. `reference` is ours and prompts at most once."""

    loan_id: UUID
    reference: str
    loan_reference: Reference
    wallet: Wallet
    amount: Money
    status: PaymentRequestStatus
    asked_at: datetime
    failure_code: str = ""
