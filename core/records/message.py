"""What borrowers are told by message: a kind and its figures. The words are made at dispatch, in their language.

`data` of an outbox row with topic `message` always has `borrower_id`, or `phone_sealed` where nobody is registered,
and the fields listed for its kind. Money is minor units, dates are ISO, references are ten digits, names are as stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class MessageKind(StrEnum):
    """One value for one text."""

    REGISTERED = "registered"
    IDENTITY_CLAIMED_ELSEWHERE = "identity_claimed_elsewhere"
    PIN_LOCKED = "pin_locked"
    PIN_CHANGED = "pin_changed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_GIVEN = "consent_given"
    APPLICATION_RECEIVED = "application_received"
    APPLICATION_RETURNED = "application_returned"
    APPLICATION_REJECTED = "application_rejected"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    APPLICATION_EXPIRED = "application_expired"
    APPLICATION_NOT_TAKEN = "application_not_taken"
    COMMAND_REFUSED = "command_refused"
    COMMAND_DONE = "command_done"
    OFFER_MADE = "offer_made"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    DISBURSED = "disbursed"
    DISBURSEMENT_FAILED = "disbursement_failed"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_REVERSED = "payment_reversed"
    CHARGE_WAIVED = "charge_waived"
    CREDIT_REFUNDED = "credit_refunded"
    PAYMENT_REFUNDED = "payment_refunded"
    LOAN_CLOSED = "loan_closed"
    LOAN_CANCELLED = "loan_cancelled"
    RETURN_ASKED = "return_asked"
    LOAN_RETURNED = "loan_returned"
    LOAN_STATEMENT = "loan_statement"
    REMINDER_BEFORE = "reminder_before"
    REMINDER_DUE = "reminder_due"
    REMINDER_LATE = "reminder_late"
    LATE_FEE = "late_fee"
    WALLET_CHANGED = "wallet_changed"
    WALLET_CHOSEN = "wallet_chosen"
    PAYMENT_REQUEST_REFUSED = "payment_request_refused"
    PIN_RESET_CODE = "pin_reset_code"
    PIN_RESET = "pin_reset"
    APPLICATION_ANSWERED = "application_answered"
    COMPLAINT_RECEIVED = "complaint_received"
    COMPLAINT_ANSWERED = "complaint_answered"
    LINK_CODE = "link_code"
    CHAT_LINKED = "chat_linked"
    CHAT_UNLINKED = "chat_unlinked"
    NUMBER_GIVEN_UP = "number_given_up"
    NUMBER_CHANGED = "number_changed"
    IDENTITY_CORRECTED = "identity_corrected"


STATEMENT_PAYMENTS: Final = 3
"""How many payments a statement names, newest first."""

_M = MessageKind
_LOAN: Final = ("mfi_name", "loan_reference")
_TERM: Final = ("periods", "period_unit", "period_every")
_INSTALMENT: Final = (*_LOAN, "due_on", "amount_minor", "rail_account")

MESSAGE_FIELDS: Final[Mapping[MessageKind, tuple[str, ...]]] = {
    _M.REGISTERED: ("given_names",),
    _M.IDENTITY_CLAIMED_ELSEWHERE: (),
    _M.PIN_LOCKED: (),
    _M.PIN_CHANGED: (),
    _M.CONSENT_WITHDRAWN: ("consent",),
    _M.CONSENT_GIVEN: ("consent",),
    _M.APPLICATION_RECEIVED: ("mfi_name", "reference", "amount_minor", *_TERM),
    _M.APPLICATION_RETURNED: ("mfi_name", "reference", "reason_code"),
    _M.APPLICATION_REJECTED: ("mfi_name", "reference", "reason_code", "affordable_minor", "complaints_phone"),
    _M.APPLICATION_WITHDRAWN: ("mfi_name", "reference"),
    _M.APPLICATION_EXPIRED: ("mfi_name", "reference"),
    _M.APPLICATION_NOT_TAKEN: ("reference", "reason_code"),
    _M.COMMAND_REFUSED: ("command", "reason_code"),
    _M.COMMAND_DONE: ("command",),
    _M.OFFER_MADE: (
        *("mfi_name", "reference", "amount_minor", "instalment_minor", "last_minor", "is_level"),
        *(*_TERM, "expires_on"),
    ),
    _M.OFFER_ACCEPTED: (*_LOAN, "amount_minor"),
    _M.OFFER_DECLINED: _LOAN,
    _M.OFFER_EXPIRED: _LOAN,
    _M.DISBURSED: (*_LOAN, "cash_minor", "wallet_masked", "first_due_on", "instalment_minor"),
    _M.DISBURSEMENT_FAILED: _LOAN,
    _M.PAYMENT_RECEIVED: (
        *_LOAN,
        "receipt",
        "amount_minor",
        "penalties_minor",
        "fees_minor",
        "interest_minor",
        "principal_minor",
        "recovered_minor",
        "overpaid_minor",
        "outstanding_minor",
        "next_due_on",
        "next_due_minor",
    ),
    _M.PAYMENT_REVERSED: (*_LOAN, "receipt", "amount_minor", "outstanding_minor"),
    _M.CHARGE_WAIVED: (*_LOAN, "amount_minor", "outstanding_minor"),
    _M.CREDIT_REFUNDED: (*_LOAN, "amount_minor", "wallet_masked"),
    _M.PAYMENT_REFUNDED: ("mfi_name", "receipt", "amount_minor"),
    _M.LOAN_CLOSED: (*_LOAN, "overpaid_minor"),
    _M.LOAN_CANCELLED: _LOAN,
    _M.RETURN_ASKED: (*_LOAN, "amount_minor", "expires_on", "rail_account"),
    _M.LOAN_RETURNED: (*_LOAN, "receipt", "amount_minor"),
    _M.LOAN_STATEMENT: (
        *_LOAN,
        "as_of_on",
        "outstanding_minor",
        "overdue_minor",
        "next_due_on",
        "next_due_minor",
        *(f"paid_{n}_{what}" for n in range(1, STATEMENT_PAYMENTS + 1) for what in ("on", "minor")),
    ),
    _M.REMINDER_BEFORE: _INSTALMENT,
    _M.REMINDER_DUE: _INSTALMENT,
    _M.REMINDER_LATE: (*_INSTALMENT, "days_late", "overdue_minor"),
    _M.LATE_FEE: (*_LOAN, "amount_minor", "due_on"),
    _M.WALLET_CHANGED: ("wallet_masked", "hours"),
    _M.WALLET_CHOSEN: (),
    _M.PAYMENT_REQUEST_REFUSED: (*_LOAN, "amount_minor", "rail_account"),
    # The codes are sealed in the row, and opened by who words it.
    _M.PIN_RESET_CODE: ("mfi_name", "complaints_phone", "code"),
    _M.PIN_RESET: (),
    _M.APPLICATION_ANSWERED: ("mfi_name", "reference"),
    _M.COMPLAINT_RECEIVED: ("mfi_name", "reference", "due_on", "complaints_phone"),
    _M.COMPLAINT_ANSWERED: ("mfi_name", "reference", "answer"),
    _M.LINK_CODE: ("code", "expires_at"),
    _M.CHAT_LINKED: (),
    _M.CHAT_UNLINKED: (),
    _M.NUMBER_GIVEN_UP: ("mfi_name", "complaints_phone"),
    _M.NUMBER_CHANGED: (),
    _M.IDENTITY_CORRECTED: ("mfi_name", "complaints_phone"),
}
"""The fields that each kind's data holds. A date or amount that does not apply is null."""


