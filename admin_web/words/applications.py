"""The words of applications: their states, what is asked in them, and why one is rejected or given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.records.answer import Question
from core.records.application import ApplicationStatus, RejectionReason, ReturnReason
from core.records.borrower import IncomeKind, Purpose

_A = ApplicationStatus
APPLICATION_STATUSES: Final[Mapping[str, Badge]] = {
    _A.SUBMITTED: Badge(mark("New application"), "wait"),
    _A.IN_REVIEW: Badge(mark("In review"), "wait"),
    _A.RETURNED: Badge(mark("Returned"), "warn"),
    _A.AWAITING_SECOND_APPROVAL: Badge(mark("Second approval"), "wait"),
    _A.APPROVED: Badge(mark("Approved"), "good"),
    _A.REJECTED: Badge(mark("Rejected"), "bad"),
    _A.WITHDRAWN: Badge(mark("Withdrawn"), "neutral"),
    _A.EXPIRED: Badge(mark("Expired"), "neutral"),
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
    _RETURN.CONFIRM_PURPOSE: mark("Say again what it is for"),
    _RETURN.CHANGE_WALLET: mark("Name another wallet"),
}

QUESTIONS: Final[Mapping[str, str]] = {
    Question.NET_PAY: mark("Net pay a month"),
    Question.AMOUNT: mark("Amount asked for"),
    Question.PURPOSE: mark("Purpose"),
    Question.WALLET: mark("Wallet"),
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
