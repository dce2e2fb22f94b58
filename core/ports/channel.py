"""The channel plane: always on. It knows who a phone number is, where each conversation stands, and what came in.

Everything a caller owns is found by the keyed hash of the number. Each method touches one partition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from core.errors import DomainError
from core.references import Reference


class ChannelPlaneDown(DomainError):
    """The channel plane does not answer. What was asked may or may not have happened: read again before acting."""

    code = "channel_plane_down"


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """Who a phone number is. `version` guards every change; `pin_hash` is Argon2id in PHC form.

    `state`: `reserved` while a registration is under way, then `active`.
    """

    phone_hash: bytes
    state: str
    district: str
    borrower_id: UUID
    draft_id: UUID
    language: str
    pin_hash: str
    pin_failures: int = 0
    pin_locked_until: datetime | None = None
    pin_needs_officer: bool = False
    last_pin_attempt: str = ""
    last_pin_result: str = ""
    reserved_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class IdentityEntry:
    """Which borrower a national ID belongs to, unique on the platform."""

    identity_hash: bytes
    state: str
    district: str
    borrower_id: UUID
    draft_id: UUID
    reserved_at: datetime


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """What a reference number stands for. `owner` is the draft or the command that reserved it."""

    reference: Reference
    kind: str
    district: str
    owner: str


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """In which district a sign-in e-mail lives."""

    email_hash: bytes
    district: str
    staff_id: UUID


class Directory(Protocol):
    """Who is who, across districts. Insert-if-absent and compare-and-set only."""

    async def phone(self, phone_hash: bytes) -> PhoneEntry | None: ...

    async def reserve_phone(self, entry: PhoneEntry) -> PhoneEntry:
        """Insert if absent; returns what stands afterwards, the caller's own or somebody else's."""
        ...

    async def save_phone(self, entry: PhoneEntry) -> bool:
        """Write version + 1 over `entry.version`; False when the stored version is another."""
        ...

    async def release_phone(self, phone_hash: bytes, draft_id: UUID) -> None:
        """Remove a reservation of this draft, if it is still only reserved."""
        ...

    async def identity(self, identity_hash: bytes) -> IdentityEntry | None: ...

    async def reserve_identity(self, entry: IdentityEntry) -> IdentityEntry:
        """Insert if absent; returns what stands afterwards."""
        ...

    async def activate_identity(self, identity_hash: bytes, draft_id: UUID) -> None: ...

    async def release_identity(self, identity_hash: bytes, draft_id: UUID) -> None: ...

    async def reserve_reference(self, entry: ReferenceEntry) -> ReferenceEntry:
        """Insert if absent; returns what stands afterwards."""
        ...

    async def reference(self, reference: Reference) -> ReferenceEntry | None: ...

    async def add_staff(self, entry: StaffEntry) -> StaffEntry:
        """Insert if absent; returns what stands afterwards."""
        ...

    async def staff(self, email_hash: bytes) -> StaffEntry | None: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """A command that a turn has begun. `arguments` is sealed; a PIN is never in it.

    `reply_after_deadline` is the screen that the borrower was given when the time ran out; the finisher may not
    replace it and owes an SMS instead.
    """

    turn: int
    input_digest: bytes
    command: str
    key: str
    arguments: bytes
    claimed_at: datetime
    owes_message: bool = False


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """Where one session stands. Never the transcript (it holds the PIN): its length and a keyed digest.

    `state` is the conversation in its own JSON, personal answers sealed; `reply` is what was sent last, to the byte.
    """

    caller: bytes
    service: str
    session: str
    turn: int
    flow_version: str
    screen: str
    state: Mapping[str, Any]
    draft_id: UUID | None
    draft_version: int | None
    transcript_length: int
    transcript_hmac: bytes
    transcript_key_id: int
    reply: str
    ended: bool
    claim: Claim | None
    updated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """Something a caller began and has not sent: it outlives the session, and one session at a time owns it."""

    caller: bytes
    id: UUID
    version: int
    owner_session: str
    flow: str
    flow_version: str
    state: Mapping[str, Any]
    status: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CallerSnapshot:
    """All that a hop needs to begin, in one read: the session's turn, the caller's live drafts, and who they are."""

    turn: TurnRecord | None
    unfinished: tuple[TurnRecord, ...]
    drafts: tuple[DraftRecord, ...]
    phone: PhoneEntry | None


class SaveResult(StrEnum):
    """What came of a compare-and-set."""

    SAVED = "saved"
    LOST = "lost"


class ConversationStore(Protocol):
    """Turns and drafts, saved together or not at all. Records expire by themselves at `expires_at`."""

    async def load(self, caller: bytes, service: str, session: str, now: datetime) -> CallerSnapshot:
        """One read. `unfinished` are the caller's other turns that hold a claim."""
        ...

    async def save(
        self,
        turn: TurnRecord,
        *,
        expected_turn: int | None,
        expected_claim: str | None,
        draft: DraftRecord | None = None,
        expected_draft_version: int | None = None,
    ) -> SaveResult:
        """Write the turn, and the draft with it, if the stored turn number and claim key are the expected ones.

        `expected_turn` None: the session must not exist. `expected_draft_version` None: the draft must not exist.
        Raises `ChannelPlaneDown` when the fate is unknown: `load` again.
        """
        ...

    async def stale_claims(self, older_than: datetime, limit: int) -> Sequence[TurnRecord]:
        """Turns whose command was begun before then and never finished, for the worker."""
        ...


