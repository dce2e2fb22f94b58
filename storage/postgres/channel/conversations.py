"""Turns and drafts: `core.ports.conversations.ConversationStore`. The path of every USSD hop."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from core.ports.conversations import CallerSnapshot, Claim, DraftRecord, SaveResult, TurnRecord
from core.ports.directory import PhoneEntry
from storage.postgres.channel.conversation_statements import DRAFT_COLUMNS, FORGET, LOAD, SAVE, STALE_CLAIMS
from storage.postgres.channel.directory import PHONE_COLUMNS
from storage.postgres.channel.pool import ChannelPool

_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_DRAFT_NAMES = tuple(f"d_{name}" for name, _ in DRAFT_COLUMNS)
_PHONE_NAMES = tuple(f"p_{name}" for name in PHONE_COLUMNS)


class ConversationsOnPostgres:
    """`core.ports.conversations.ConversationStore`."""

    def __init__(self, pool: ChannelPool) -> None:
        self._pool = pool

    async def load(self, caller: bytes, service: str, session: str, now: datetime) -> CallerSnapshot:
        own: TurnRecord | None = None
        phone: PhoneEntry | None = None
        unfinished: list[TurnRecord] = []
        drafts: list[DraftRecord] = []
        for row in await self._pool.rows(LOAD, caller, service, session, now):
            if row["t_caller"] is not None:
                turn = _turn(row)
                if (turn.service, turn.session) == (service, session):
                    own = turn
                else:
                    unfinished.append(turn)
            elif row["d_caller"] is not None:
                drafts.append(_draft(row))
            else:
                phone = PhoneEntry(*(row[name] for name in _PHONE_NAMES))
        return CallerSnapshot(own, tuple(unfinished), tuple(drafts), phone)

    async def save(
        self,
        turn: TurnRecord,
        *,
        expected_turn: int | None,
        expected_claim: str | None,
        draft: DraftRecord | None = None,
        expected_draft_version: int | None = None,
    ) -> SaveResult:
        is_new = expected_turn is None
        values = _turn_values(turn)
        if not is_new:
            values += (expected_turn, expected_claim)
        if draft is None:
            statement = SAVE[is_new, None]
        else:
            statement = SAVE[is_new, expected_draft_version is None]
            values += _draft_values(draft)
            if expected_draft_version is not None:
                values += (expected_draft_version,)
        try:
            row = await self._pool.row(statement, *values)
        except asyncpg.DivisionByZeroError:
            return SaveResult.LOST
        return SaveResult.SAVED if row is not None and row["saved"] else SaveResult.LOST

    async def forget(
        self, caller: bytes, *, but_draft: UUID | None = None, saved_before: datetime | None = None
    ) -> None:
        await self._pool.write(FORGET, caller, but_draft, saved_before)

    async def stale_claims(self, older_than: datetime, limit: int) -> Sequence[TurnRecord]:
        return [_turn(row) for row in await self._pool.rows(STALE_CLAIMS, older_than, limit)]


def _turn_values(turn: TurnRecord) -> tuple[object, ...]:
    claim = turn.claim
    claimed = (
        (None,) * 7
        if claim is None
        else (
            claim.turn,
            claim.input_digest,
            claim.command,
            claim.key,
            claim.arguments,
            claim.claimed_at,
            claim.owes_message,
        )
    )
    return (
        turn.caller,
        turn.service,
        turn.session,
        turn.turn,
        turn.flow_version,
        turn.screen,
        _json(turn.state),
        turn.draft_id,
        turn.draft_version,
        turn.transcript_length,
        turn.transcript_hmac,
        turn.transcript_key_id,
        turn.reply,
        turn.ended,
        *claimed,
        turn.updated_at,
        turn.expires_at,
    )


def _turn(row: asyncpg.Record) -> TurnRecord:
    return TurnRecord(
        caller=row["t_caller"],
        service=row["t_service"],
        session=row["t_session"],
        turn=row["t_turn"],
        flow_version=row["t_flow_version"],
        screen=row["t_screen"],
        state=json.loads(row["t_state"]),
        draft_id=row["t_draft_id"],
        draft_version=row["t_draft_version"],
        transcript_length=row["t_transcript_length"],
        transcript_hmac=row["t_transcript_hmac"],
        transcript_key_id=row["t_transcript_key_id"],
        reply=row["t_reply"],
        ended=row["t_ended"],
        claim=_claim(row),
        updated_at=row["t_updated_at"],
        expires_at=row["t_expires_at"],
    )


def _claim(row: asyncpg.Record) -> Claim | None:
    if row["t_claim_key"] is None:
        return None
    return Claim(
        turn=row["t_claim_turn"],
        input_digest=row["t_claim_input_digest"],
        command=row["t_claim_command"],
        key=row["t_claim_key"],
        arguments=row["t_claim_arguments"],
        claimed_at=row["t_claimed_at"],
        owes_message=row["t_claim_owes_message"],
    )


def _draft_values(draft: DraftRecord) -> tuple[object, ...]:
    return (
        draft.caller,
        draft.id,
        draft.version,
        draft.owner_session,
        draft.flow,
        draft.flow_version,
        _json(draft.state),
        draft.status,
        draft.created_at,
        draft.expires_at,
    )


def _draft(row: asyncpg.Record) -> DraftRecord:
    values = dict(zip((name for name, _ in DRAFT_COLUMNS), (row[name] for name in _DRAFT_NAMES), strict=True))
    return DraftRecord(**values | {"state": json.loads(values["state"])})
