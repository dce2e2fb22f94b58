"""What codes are called on the screen. Every code that a page may show has a word here; a test compares the lists.

The words are marked for the catalogues and translated in the templates. A badge has a tone besides its word, which
chooses colour and drawing, so that no meaning hangs on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from admin_web.languages import mark
from core.credit.checks import Check, Severity
from core.credit.exposure import SharingLevel
from core.ledger.accounts import Account
from core.loans.parts import Part
from core.ports.intake import IntakeKind
from core.records.answer import Question
from core.records.application import ApplicationStatus, RejectionReason, ReturnReason
from core.records.borrower import Channel, IncomeKind, Purpose
from core.records.complaint import ComplaintKind, ComplaintStatus
from core.records.identity import CaseOutcome, CaseStatus, ChangeKind, ChangeStatus
from core.records.loan import LoanStatus, PayoutPurpose, PayoutStatus
from core.records.proposal import ProposalKind, ProposalStatus
from core.records.staff import Role


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in a word and a tone: good, bad, warn, wait or neutral."""

    text: str
    tone: str


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
    "assigned": Badge(mark("Moved to its loan"), "neutral"),
    "refunding": Badge(mark("On its way back"), "wait"),
    "refunded": Badge(mark("Sent back"), "neutral"),
}

INTAKE_KINDS: Final[Mapping[str, str]] = {
    IntakeKind.APPLICATION: mark("Application"),
    IntakeKind.PAYMENT: mark("Payment"),
}

INTAKE_STATES: Final[Mapping[str, Badge]] = {
    "waiting": Badge(mark("Waits for its district"), "wait"),
    "set_aside": Badge(mark("Set aside"), "bad"),
}

INTAKE_ERRORS: Final[Mapping[str, str]] = {
    "district_down": mark("Its district's records did not answer."),
    "channel_plane_down": mark("The directory did not answer."),
    "conflict": mark("Somebody else changed the same rows at that moment."),
    "failed": mark("The program failed on it: tell whoever runs it."),
    "not_found": mark("What it belongs to is not there."),
    "unknown_rail_account": mark("The account that was paid is nobody's here."),
}
"""Why a row of the intake is not recorded yet; a rule that has no word of its own stands as its code."""

_K = ProposalKind
PROPOSAL_KINDS: Final[Mapping[str, str]] = {
    _K.ASSIGN_PAYMENT: mark("Assign a payment to a loan"),
    _K.REVERSE_PAYMENT: mark("Reverse a payment"),
    _K.WAIVE: mark("Waive a part of an instalment"),
    _K.WRITE_OFF: mark("Write a loan off"),
    _K.SETTLE_PAYOUT: mark("Settle a payout"),
    _K.REFUND_PAYMENT: mark("Send a payment back"),
    _K.REFUND_CREDIT: mark("Refund what was paid too much"),
    _K.FUND_FLOAT: mark("Put money into a float"),
    _K.SWEEP_FLOAT: mark("Take money out of a float"),
}

_S = ProposalStatus
PROPOSAL_STATUSES: Final[Mapping[str, Badge]] = {
    _S.PENDING: Badge(mark("Waits for second person"), "wait"),
    _S.CARRIED_OUT: Badge(mark("Carried out"), "good"),
    _S.REFUSED: Badge(mark("Refused"), "bad"),
    _S.WITHDRAWN: Badge(mark("Taken back"), "wait"),
}

PARTS: Final[Mapping[str, str]] = {
    Part.PENALTY: mark("penalty"),
    Part.FEE: mark("fee"),
    Part.INTEREST: mark("interest"),
    Part.PRINCIPAL: mark("principal"),
}

RETURNS: Final[Mapping[str, str]] = {
    "payer": mark("The money service has taken it back to the payer"),
    "suspense": mark("It stays here, in suspense, until its loan is found"),
}
"""Where a reversed payment's money goes."""

OUTCOMES: Final[Mapping[str, str]] = {
    "confirmed": mark("It was paid"),
    "failed": mark("It was not paid"),
}
"""What two persons say of a payout that its rail knows nothing of."""

