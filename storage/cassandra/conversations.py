"""Turns and drafts: `core.ports.conversations.ConversationStore`. The path of every USSD hop.

A hop reads three slices at once and saves by one lightweight transaction. With a command it saves twice, and says
beforehand in `open_claims` where the worker finds the claim if nobody finishes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from cassandra.query import UNSET_VALUE

from core.ports.channel import ChannelPlaneDown
from core.ports.conversations import CallerSnapshot, Claim, DraftRecord, SaveResult, TurnRecord
from storage.cassandra.conversation_rows import (
    draft_key,
    draft_record,
    draft_values,
    turn_key,
    turn_record,
    turn_values,
)
from storage.cassandra.conversation_statements import (
    ALL_ROWS,
    CLAIM,
    CLOSE_CLAIM,
    DRAFT,
    DRAFTS_AND_CLAIMS,
    FORGET,
    MAKE_DRAFT,
    MAKE_TURN,
    MARK_CLAIM,
    OPEN_CLAIM,
    OPEN_CLAIMS,
    OWN_TURN,
    REPLACE_DRAFT,
    REPLACE_TURN,
    TURN,
    UNMARK_CLAIM,
    UPDATE_DRAFT,
    UPDATE_TURN,
)
from storage.cassandra.directory import PHONE, phone_entry
from storage.cassandra.doubts import Doubts
from storage.cassandra.instants import seconds_between, to_instant, to_microseconds
from storage.cassandra.session import ChannelSession, Condition, Row

CLAIM_SHARDS: Final = 8
"""Partitions of `open_claims`, by the first byte of the caller: to be changed only while there are no rows."""

_NAMED_LONGER_SECONDS: Final = 3_600
"""How much longer `open_claims` names a claim than its turn is kept: a claim without a name is never finished."""

_Part = tuple[Condition, Sequence[object]]


class ConversationsOnCassandra:
    """`core.ports.conversations.ConversationStore`."""

    def __init__(self, session: ChannelSession) -> None:
        self._session = session
        self._doubts = Doubts()

    async def load(self, caller: bytes, service: str, session: str, now: datetime) -> CallerSnapshot:
        """Three reads at once. They need not be of one moment: what is decided on them is saved by compare-and-set."""
        serial = caller in self._doubts
        own, others, phone = await asyncio.gather(
            self._turn(caller, service, session, serial=serial),
            self._session.rows(DRAFTS_AND_CLAIMS, caller, serial=serial),
            self._session.row(PHONE, caller, serial=serial),
        )
        if serial:
            self._doubts.remove(caller)
        drafts = tuple(draft_record(row) for row in others if row["kind"] == DRAFT and row["version"] is not None)
        return CallerSnapshot(
            turn=own if own is not None and own.expires_at > now else None,
            unfinished=await self._unfinished(caller, others, (service, session), now, serial=serial),
            drafts=tuple(draft for draft in drafts if draft.expires_at > now),
            phone=None if phone is None else phone_entry(phone),
        )

    async def save(
        self,
        turn: TurnRecord,
        *,
        expected_turn: int | None,
        expected_claim: str | None,
        draft: DraftRecord | None = None,
        expected_draft_version: int | None = None,
    ) -> SaveResult:
        if turn.claim is not None:
            await self._name_claim(turn, turn.claim)
        parts = [_turn_part(turn, expected_turn, expected_claim), *_mark_part(turn, expected_claim)]
        if draft is not None:
            parts.append(_draft_part(draft, expected_draft_version, turn.updated_at))
        with self._doubts.watching(turn.caller):
            saved = (await self._session.compare_and_set(*parts)).applied
            if not saved and (expected_turn is None or (draft is not None and expected_draft_version is None)):
                saved = await self._save_over_expired(parts, turn)
        if not saved:
            self._doubts.add(turn.caller)
            return SaveResult.LOST
        if turn.claim is None and expected_claim is not None and expected_turn is not None:
            # The turn is saved, whatever becomes of this: a row left behind is found to be over by the worker.
            with suppress(ChannelPlaneDown):
                await self._session.write(CLOSE_CLAIM, *_open_claim(turn, expected_turn))
        return SaveResult.SAVED

    async def forget(
        self, caller: bytes, *, but_draft: UUID | None = None, saved_before: datetime | None = None
    ) -> None:
        """Row by row, by transactions as all else here: a plain removal could be ordered before a save.

        What `open_claims` names goes with it: the worker finds no turn of that name, and the name expires.
        """
        with self._doubts.watching(caller):
            rows = await self._session.rows(ALL_ROWS, caller, serial=True)
            kept = _rows_that_stay(rows, but_draft, saved_before)
            for row in rows:
                if (place := (row["kind"], row["service"], row["session"])) not in kept:
                    await self._session.compare_and_set((FORGET, (caller, *place)))
        # A read of one replica might still bring what is gone.
        self._doubts.add(caller)

    async def stale_claims(self, older_than: datetime, limit: int) -> Sequence[TurnRecord]:
        """What `open_claims` says, as far as the turns themselves say so too."""
        shards = await asyncio.gather(*(self._session.rows(OPEN_CLAIMS, shard) for shard in range(CLAIM_SHARDS)))
        before = to_microseconds(older_than)
        found = [row for rows in shards for row in rows if row["claimed_at"] < before]
        stale: list[TurnRecord] = []
        for row in sorted(found, key=lambda row: int(row["claimed_at"])):
            if len(stale) == limit:
                break
            turn = await self._turn(row["caller"], row["service"], row["session"], serial=True)
            if turn is not None and turn.claim is not None and turn.claim.claimed_at < older_than:
                stale.append(turn)
            elif turn is not None and turn.turn > row["turn"]:
                # The conversation went on, so no claim of that turn can be saved any more.
                await self._session.write(
                    CLOSE_CLAIM, _shard(row["caller"]), row["caller"], row["service"], row["session"], row["turn"]
                )
        return stale

    async def _name_claim(self, turn: TurnRecord, claim: Claim) -> None:
        """Tell the worker where a claim is, for as long as it may stand: one that owes a message outlives its session.

        The same claim saved with a later end is named anew, which moves the name's end too.
        """
        seconds = seconds_between(turn.updated_at, turn.expires_at) + _NAMED_LONGER_SECONDS
        named = _open_claim(turn, turn.turn)
        await self._session.write(OPEN_CLAIM, *named, to_microseconds(claim.claimed_at), seconds)

    async def _turn(self, caller: bytes, service: str, session: str, *, serial: bool) -> TurnRecord | None:
        row = await self._session.row(OWN_TURN, caller, TURN, service, session, serial=serial)
        return None if row is None or row["turn"] is None else turn_record(row)

    async def _unfinished(
        self, caller: bytes, rows: Sequence[Row], own: tuple[str, str], now: datetime, *, serial: bool
    ) -> tuple[TurnRecord, ...]:
        """Turns of the caller's other sessions that hold a claim. Hardly ever any, so each is a read of its own."""
        marked = [(row["service"], row["session"]) for row in rows if row["kind"] == CLAIM]
        turns = [await self._turn(caller, *session, serial=serial) for session in marked if session != own]
        return tuple(turn for turn in turns if turn is not None and turn.claim is not None and turn.expires_at > now)

    async def _save_over_expired(self, parts: Sequence[_Part], turn: TurnRecord) -> bool:
        """Try once more, over rows whose time is up by our clock and not yet by the cluster's.

        The first try was lost for certain, so this is no repeat of something whose fate is unknown.
        """
        standing = await self._session.rows(DRAFTS_AND_CLAIMS, turn.caller, serial=True)
        own = await self._session.row(OWN_TURN, *turn_key(turn), serial=True)
        expired = {
            (row["kind"], row["service"], row["session"])
            for row in (*standing, *([own] if own else []))
            if row["expires_at"] is not None and to_instant(row["expires_at"]) <= turn.updated_at
        }
        if not expired:
            return False
        over = [_over_expired(part, expired, to_microseconds(turn.updated_at)) for part in parts]
        return (await self._session.compare_and_set(*over)).applied


