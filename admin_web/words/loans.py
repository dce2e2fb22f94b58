"""The words of loans: their states and their fees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.records.loan import LoanStatus

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

FEES: Final[Mapping[str, str]] = {"upfront": mark("Upfront fee")}
