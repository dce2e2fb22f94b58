"""Turns and drafts as rows of `conversations`, and back."""

from __future__ import annotations

import json
from uuid import UUID

from cassandra.query import UNSET_VALUE

from core.ports.conversations import Claim, DraftRecord, TurnRecord
from storage.cassandra.conversation_statements import DRAFT, TURN
from storage.cassandra.instants import to_instant, to_microseconds
from storage.cassandra.session import Row


def turn_key(turn: TurnRecord) -> tuple[object, ...]:
    """Values of the key's columns."""
    return (turn.caller, TURN, turn.service, turn.session)


def draft_key(draft: DraftRecord) -> tuple[object, ...]:
    """Values of the key's columns."""
    return (draft.caller, DRAFT, "", str(draft.id))


def turn_values(turn: TurnRecord, *, over: bool) -> tuple[object, ...]:
    """Values of `TURN_COLUMNS`. over: there is a row already, whose claim is removed when this turn has none.

    Where there is nothing to remove the columns are left alone: a null would be stored, as a tombstone a hop.
    """
    nothing = None if over else UNSET_VALUE
    return (
        turn.turn,
        turn.flow_version,
        turn.screen,
        _json(turn.state),
        nothing if turn.draft_id is None else turn.draft_id,
        nothing if turn.draft_version is None else turn.draft_version,
        turn.transcript_length,
        turn.transcript_hmac,
        turn.transcript_key_id,
        turn.reply,
        turn.ended,
        *_claim_values(turn.claim, nothing),
        to_microseconds(turn.updated_at),
        to_microseconds(turn.expires_at),
    )


def turn_record(row: Row) -> TurnRecord:
    """The turn in a row."""
    return TurnRecord(
        caller=row["caller"],
        service=row["service"],
        session=row["session"],
        turn=row["turn"],
        flow_version=row["flow_version"],
        screen=row["screen"],
        state=json.loads(row["state"]),
        draft_id=row["draft_id"],
        draft_version=row["draft_version"],
        transcript_length=row["transcript_length"],
        transcript_hmac=row["transcript_hmac"],
        transcript_key_id=row["transcript_key_id"],
        reply=row["reply"],
        ended=row["ended"],
        claim=_claim(row),
        updated_at=to_instant(row["updated_at"]),
        expires_at=to_instant(row["expires_at"]),
    )


def draft_values(draft: DraftRecord) -> tuple[object, ...]:
    """Values of `DRAFT_COLUMNS`."""
    return (
        draft.version,
        draft.owner_session,
        draft.flow,
        draft.flow_version,
        _json(draft.state),
        draft.status,
        to_microseconds(draft.created_at),
        to_microseconds(draft.expires_at),
    )


def draft_record(row: Row) -> DraftRecord:
    """The draft in a row."""
    return DraftRecord(
        caller=row["caller"],
        id=UUID(row["session"]),
        version=row["version"],
        owner_session=row["owner_session"],
        flow=row["flow"],
        flow_version=row["flow_version"],
        state=json.loads(row["state"]),
        status=row["status"],
        created_at=to_instant(row["created_at"]),
        expires_at=to_instant(row["expires_at"]),
    )


def _claim_values(claim: Claim | None, nothing: object) -> tuple[object, ...]:
    if claim is None:
        return (nothing,) * 7
    return (
        claim.turn,
        claim.input_digest,
        claim.command,
        claim.key,
        claim.arguments,
        to_microseconds(claim.claimed_at),
        claim.owes_message,
    )


def _claim(row: Row) -> Claim | None:
    if row["claim_key"] is None:
        return None
    return Claim(
        turn=row["claim_turn"],
        input_digest=row["claim_input_digest"],
        command=row["claim_command"],
        key=row["claim_key"],
        arguments=row["claim_arguments"],
        claimed_at=to_instant(row["claimed_at"]),
        owes_message=row["claim_owes_message"],
    )


def _json(state: object) -> str:
    return json.dumps(state, separators=(",", ":"), ensure_ascii=False)