class IntakeStatus(StrEnum):
    """Where an intake row stands."""

    WAITING = "waiting"
    DONE = "done"
    RETURNED = "returned"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """Something that arrived and must take effect exactly once: a payment, or an application while its node is down.

    `scope` and `reference` are its key (`rail:simulated`, the rail's number; or `application`, the command key).
    `payload` is sealed; `digest` tells a repeat from a clash.
    """

    scope: str
    reference: str
    kind: str
    district: str
    digest: bytes
    payload: bytes
    status: IntakeStatus
    received_at: datetime
    attempts: int = 0
    last_error: str = ""
    target: str = ""


class Intake(Protocol):
    """The journal of what came in: durable before anyone is told that it was accepted."""

    async def accept(self, row: IntakeRow) -> IntakeRow | None:
        """Insert if absent; None when it is new, else the row that stands."""
        ...

    async def waiting(self, district: str, limit: int) -> Sequence[IntakeRow]:
        """The least tried first, then the oldest, so that what cannot be posted yet holds up nothing else.

        `district` is the one whose node is to post it.
        """
        ...

    async def set_aside(self, district: str, limit: int) -> Sequence[IntakeRow]:
        """What a rule refused, oldest first: a person has to look."""
        ...

    async def pin(self, scope: str, reference: str, target: str) -> str:
        """Write where the row's effect goes, once and for all; returns what stands.

        Where an unaddressed payment belongs depends on what is open at the time, so a repeat after a crash must not
        decide it anew.
        """
        ...

    async def mark(
        self, scope: str, reference: str, status: IntakeStatus, *, at: datetime, error: str = ""
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message to a borrower and what became of it. `text` is sealed at rest."""

    id: UUID
    caller: bytes
    borrower_id: UUID | None
    district: str
    mfi_id: UUID | None
    channel: str
    direction: str
    kind: str
    text: str
    parts: int
    state: str
    created_at: datetime
    provider: str = ""
    provider_id: str = ""
    failure: str = ""
    cost: str = ""


ON_THE_WAY: Final = ("waiting", "sending", "accepted", "sent", "submitted", "buffered")
"""States of a message that another may follow, in their order. Every other state is final."""


class MessageLog(Protocol):
    """Message history and delivery, by caller."""

    async def add(self, message: MessageRecord) -> None:
        """Insert. One with the same id is replaced while it has no `provider_id` (it was noted before it was sent),
        and left as it is from then on: a repeat, or a report that came first, is never overwritten.
        """
        ...

    async def deliver(self, provider: str, provider_id: str, state: str, failure: str, at: datetime) -> bool:
        """Move a message on: never back, and from a final state nowhere. False when nothing has that provider id."""
        ...

    async def of_caller(self, caller: bytes, limit: int) -> Sequence[MessageRecord]:
        """Newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Who looked at a borrower's history, for what. Kept for a limited time; the borrower may ask for the list."""

    borrower_id: UUID
    at: datetime
    mfi_id: UUID
    staff_id: UUID | None
    purpose: str


class Enquiries(Protocol):
    """The log of look-ups, which itself feeds the score."""

    async def add(self, enquiry: Enquiry) -> None: ...

    async def since(self, borrower_id: UUID, since: datetime) -> Sequence[Enquiry]: ...


class ChannelPlane(Protocol):
    """The channel plane as a whole."""

    directory: Directory
    conversations: ConversationStore
    intake: Intake
    messages: MessageLog
    enquiries: Enquiries
