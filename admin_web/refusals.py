"""What a refusal is called on the screen, and its HTTP status: the portal's one translation of the domain's codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from admin_web.formats import day
from admin_web.languages import Text, mark
from core.errors import Conflict, DomainError, InvalidInput, NotFound
from core.records.staff import NotAllowed
from core.records.staff_words import NotOnPhones, TooLongForSms
from core.use_cases.floats import FloatTooLow
from core.use_cases.value_days import ValueDayOutside

SENTENCES: Final[Mapping[str, str]] = {
    "already_decided": mark("Somebody has carried this out or refused it already."),
    "already_pending": mark("The same change waits for its second person already."),
    "another_payout_stands": mark(
        "Another payout of the same money arrived, or may have. Get this one back, then settle it as not paid."
    ),
    "already_reversed": mark("That payment was reversed already."),
    "borrower_blocked": mark("This person is blocked. No money leaves before an officer has looked into it."),
    "change_under_way": mark("A change of this borrower's number or ID is not finished yet. Look at that one first."),
    "charge_booked": mark("That charge is booked already. Look at the number on the statement again."),
    "channel_plane_down": mark("The directory does not answer just now. Nothing was lost; try again in a minute."),
    "complaint_moved": mark("Somebody has answered or closed this complaint. Look at it again."),
    "conflict": mark("Somebody else changed this first. Look at it again before you decide."),
    "credit_paid_out": mark("What that payment paid too much was sent back, or is on its way. It cannot be reversed."),
    "district_down": mark("The district's records do not answer just now. Nothing was lost; try again in a minute."),
    "float_below_charge": mark(
        "The books hold %(shortfall)s less than this charge. Money that was put in is not booked yet: do that first."
    ),
    "float_too_low": mark("The float is short by %(shortfall)s. Have money put in or moved there first, or take less."),
    "identity_case_moved": mark("Somebody has closed this case, or proposed a change. Look at it again."),
    "identity_taken": mark("That national ID is registered already. Look at the card again."),
    "identity_not_checked": mark("The borrower's identity is not checked yet. No money leaves before it is."),
    "illegal_loan_transition": mark("The loan has moved on; this can no longer be done."),
    "illegal_transition": mark("The application has moved on; this can no longer be done."),
    "invalid_reference": mark("That number is not one of ours: a digit may be wrong or swapped."),
    "invitation_gone": mark("This link was used, replaced by a newer one, or is older than a day. Ask for a new one."),
    "key_reused": mark("This form was sent before with other content. Open the page again and start from there."),
    "loan_changed": mark("The loan changed since you opened the page. Look at it again before you decide."),
    "loan_not_active": mark("The loan is closed or written off: this can no longer be done to it."),
    "maker_is_checker": mark("You did the step before this one. Somebody else has to do this one."),
    "not_allowed": mark("This is not part of your role."),
    "not_disbursed": mark("That loan was never paid out."),
    "not_more_than_nothing": mark("Write an amount of more than nothing."),
    "not_found": mark("There is nothing here, or it belongs to somebody else."),
    "not_set_aside": mark("That is recorded meanwhile, or is being tried already."),
    "not_the_borrower": mark("That number and that ID do not belong together. Look at the card again."),
    "not_on_phones": mark("A plain phone cannot show %(characters)s. Write it in other letters."),
    "nothing_waits": mark("No payout of that loan waits for a second person any more."),
    "number_taken": mark("That number is registered already, or is just being registered. Ask for another one."),
    "override_not_allowed": mark(
        "A check of the product stands against this. Your role may not decide in spite of it."
    ),
    "override_reason_needed": mark("A check of the product fails. Say in the note why it goes on in spite of it."),
    "password_names_lender": mark("The password contains your name, the lender's or its product's. Choose another."),
    "password_too_common": mark("This password is one of those that are tried first. Choose another."),
    "password_too_long": mark("A password has at most 128 characters."),
    "password_too_short": mark("A password has at least 12 characters."),
    "payer_has_no_wallet": mark("The number that paid is no wallet that money can be sent to."),
    "payout_cooling_down": mark(
        "The borrower's wallet, PIN or number was changed lately. For their safety no money leaves yet."
    ),
    "payout_not_unknown": mark("What became of that payout is known, or the money service still answers for it."),
    "payout_under_way": mark("The money is on its way. It has to arrive, or fail, first."),
    "rail_still_asked": mark("The money service is still being asked. After an hour of that, settle it here."),
    "rail_not_served": mark("The lender does not pay to wallets of that money service."),
    "reference_used": mark("Money was booked under this number already. Look at the paper again."),
    "refund_above_credit": mark("That is more than what was paid too much and is not on its way back already."),
    "second_person_needed": mark("This payout is above limit 2. A second person has to release it."),
    "reservation_released": mark("This took too long and was given back. Nothing was changed; do it again."),
    "sign_in_refused": mark("The e-mail and the password do not belong together."),
    "stale_decision": mark("The application changed since you opened the page. Look at it again before you decide."),
    "unknown_instalment": mark("The loan has no instalment of that number."),
    "value_day_outside": mark("Write the day on the paper: from %(first)s, and not after %(last)s."),
    "waiver_above_outstanding": mark("That is more than what is left of it. Write what is left, or less."),
    "till_too_low": mark(
        "The branch that took this cash is short by %(shortfall)s: it was taken to the bank. "
        "Keep the money in suspense, or wait until the branch has it."
    ),
    "wallet_given_up": mark(
        "The borrower has another number since this was released. Refuse it; the cashier releases it to the new one."
    ),
    "wrong_code": mark("That is not the code shown now, or it was used already. Wait for the next one."),
    "wrong_part": mark("Only interest, fees and penalties can be waived, never principal."),
    "lender_suspended": mark("The lender is suspended: no new loan leaves, repayments still arrive."),
    "too_long_for_sms": mark("Phones count %(taken)s characters here, and the SMS has room for %(room)s. Shorten it."),
    "too_many_attempts": mark("Too many attempts. Wait a few minutes, then try again."),
}

_STATUSES: Final[Mapping[str, int]] = {
    "channel_plane_down": 503,
    "district_down": 503,
    "invalid_reference": 404,
    "too_many_attempts": 429,
}


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal. A business rule that stands in the way is a conflict with the state of things."""
    if error.code in _STATUSES:
        return _STATUSES[error.code]
    match error:
        case NotFound():
            return 404
        case NotAllowed():
            return 403
        case Conflict():
            return 409
        case InvalidInput():
            return 422
        case _:
            return 409


def sentence_of(error: DomainError) -> Text:
    """The refusal in a sentence of the catalogue; its own English message where the catalogue has none."""
    sentence = SENTENCES.get(error.code)
    if sentence is None:
        return Text("%(message)s", {"message": error.message})
    return Text(sentence, _figures(error))


def _figures(error: DomainError) -> Mapping[str, Any]:
    """What a sentence says beside its words."""
    match error:
        case FloatTooLow():
            return {"shortfall": error.shortfall}
        case ValueDayOutside():
            return {"first": day(error.first), "last": day(error.last)}
        case NotOnPhones():
            return {"characters": " ".join(error.characters)}
        case TooLongForSms():
            return {"taken": error.taken, "room": error.room}
        case _:
            return {}
