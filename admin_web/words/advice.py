"""The words of what the engine advises: checks, score, risk, and what other lenders know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.credit.checks import Check, Severity
from core.credit.exposure import SharingLevel

SEVERITIES: Final[Mapping[str, Badge]] = {
    Severity.OFF: Badge(mark("Off"), "neutral"),
    Severity.WARN: Badge(mark("Warning"), "warn"),
    Severity.BLOCK: Badge(mark("Block"), "bad"),
}

CHECKS: Final[Mapping[str, str]] = {
    Check.AFFORDABILITY: mark("Can the borrower carry it?"),
    Check.ONE_THIRD: mark("A third of a month's income"),
    Check.LIVE_LOANS_ELSEWHERE: mark("Live loans elsewhere"),
    Check.LATE_ELSEWHERE: mark("Late elsewhere"),
    Check.ENQUIRIES: mark("Look-ups elsewhere"),
    Check.INCOME_MISMATCH: mark("Income unlike the last one"),
}

FINDINGS: Final[Mapping[str, str]] = {
    Check.AFFORDABILITY: mark("Instalments would take %(saw)s of the monthly income; the product allows %(limit)s."),
    Check.ONE_THIRD: mark("The amount is %(saw)s; a third of one month's income is %(limit)s."),
    Check.LIVE_LOANS_ELSEWHERE: mark("Live loans at other lenders: %(saw)s; the product allows %(limit)s."),
    Check.LATE_ELSEWHERE: mark("Days late at another lender now: %(saw)s; the product allows %(limit)s."),
    Check.ENQUIRIES: mark("Look-ups by other lenders in 90 days: %(saw)s; the product allows %(limit)s."),
    Check.INCOME_MISMATCH: mark(
        "The stated income is %(saw)s away from the one stated before; the product allows %(limit)s. "
        "Ask for a payslip or another proof."
    ),
}
"""What a check saw and what it allows, in a sentence."""

SHARING: Final[Mapping[str, str]] = {
    SharingLevel.FULL: mark(
        "Shown with the borrower's consent, in counts and bands, without the other lenders' names."
    ),
    SharingLevel.LIMITED: mark(
        "The borrower has not agreed to share history between lenders. "
        "Nothing is known of others, which is not held against them."
    ),
    SharingLevel.NONE: mark(
        "The borrower has not agreed to a credit check. No history is weighed, here or elsewhere; "
        "only what is owed to this lender counts."
    ),
}

RISKS: Final[Mapping[str, Badge]] = {
    "high": Badge(mark("High"), "warn"),
    "low": Badge(mark("Low"), "neutral"),
}

BANDS: Final[Mapping[str, Badge]] = {
    "low": Badge(mark("Low risk"), "good"),
    "medium": Badge(mark("Medium risk"), "wait"),
    "high": Badge(mark("High risk"), "warn"),
}

EXPOSURE_BANDS: Final[Mapping[str, str]] = {
    "none": mark("nothing"),
    "up_to_1000": mark("up to M1,000"),
    "up_to_5000": mark("M1,000 to M5,000"),
    "up_to_20000": mark("M5,000 to M20,000"),
    "above_20000": mark("more than M20,000"),
}

FACTORS: Final[Mapping[str, str]] = {
    "start": mark("Start"),
    "repaid_loans": mark("Loans repaid"),
    "longest_late": mark("Longest lateness"),
    "average_late": mark("Average lateness"),
    "paid_on_time": mark("Paid on time"),
    "months_as_client": mark("Time as client"),
    "instalment_share": mark("Instalments to income"),
    "loans_elsewhere": mark("Live loans elsewhere"),
    "enquiries": mark("Look-ups elsewhere"),
    "documents_seen": mark("Identity"),
}

FACTOR_REASONS: Final[Mapping[str, str]] = {
    "everyone_starts_here": mark("Everyone starts here."),
    "repaid": mark("Loans paid back in full: %(value)s."),
    "no_history": mark("No history yet, which is no fault: zero points."),
    "never_late": mark("Never late so far."),
    "days_late": mark("Days late at worst: %(value)s."),
    "days_late_on_average": mark("Days late on average: %(value)s."),
    "share_on_time": mark("Instalments paid on time: %(value)s."),
    "months": mark("Months as a client: %(value)s."),
    "new_client": mark("A new client: zero points."),
    "share_of_income": mark("All instalments take %(value)s of the income."),
    "live_loans": mark("Loans running at other lenders: %(value)s."),
    "enquiries": mark("Look-ups by other lenders in 90 days: %(value)s."),
    "none": mark("None."),
    "not_known": mark("Not known: zero points."),
    "seen": mark("The identity was checked."),
    "not_seen": mark("The identity is not checked yet: zero points."),
}