FAILURES: Final[Mapping[str, str]] = {
    "confirmed_late": mark("said too late to have been paid"),
    "failed_by_hand": mark("two persons found that it was not paid"),
    "not_found": mark("the money service does not know it"),
    "paid_before": mark("an earlier payout had arrived after all"),
    "release_refused": mark("refused by the second person"),
    "release_withdrawn": mark("withdrawn by who released it"),
}
"""Why a payout failed, where we say so ourselves. A rail's own codes are shown as they are."""

CONTRADICTIONS: Final[Mapping[str, str]] = {
    "confirmed": mark("Later the money service said that it was paid."),
    "failed": mark("Later the money service said that it failed. The books keep it as paid."),
}

PURPOSES_OF_PAYOUTS: Final[Mapping[str, str]] = {
    PayoutPurpose.LOAN: mark("Cash of a loan"),
    PayoutPurpose.CREDIT: mark("Paid too much on a loan"),
    PayoutPurpose.SUSPENSE: mark("In suspense"),
}

ACCOUNTS: Final[Mapping[str, str]] = {
    Account.FLOAT: mark("float"),
    Account.CASH: mark("cash"),
    Account.PRINCIPAL: mark("principal"),
    Account.INTEREST_RECEIVABLE: mark("interest due"),
    Account.INTEREST_INCOME: mark("interest earned"),
    Account.FEE_RECEIVABLE: mark("fees due"),
    Account.FEE_INCOME: mark("fees earned"),
    Account.PENALTY_RECEIVABLE: mark("penalties due"),
    Account.PENALTY_INCOME: mark("penalties earned"),
    Account.OVERPAYMENT: mark("borrower's credit"),
    Account.SUSPENSE: mark("suspense"),
    Account.CLEARING: mark("clearing between districts"),
    Account.WRITE_OFF: mark("losses"),
    Account.RECOVERY: mark("recovered losses"),
    Account.FUNDING: mark("lender's own money"),
    Account.RAIL_CHARGES: mark("charges of money services"),
}
"""The accounts of the ledger; what follows a colon in an account's code is its money service."""

RAILS: Final[Mapping[str, str]] = {
    "ecocash": "EcoCash",
    "mpesa": "M-Pesa",
    "simulated": mark("simulated"),
}
"""The services that money moves through. Staff know them by these names; "rail" is our word, not theirs."""

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

IDENTITY: Final[Mapping[bool, Badge]] = {
    True: Badge(mark("Checked"), "good"),
    False: Badge(mark("Not checked"), "warn"),
}