ALWAYS_BY_SMS: Final[frozenset[MessageKind]] = frozenset(
    {
        *(_M.REGISTERED, _M.IDENTITY_CLAIMED_ELSEWHERE, _M.PIN_LOCKED, _M.PIN_CHANGED, _M.PIN_RESET),
        *(_M.CHAT_LINKED, _M.CHAT_UNLINKED, _M.WALLET_CHANGED, _M.WALLET_CHOSEN),
        *(_M.OFFER_ACCEPTED, _M.DISBURSED, _M.DISBURSEMENT_FAILED, _M.PAYMENT_RECEIVED),
        *(_M.PAYMENT_REVERSED, _M.CREDIT_REFUNDED, _M.PAYMENT_REFUNDED, _M.LATE_FEE),
        *(_M.LOAN_CLOSED, _M.LOAN_CANCELLED, _M.LOAN_RETURNED, _M.RETURN_ASKED),
        *(_M.NUMBER_GIVEN_UP, _M.NUMBER_CHANGED, _M.IDENTITY_CORRECTED),
    }
)
"""Money and safety: these go to the SIM, whatever chat is linked to the number as well."""

BY_SMS_ALONE: Final[frozenset[MessageKind]] = frozenset(
    {
        *(_M.PIN_RESET_CODE, _M.LINK_CODE, _M.CHAT_LINKED, _M.CHAT_UNLINKED),
        *(_M.NUMBER_GIVEN_UP, _M.NUMBER_CHANGED),
    }
)
"""These prove or guard that the SIM is the borrower's, so that no chat may stand in for it."""