def _turn_part(turn: TurnRecord, expected_turn: int | None, expected_claim: str | None) -> _Part:
    ttl = seconds_between(turn.updated_at, turn.expires_at)
    if expected_turn is None:
        return MAKE_TURN, (ttl, *turn_values(turn, over=False), *turn_key(turn))
    expected = (expected_turn, expected_claim, to_microseconds(turn.updated_at))
    return UPDATE_TURN, (ttl, *turn_values(turn, over=True), *turn_key(turn), *expected)


def _draft_part(draft: DraftRecord, expected_version: int | None, now: datetime) -> _Part:
    ttl = seconds_between(now, draft.expires_at)
    if expected_version is None:
        return MAKE_DRAFT, (ttl, *draft_values(draft), *draft_key(draft))
    return UPDATE_DRAFT, (ttl, *draft_values(draft), *draft_key(draft), expected_version)


def _mark_part(turn: TurnRecord, expected_claim: str | None) -> list[_Part]:
    key = (turn.caller, CLAIM, turn.service, turn.session)
    if turn.claim is not None:
        return [(MARK_CLAIM, (*key, seconds_between(turn.updated_at, turn.expires_at)))]
    return [(UNMARK_CLAIM, key)] if expected_claim is not None else []


def _over_expired(part: _Part, expired: set[tuple[str, str, str]], now: int) -> _Part:
    """The same part as a replacement, if it makes a row where an expired one is."""
    statement, values = part
    replacements = {MAKE_TURN: REPLACE_TURN, MAKE_DRAFT: REPLACE_DRAFT}
    if statement not in replacements or tuple(values[-3:]) not in expired:
        return part
    return replacements[statement], (*(None if value is UNSET_VALUE else value for value in values), now)


def _rows_that_stay(
    rows: Sequence[Row], but_draft: UUID | None, saved_before: datetime | None
) -> set[tuple[str, str, str]]:
    """Turns of a draft or of lately, the marks of what they claim, and their drafts: kind, service, session of each."""

    def stays(turn: Row) -> bool:
        is_of_draft = but_draft is not None and turn["draft_id"] == but_draft
        return is_of_draft or (saved_before is not None and turn["updated_at"] >= to_microseconds(saved_before))

    turns = [row for row in rows if row["kind"] == TURN and stays(row)]
    drafts = {but_draft, *(row["draft_id"] for row in turns)} - {None}
    of_turns = {(kind, row["service"], row["session"]) for row in turns for kind in (TURN, CLAIM)}
    return of_turns | {(DRAFT, "", str(draft)) for draft in drafts}


def _open_claim(turn: TurnRecord, number: int) -> tuple[object, ...]:
    return (_shard(turn.caller), turn.caller, turn.service, turn.session, number)


def _shard(caller: bytes) -> int:
    return caller[0] % CLAIM_SHARDS
