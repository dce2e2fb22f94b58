"""Who a borrower is to the directory: an identity that came from another phone, and a change of number or national ID.

A case is opened by a registration. A change is proposed by a member of staff who has the ID card in hand, and agreed to
by a second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import Conflict
from core.phones import PhoneNumber
from core.records.borrower import Channel


class CaseStatus(StrEnum):
    """Where a case stands. Changing: a change that came of it waits for its second person."""

    OPEN = "open"
    CHANGING = "changing"
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """How a case ended."""

    SAME_PERSON = "same_person"
    ID_CORRECTED = "id_corrected"
    ANOTHER_PERSON = "another_person"
    FRAUD = "fraud"
    NOT_REACHED = "not_reached"


CLOSING_OUTCOMES: Final = (CaseOutcome.ANOTHER_PERSON, CaseOutcome.FRAUD, CaseOutcome.NOT_REACHED)
"""What one member of staff may close a case with: it changes nothing. The others come of a change."""


class CaseMoved(Conflict):
    """The case is not where the step expects it: somebody closed it, or proposed a change."""

    code = "identity_case_moved"


@dataclass(frozen=True, slots=True)
class IdentityCase:
    """Somebody tried to register, from another number, with the national ID of a borrower who is registered.

    `phone` and the names are what that caller gave; `same_birth_date`: they gave the borrower's date of birth, too.
    `mfi_id` is the lender that answers for it. `tries` counts what came from the same number while it was open.
    """

    id: UUID
    district: str
    borrower_id: UUID
    mfi_id: UUID
    phone: PhoneNumber
    given_names: str
    surname: str
    same_birth_date: bool
    channel: Channel
    status: CaseStatus
    opened_at: datetime
    tried_at: datetime
    tries: int = 1
    version: int = 1
    change_id: UUID | None = None
    outcome: CaseOutcome | None = None
    note: str = ""
    closed_by: UUID | None = None
    closed_by_name: str = ""
    closed_at: datetime | None = None


class ChangeKind(StrEnum):
    """What is changed."""

    NUMBER = "number"
    NATIONAL_ID = "national_id"


class ChangeStatus(StrEnum):
    """Where a change stands. Agreed: the record says so already; done: the directory does too."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ChangeUnderWay(Conflict):
    """A change of this borrower's number or national ID is not finished yet."""

    code = "change_under_way"


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A borrower's new number or national ID, proposed by one member of staff and agreed to by another.

    `old` and `new` are numbers in E.164, or national IDs. From the agreement on, `reservation_id` names the directory's
    entry of the new one and `gives_up` that of the old one.
    """

    id: UUID
    district: str
    borrower_id: UUID
    mfi_id: UUID
    kind: ChangeKind
    old: str
    new: str
    reason: str
    made_by: UUID
    made_by_name: str
    made_at: datetime
    status: ChangeStatus = ChangeStatus.PROPOSED
    case_id: UUID | None = None
    version: int = 1
    decided_by: UUID | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None
    decision_note: str = ""
    gives_up: UUID | None = None
    reservation_id: UUID | None = None
    done_at: datetime | None = None
