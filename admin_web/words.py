"""What codes are called on the screen. Every code that a page may show has a word here; a test compares the lists.

The words are marked for the catalogues and translated in the templates. A badge has a tone besides its word, which
chooses colour and drawing, so that no meaning hangs on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from admin_web.languages import mark
from core.records.application import ApplicationStatus, RejectionReason, ReturnReason
from core.records.borrower import Channel, IncomeKind, Purpose
from core.records.loan import LoanStatus, PayoutStatus
from core.records.staff import Role


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in a word and a tone: good, bad, warn, wait or neutral."""

    text: str
    tone: str


_A = ApplicationStatus
APPLICATION_STATUSES: Final[Mapping[str, Badge]] = {
    _A.SUBMITTED: Badge(mark("New"), "wait"),
    _A.IN_REVIEW: Badge(mark("In review"), "wait"),
    _A.RETURNED: Badge(mark("Returned"), "warn"),
    _A.AWAITING_SECOND_APPROVAL: Badge(mark("Second approval"), "wait"),
    _A.APPROVED: Badge(mark("Approved"), "good"),
    _A.REJECTED: Badge(mark("Rejected"), "bad"),
    _A.WITHDRAWN: Badge(mark("Withdrawn"), "neutral"),
    _A.EXPIRED: Badge(mark("Expired"), "neutral"),
}

_L = LoanStatus
LOAN_STATUSES: Final[Mapping[str, Badge]] = {
    _L.OFFERED: Badge(mark("Offer waits for borrower"), "wait"),
    _L.ACCEPTED: Badge(mark("Accepted"), "wait"),
    _L.DISBURSING: Badge(mark("Being paid out"), "wait"),
    _L.ACTIVE: Badge(mark("Active"), "good"),
    _L.CLOSED: Badge(mark("Closed"), "neutral"),
    _L.WRITTEN_OFF: Badge(mark("Written off"), "bad"),
    _L.DECLINED: Badge(mark("Declined by borrower"), "neutral"),
    _L.EXPIRED: Badge(mark("Offer expired"), "neutral"),
    _L.CANCELLED: Badge(mark("Cancelled"), "neutral"),
}

_P = PayoutStatus
PAYOUT_STATUSES: Final[Mapping[str, Badge]] = {
    _P.AWAITING_SECOND: Badge(mark("Waits for second person"), "wait"),
    _P.QUEUED: Badge(mark("Queued"), "wait"),
    _P.SENT: Badge(mark("Sent"), "wait"),
    _P.CONFIRMED: Badge(mark("Confirmed"), "good"),
    _P.FAILED: Badge(mark("Failed"), "bad"),
    _P.UNKNOWN: Badge(mark("Unknown"), "warn"),
}

PAYMENT_STATUSES: Final[Mapping[str, Badge]] = {
    "posted": Badge(mark("Posted"), "good"),
    "suspense": Badge(mark("In suspense"), "warn"),
    "waiting": Badge(mark("Being posted"), "wait"),
    "reversed": Badge(mark("Reversed"), "neutral"),
}

RISKS: Final[Mapping[str, Badge]] = {
    "HIGH": Badge(mark("High"), "warn"),
    "LOW": Badge(mark("Low"), "neutral"),
}

_R = RejectionReason
REJECTION_REASONS: Final[Mapping[str, str]] = {
    _R.AFFORDABILITY: mark("The instalment is too high for the income"),
    _R.LATE_ON_OTHER_LOANS: mark("Late on other loans"),
    _R.TOO_MANY_LOANS: mark("Too many loans at once"),
    _R.IDENTITY_NOT_CONFIRMED: mark("Identity not confirmed"),
    _R.INCOME_NOT_CONFIRMED: mark("Income not confirmed"),
    _R.OUTSIDE_POLICY: mark("Outside our lending policy"),
}

_RETURN = ReturnReason
RETURN_REASONS: Final[Mapping[str, str]] = {
    _RETURN.BRING_PAYSLIP: mark("Bring a payslip"),
    _RETURN.BRING_NATIONAL_ID: mark("Bring the national ID"),
    _RETURN.CONFIRM_INCOME: mark("Confirm the income"),
    _RETURN.CHANGE_AMOUNT: mark("Ask for another amount"),
}

CHANNELS: Final[Mapping[str, str]] = {
    Channel.USSD: "USSD",
    Channel.SMS: "SMS",
    Channel.TELEGRAM: "Telegram",
    Channel.BRANCH: mark("Branch"),
}

INCOME_KINDS: Final[Mapping[str, str]] = {
    IncomeKind.SALARY: mark("Salary"),
    IncomeKind.BUSINESS: mark("Business"),
    IncomeKind.FARMING: mark("Farming"),
    IncomeKind.FAMILY: mark("Money from family"),
}

PURPOSES: Final[Mapping[str, str]] = {
    Purpose.BUSINESS: mark("Business"),
    Purpose.SCHOOL: mark("School"),
    Purpose.FARMING: mark("Farming"),
    Purpose.HEALTH: mark("Health"),
    Purpose.HOME: mark("Home"),
    Purpose.PERSONAL: mark("Personal"),
}

IDENTITY_METHODS: Final[Mapping[str, str]] = {
    "saw_national_id": mark("Saw the national ID card"),
    "saw_passport": mark("Saw the passport"),
    "called_employer": mark("Called the employer"),
    "known_client": mark("Known client of the branch"),
    "chief_letter": mark("Letter from the chief"),
}

ROLES: Final[Mapping[str, str]] = {
    Role.LOAN_OFFICER: mark("Loan officer"),
    Role.CREDIT_ANALYST: mark("Credit analyst"),
    Role.MANAGER: mark("Manager"),
    Role.CASHIER: mark("Cashier"),
    Role.MFI_ADMIN: mark("MFI administrator"),
    Role.AUDITOR: mark("Auditor"),
    Role.REGULATOR: mark("Regulator"),
    Role.PLATFORM_ADMIN: mark("Platform administrator"),
}


def word(table: Mapping[str, str], code: str) -> str:
    """The word for a code, the code itself where a newer writer knows one that this page does not."""
    return table.get(code, code)


def badge(table: Mapping[str, Badge], code: str) -> Badge:
    """The badge for a code, a neutral one with the bare code where there is none."""
    return table.get(code, Badge(code, "neutral"))
