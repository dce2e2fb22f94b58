"""The words of what one person proposes and a second one decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.records.proposal import ProposalKind, ProposalStatus

_K = ProposalKind
PROPOSAL_KINDS: Final[Mapping[str, str]] = {
    _K.ASSIGN_PAYMENT: mark("Assign a payment to a loan"),
    _K.REVERSE_PAYMENT: mark("Reverse a payment"),
    _K.WAIVE: mark("Waive a part of an instalment"),
    _K.WRITE_OFF: mark("Write a loan off"),
    _K.SETTLE_PAYOUT: mark("Settle a payout"),
    _K.REFUND_PAYMENT: mark("Send a payment back"),
    _K.REFUND_CREDIT: mark("Refund what was paid too much"),
    _K.TAKE_CASH: mark("Book a repayment in cash"),
    _K.FUND_FLOAT: mark("Put money into a float"),
    _K.SWEEP_FLOAT: mark("Take money out of a float"),
    _K.BOOK_RAIL_CHARGE: mark("Book a charge of a money service"),
    _K.MOVE_FLOAT: mark("Move money between districts"),
}

_S = ProposalStatus
PROPOSAL_STATUSES: Final[Mapping[str, Badge]] = {
    _S.PENDING: Badge(mark("Waits for second person"), "wait"),
    _S.CARRIED_OUT: Badge(mark("Carried out"), "good"),
    _S.REFUSED: Badge(mark("Refused"), "bad"),
    _S.WITHDRAWN: Badge(mark("Taken back"), "wait"),
}
