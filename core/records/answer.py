"""What a borrower answered to an application that was sent back: one value in place of another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from core.records.borrower import Channel


class Question(StrEnum):
    """What can be answered on the phone."""

    NET_PAY = "net_pay"
    AMOUNT = "amount"
    PURPOSE = "purpose"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class ApplicationAnswer:
    """One answer beside what stood there before. Amounts are lisente in digits, a purpose is its code, a wallet masked.

    `n` is the step of the application that it made.
    """

    application_id: UUID
    n: int
    question: Question
    was: str
    now: str
    channel: Channel
    at: datetime
    business_on: date
