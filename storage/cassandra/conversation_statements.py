"""The CQL of turns and drafts, put together once at import from the lists of their columns.

A caller's rows are one partition, so whatever a hop saves is one lightweight transaction: the turn, its draft, and the
mark that the turn holds a claim.
"""

from __future__ import annotations

from typing import Final

from storage.cassandra.session import Condition, Query, Statement, Write

TURN: Final = "turn"
DRAFT: Final = "draft"
CLAIM: Final = "claim"

TURN_COLUMNS: Final = (
    "turn",
    "flow_version",
    "screen",
    "state",
    "draft_id",
    "draft_version",
    "transcript_length",
    "transcript_hmac",
    "transcript_key_id",
    "reply",
    "ended",
    "claim_turn",
    "claim_input_digest",
    "claim_command",
    "claim_key",
    "claim_arguments",
    "claimed_at",
    "claim_owes_message",
    "updated_at",
    "expires_at",
)
DRAFT_COLUMNS: Final = (
    "version",
    "owner_session",
    "flow",
    "flow_version",
    "state",
    "status",
    "created_at",
    "expires_at",
)
_KEY: Final = ("caller", "kind", "service", "session")
_WHERE: Final = " and ".join(f"{name} = ?" for name in _KEY)
_READ_COLUMNS: Final = ", ".join(dict.fromkeys((*_KEY, *TURN_COLUMNS, *DRAFT_COLUMNS)))


def _update(columns: tuple[str, ...], condition: str) -> Condition:
    assignments = ", ".join(f"{name} = ?" for name in columns)
    return Condition(f"update conversations using ttl ? set {assignments} where {_WHERE} if {condition}")  # noqa: S608 - constants


OWN_TURN: Final = Query(f"select {_READ_COLUMNS} from conversations where {_WHERE}")  # noqa: S608 - constants
"""Values: caller, kind, service, session."""
DRAFTS_AND_CLAIMS: Final = Query(
    f"select {_READ_COLUMNS} from conversations where caller = ? and kind in ('{CLAIM}', '{DRAFT}')"  # noqa: S608 - constants
)

# Values: TTL, columns, key, what is expected. A row that must not be there is made by an update, too: an insert would
# mark the row as such, and the mark could outlive the columns when a later save ends them sooner.
MAKE_TURN: Final = _update(TURN_COLUMNS, "turn = null")
MAKE_DRAFT: Final = _update(DRAFT_COLUMNS, "version = null")
UPDATE_TURN: Final = _update(TURN_COLUMNS, "turn = ? and claim_key = ? and expires_at > ?")
UPDATE_DRAFT: Final = _update(DRAFT_COLUMNS, "version = ?")
REPLACE_TURN: Final = _update(TURN_COLUMNS, "expires_at <= ?")
REPLACE_DRAFT: Final = _update(DRAFT_COLUMNS, "expires_at <= ?")
MARK_CLAIM: Final = Condition(
    "insert into conversations (caller, kind, service, session) values (?, ?, ?, ?) using ttl ?"
)
UNMARK_CLAIM: Final = Condition(f"delete from conversations where {_WHERE}")  # noqa: S608 - constants

FORGET: Final = Condition(f"delete from conversations where {_WHERE} if exists")  # noqa: S608 - constants
ALL_ROWS: Final = Query(f"select {_READ_COLUMNS} from conversations where caller = ?")  # noqa: S608 - constants

OPEN_CLAIM: Final = Write(
    "insert into open_claims (shard, caller, service, session, turn, claimed_at) values (?, ?, ?, ?, ?, ?) using ttl ?"
)
CLOSE_CLAIM: Final = Write(
    "delete from open_claims where shard = ? and caller = ? and service = ? and session = ? and turn = ?"
)
OPEN_CLAIMS: Final = Query(
    "select caller, service, session, turn, claimed_at from open_claims where shard = ? limit 1000"
)

STATEMENTS: Final[tuple[Statement, ...]] = (
    OWN_TURN,
    DRAFTS_AND_CLAIMS,
    MAKE_TURN,
    MAKE_DRAFT,
    UPDATE_TURN,
    UPDATE_DRAFT,
    REPLACE_TURN,
    REPLACE_DRAFT,
    MARK_CLAIM,
    UNMARK_CLAIM,
    FORGET,
    ALL_ROWS,
    OPEN_CLAIM,
    CLOSE_CLAIM,
    OPEN_CLAIMS,
)
