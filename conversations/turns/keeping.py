"""Conversations and drafts in the form in which a store keeps them: what is personal sealed, nothing secret at all.

A turn's state names its parked drafts by id only: the draft records are what counts, and each load brings them fresh.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from conversations.engine import SENSITIVE_MEMBERS, Conversation, CorruptState, Draft, Value
from conversations.engine.drafts import DraftEnded
from conversations.engine.replacing import replace
from conversations.engine.values import mapping_from_json, mapping_to_json
from core.phones import PhoneNumber
from core.ports.conversations import Claim, DraftRecord, TurnRecord
from core.ports.environment import Sealer
from core.records.borrower import Channel

TURN_HOURS: Final = 24
"""How long a session's last reply can be asked for again: longer than any gateway repeats a hop."""

OWED_DAYS: Final = 30
"""How long a claim is kept that owes the borrower a message: longer than any district is down."""

DRAFT_DAYS: Final = 30
"""How long an unfinished form is offered again."""

DRAFT_OPEN: Final = "open"
DRAFT_ENDED: Final = "ended"

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode
_encode_sorted: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode

_SEALED: Final = "sealed"
_PARKED: Final = "parked"


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it was kept, and the number that it is with: whoever finishes a claim knows only the record."""

    conversation: Conversation
    caller: PhoneNumber


class Keeper:
    """Writes and reads the two records. Everything sealed is bound to its caller and its session or draft."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def turn_state(self, conversation: Conversation, caller: PhoneNumber, caller_hash: bytes) -> dict[str, Any]:
        """A turn's state. Of a conversation that has ended nothing is kept but where it ended."""
        if conversation.has_ended:
            conversation = replace(conversation, answers={}, personal={}, facts={}, trail=(), parked=())
        state = conversation.to_json()
        state[_PARKED] = [draft.id for draft in conversation.parked]
        return self._seal(state, _turn_context(caller_hash, conversation.session), caller=caller.e164)

    def read_turn(self, record: TurnRecord, drafts: Sequence[Draft] = ()) -> Kept:
        """The conversation of a record, its parked drafts as they stand now. Raises `CorruptState`."""
        opened = self._open(record.state, _turn_context(record.caller, record.session))
        try:
            # What we sealed is a number that was parsed: reading it again would take longer than all the rest.
            caller = PhoneNumber(str(opened.pop("caller")))
            order = [str(each) for each in opened[_PARKED]]
        except (KeyError, TypeError) as error:
            raise CorruptState("a turn has no caller or no list of drafts") from error
        conversation = Conversation.from_json({**opened, _PARKED: []})
        return Kept(_with_parked(conversation, drafts, order), caller)

    def draft_record(
        self, draft: Draft, caller_hash: bytes, *, owner: str, now: datetime, begun: DraftRecord | None
    ) -> DraftRecord:
        """A draft to save; `begun` is the stored one that it goes on from."""
        return DraftRecord(
            caller=caller_hash,
            id=UUID(draft.id),
            version=draft.version,
            owner_session=owner,
            flow=draft.flow,
            flow_version=str(draft.flow_version),
            state=self._seal(draft.to_json(), _draft_context(caller_hash, draft.id)),
            status=DRAFT_OPEN,
            created_at=begun.created_at if begun else now,
            expires_at=now + timedelta(days=DRAFT_DAYS),
        )

    def read_draft(self, record: DraftRecord) -> Draft:
        """The draft of a record. Raises `CorruptState`."""
        return Draft.from_json(self._open(record.state, _draft_context(record.caller, str(record.id))))

    def seal_arguments(self, arguments: Mapping[str, Value], caller_hash: bytes, key: str) -> bytes:
        """What a command was asked with, for whoever finishes it: a later release may ask with something else."""
        plain = _encode(mapping_to_json(arguments)).encode()
        return self._sealer.seal(plain, _claim_context(caller_hash, key))

    def open_arguments(self, record: TurnRecord, claim: Claim) -> dict[str, Value]:
        """The arguments of a claim. Raises `CorruptState`."""
        try:
            encoded = json.loads(self._sealer.open(claim.arguments, _claim_context(record.caller, claim.key)))
        except ValueError as error:
            raise CorruptState("a claim's arguments cannot be opened") from error
        return mapping_from_json(encoded)

    def _seal(self, state: dict[str, Any], context: str, **also: str) -> dict[str, Any]:
        sensitive = {name: state.pop(name) for name in SENSITIVE_MEMBERS}
        plain = _encode_sorted({**sensitive, **also}).encode()
        return {**state, _SEALED: base64.b64encode(self._sealer.seal(plain, context)).decode("ascii")}

    def _open(self, state: Mapping[str, Any], context: str) -> dict[str, Any]:
        try:
            sealed = base64.b64decode(state[_SEALED], validate=True)
            sensitive = json.loads(self._sealer.open(sealed, context))
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise CorruptState("what is sealed in a stored state cannot be opened") from error
        return {**{name: value for name, value in state.items() if name != _SEALED}, **sensitive}


def ended_draft(caller_hash: bytes, change: DraftEnded, now: datetime) -> DraftRecord:
    """A draft that is done with: nothing of what was typed stays."""
    return DraftRecord(
        caller=caller_hash,
        id=UUID(change.id),
        version=change.version + 1,
        owner_session="",
        flow=change.flow,
        flow_version="",
        state={},
        status=DRAFT_ENDED,
        created_at=now,
        expires_at=now,
    )


def draft_of(conversation: Conversation) -> tuple[UUID | None, int | None]:
    """The id and version of the form that a conversation is in, for the record beside it."""
    if not conversation.draft_version:
        return None, None
    return UUID(conversation.draft_id), conversation.draft_version


def service_key(channel: Channel, service: str) -> str:
    """What a turn is stored under: the same session id over two channels is two sessions."""
    return f"{channel}:{service}"


def channel_of(record: TurnRecord) -> Channel:
    """The channel of a stored turn."""
    return Channel(record.service.partition(":")[0])


def with_drafts(conversation: Conversation, drafts: Sequence[Draft]) -> Conversation:
    """A conversation just saved, as `read_turn` would bring it back: with its parked drafts as they stand now."""
    return _with_parked(conversation, drafts, [draft.id for draft in conversation.parked])


def _with_parked(conversation: Conversation, drafts: Sequence[Draft], order: Sequence[str]) -> Conversation:
    others = [draft for draft in drafts if not conversation.draft_id or draft.flow != conversation.flow]
    return replace(conversation, parked=_in_order(others, order))


def _in_order(drafts: Sequence[Draft], order: Sequence[str]) -> tuple[Draft, ...]:
    """Those that were parked before in their order (the first may be on the screen), then new ones, newest first."""
    place = {draft_id: position for position, draft_id in enumerate(order)}
    return tuple(sorted(drafts, key=lambda draft: place.get(draft.id, len(place))))


def _turn_context(caller_hash: bytes, session: str) -> str:
    return f"turn:{caller_hash.hex()}:{session}"


def _claim_context(caller_hash: bytes, key: str) -> str:
    return f"claim:{caller_hash.hex()}:{key}"


def _draft_context(caller_hash: bytes, draft_id: str) -> str:
    return f"draft:{caller_hash.hex()}:{draft_id}"
