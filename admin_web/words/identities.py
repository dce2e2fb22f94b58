"""The words of identity cases and of the changes that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.records.identity import CaseOutcome, CaseStatus, ChangeKind, ChangeStatus

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
