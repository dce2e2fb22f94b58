"""Where each conversation stands: turns, with the command that one has begun, and drafts that outlive their session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from core.ports.directory import PhoneEntry


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

    async def forget(
        self, caller: bytes, *, but_draft: UUID | None = None, saved_before: datetime | None = None
    ) -> None:
        """Remove every turn, claim and draft of a caller. Safe to repeat; whoever saves over what is gone has lost.

        but_draft: this draft stays, and the turns that are in it with what they claim.
        saved_before: turns that were saved then or later stay, with what they claim and the drafts that they are in.
        """
        ...

    async def stale_claims(self, older_than: datetime, limit: int) -> Sequence[TurnRecord]:
        """Turns whose command was begun before then and never finished, for the worker."""
        ...