KINDS: Final[Mapping[str, str]] = {
    "application": mark("Application"),
    "borrower": mark("Newest application"),
    "loan": mark("Loan"),
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

COMPLAINT_KINDS: Final[Mapping[str, str]] = {
    ComplaintKind.COSTS: mark("Costs or fees"),
    ComplaintKind.PAYMENT: mark("A payment"),
    ComplaintKind.DECISION: mark("A decision"),
    ComplaintKind.STAFF: mark("How they were treated"),
    ComplaintKind.PRIVACY: mark("Their details"),
    ComplaintKind.OTHER: mark("Something else"),
}

COMPLAINT_STATUSES: Final[Mapping[str, Badge]] = {
    ComplaintStatus.OPEN: Badge(mark("Waits for an answer"), "wait"),
    ComplaintStatus.ANSWERED: Badge(mark("Answered"), "good"),
    ComplaintStatus.CLOSED: Badge(mark("Closed"), "neutral"),
}

CASE_STATUSES: Final[Mapping[str, Badge]] = {
    CaseStatus.OPEN: Badge(mark("Waits for a call"), "wait"),
    CaseStatus.CHANGING: Badge(mark("A change waits"), "wait"),
    CaseStatus.CLOSED: Badge(mark("Closed"), "neutral"),
}

CASE_OUTCOMES: Final[Mapping[str, str]] = {
    CaseOutcome.SAME_PERSON: mark("The borrower, with a new number"),
    CaseOutcome.ID_CORRECTED: mark("The borrower's ID was mistyped, and is corrected"),
    CaseOutcome.ANOTHER_PERSON: mark("Somebody else, who typed a wrong ID"),
    CaseOutcome.FRAUD: mark("Somebody who wanted to pass for the borrower"),
    CaseOutcome.NOT_REACHED: mark("Nobody was reached"),
}

CHANGE_KINDS: Final[Mapping[str, str]] = {
    ChangeKind.NUMBER: mark("New number"),
    ChangeKind.NATIONAL_ID: mark("Corrected national ID"),
}

CHANGE_STATUSES: Final[Mapping[str, Badge]] = {
    ChangeStatus.PROPOSED: Badge(mark("Waits for second person"), "wait"),
    ChangeStatus.AGREED: Badge(mark("Being carried out"), "wait"),
    ChangeStatus.DONE: Badge(mark("Carried out"), "good"),
    ChangeStatus.REFUSED: Badge(mark("Refused"), "bad"),
    ChangeStatus.WITHDRAWN: Badge(mark("Taken back"), "neutral"),
}

OVERDUE: Final = Badge(mark("Overdue"), "bad")
"""An answer that should have been there."""

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


ACTORS: Final[Mapping[str, str]] = {
    "borrower": mark("by the borrower"),
    "rail": mark("by the money service"),
    "system": mark("by the system"),
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

FEES: Final[Mapping[str, str]] = {"upfront": mark("Upfront fee")}

JOURNAL_KINDS: Final[Mapping[str, str]] = {
    "charge": mark("Charge"),
    "cooling_off_return": mark("Cash returned, loan cancelled"),
    "disbursement": mark("Paid out"),
    "interest": mark("Interest fell due"),
    "late_fee": mark("Late fee"),
    "payoff": mark("Paid off early"),
    "refund": mark("Paid back to the borrower"),
    "repayment": mark("Repayment"),
    "reversal": mark("Reversal"),
    "waiver": mark("Waived"),
    "write_off": mark("Written off"),
}

REASONS: Final[Mapping[str, str]] = {
    **REJECTION_REASONS,
    **RETURN_REASONS,
    "answered": mark("The borrower answered"),
    "accepted_by_borrower": mark("The borrower accepted"),
    "approved": mark("Approved"),
    "cancel_asked_by_borrower": mark("The borrower wants to return the cash"),
    "cancelled_by_borrower": mark("The borrower cancelled"),
    "cancelled_for_borrower": mark("Cancelled at the borrower's request"),
    "declined_by_borrower": mark("The borrower declined"),
    "first_approval": mark("First of two approvals"),
    "offer_expired": mark("The offer's last day passed"),
    "not_answered": mark("The borrower did not answer in time"),
    "paid_in_full": mark("Paid back in full"),
    "payout_confirmed": mark("The money arrived"),
    "payout_confirmed_by_hand": mark("Two persons found that the money arrived"),
    "payout_failed": mark("The payout failed"),
    "failed_by_hand": mark("Two persons found that the payout failed"),
    "recommended": mark("Recommended"),
    "release_refused": mark("The second person refused the payout"),
    "release_withdrawn": mark("The release was withdrawn"),
    "released": mark("Payout released"),
    "released_second": mark("Payout released by the second person"),
    "reopened": mark("Opened again by a correction"),
    "returned_by_borrower": mark("The borrower returned the cash in time"),
    "submitted": mark("Application sent"),
    "written_off": mark("Given up as a loss"),
    "withdrawn_by_borrower": mark("The borrower withdrew"),
}
"""Why a step was taken, on the timelines. A rail's own failure codes are shown as they are."""


def word(table: Mapping[str, str], code: str) -> str:
    """The word for a code, the code itself where a newer writer knows one that this page does not."""
    return table.get(code, code)


def account(code: str) -> str:
    """The word for an account of the ledger, whatever money service it is of."""
    return word(ACCOUNTS, code.partition(":")[0])


def badge(table: Mapping[str, Badge], code: str) -> Badge:
    """The badge for a code, a neutral one with the bare code where there is none."""
    return table.get(code, Badge(code, "neutral"))
