"""The borrower: one person, one record, whichever MFIs lend to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import DomainError
from core.phones import PhoneNumber

ADULT_YEARS: Final = 18


class Language(StrEnum):
    """The languages that the product speaks. `st_LS` is Lesotho's Sesotho; `sot` would be South Africa's."""

    SESOTHO = "st_LS"
    ENGLISH = "en"


class Channel(StrEnum):
    """Where the borrower's words came from."""

    USSD = "ussd"
    SMS = "sms"
    TELEGRAM = "telegram"
    BRANCH = "branch"


class ConsentKind(StrEnum):
    """What a borrower agreed to. Each can be withdrawn later."""

    KEEP_DATA = "keep_data"
    CREDIT_CHECK = "credit_check"
    SHARE_HISTORY = "share_history"


class IncomeKind(StrEnum):
    """Where the money of a usual month comes from."""

    SALARY = "salary"
    BUSINESS = "business"
    FARMING = "farming"
    FAMILY = "family"


class Purpose(StrEnum):
    """What the loan is for."""

    BUSINESS = "business"
    SCHOOL = "school"
    FARMING = "farming"
    HEALTH = "health"
    HOME = "home"
    PERSONAL = "personal"


class UnderAge(DomainError):
    """The person is under eighteen and cannot borrow."""

    code = "under_age"


class BorrowerBlocked(DomainError):
    """Nothing new is lent to this person: an officer has to look at it first."""

    code = "borrower_blocked"


@dataclass(frozen=True, slots=True)
class Borrower:
    """A registered person. `district` is the home district, chosen once; `residence_district` may change.

    `national_id` is plain text here and sealed at rest by the adapter, as is the date of birth.
    """

    id: UUID
    district: str
    phone: PhoneNumber
    language: Language
    given_names: str
    surname: str
    national_id: str
    date_of_birth: date
    residence_district: str
    registered_on: date
    registered_at: datetime
    channel: Channel
    blocked: bool = False
    wants_reminders: bool = True

    @property
    def full_name(self) -> str:
        """Given names, then the surname."""
        return f"{self.given_names} {self.surname}"


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent as it was given, on which text, over which channel."""

    borrower_id: UUID
    kind: ConsentKind
    given_at: datetime
    channel: Channel
    text_version: str
    withdrawn_at: datetime | None = None


def taken_back(consents: Iterable[Consent], kind: ConsentKind) -> bool:
    """Whether the borrower agreed to this once, and now does not any more."""
    withdrawn = [consent.withdrawn_at is not None for consent in consents if consent.kind is kind]
    return bool(withdrawn) and all(withdrawn)


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """How staff of one MFI made sure who the borrower is. No money leaves before one stands."""

    borrower_id: UUID
    mfi_id: UUID
    method: str
    note: str
    checked_by: UUID
    checked_by_name: str
    checked_at: datetime


IDENTITY_CHECK_METHODS: Final = ("saw_national_id", "saw_passport", "called_employer", "known_client", "chief_letter")


def age_on(date_of_birth: date, on: date) -> int:
    """Whole years lived on a day."""
    had_birthday = (on.month, on.day) >= (date_of_birth.month, date_of_birth.day)
    return on.year - date_of_birth.year - (0 if had_birthday else 1)
