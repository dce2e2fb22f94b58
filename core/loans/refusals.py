"""Why an event is refused, each rule by its name. Money that has arrived is never among them: it is always taken."""

from __future__ import annotations

from core.errors import Conflict, DomainError, InvalidInput, NotFound


class NotDisbursed(DomainError):
    """The loan has not been paid out: nothing can happen to it yet."""

    code = "not_disbursed"


class AlreadyDisbursed(Conflict):
    """The loan has been paid out before."""

    code = "already_disbursed"


class AmountDiffersFromContract(InvalidInput):
    """What is paid out is not the principal of the contract."""

    code = "amount_differs_from_contract"


class BeforeDisbursement(InvalidInput):
    """The event counts before the day on which the loan was paid out."""

    code = "before_disbursement"


class NotMoreThanNothing(InvalidInput):
    """The amount is not more than nothing."""

    code = "not_more_than_nothing"


class LoanNotActive(Conflict):
    """The loan is closed or written off: nothing of this kind can be done to it."""

    code = "loan_not_active"


class WrongPart(InvalidInput):
    """This part cannot be charged or waived: charges are fees or penalties, and principal is not waived."""

    code = "wrong_part"


class UnknownInstalment(InvalidInput):
    """The loan has no instalment of that number."""

    code = "unknown_instalment"


class WaiverAboveOutstanding(InvalidInput):
    """The waiver is more than what is left to pay of that part, or nothing is left of it."""

    code = "waiver_above_outstanding"


class RefundAboveCredit(InvalidInput):
    """The refund is more than what the borrower has to their credit."""

    code = "refund_above_credit"


class CreditPaidOut(Conflict):
    """What the event paid too much was sent back to the borrower: it cannot be taken away from under that."""

    code = "credit_paid_out"


class PayoffBeforeLaterEvent(InvalidInput):
    """A settlement counts on or after everything else that happened to the loan."""

    code = "payoff_before_later_event"


class NothingToReturn(Conflict):
    """As much came back of the loan as was paid out: it is repaid or settled, not returned."""

    code = "nothing_to_return"


class UnknownEvent(NotFound):
    """There is no such event to reverse."""

    code = "unknown_event"


class ReversalOfReversal(Conflict):
    """A reversal is not reversed: record what happened anew."""

    code = "reversal_of_reversal"


class AlreadyReversed(Conflict):
    """The event was reversed before."""

    code = "already_reversed"


class LaterEventsStand(Conflict):
    """The payout cannot be reversed while later events of the loan stand."""

    code = "later_events_stand"


class EventKeyReused(Conflict):
    """Another event of the loan has this key."""

    code = "event_key_reused"
