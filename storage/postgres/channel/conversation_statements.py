"""The SQL of turns and drafts, put together once at import from the lists of their columns.

A hop reads once and writes once, so each is one statement, whatever it touches: a session's turn, other turns that hold
a claim, the drafts and the directory entry in one read; a turn and its draft, both or neither, in one write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from storage.postgres.channel.directory import PHONE_COLUMNS

# Column and type: in `insert … select` a parameter does not take its type from the column that it is for.
TURN_COLUMNS: Final = (
    ("caller", "bytea"),
    ("service", "text"),
    ("session", "text"),
    ("turn", "int"),
    ("flow_version", "text"),
    ("screen", "text"),
    ("state", "jsonb"),
    ("draft_id", "uuid"),
    ("draft_version", "int"),
    ("transcript_length", "int"),
    ("transcript_hmac", "bytea"),
    ("transcript_key_id", "int"),
    ("reply", "text"),
    ("ended", "bool"),
    ("claim_turn", "int"),
    ("claim_input_digest", "bytea"),
    ("claim_command", "text"),
    ("claim_key", "text"),
    ("claim_arguments", "bytea"),
    ("claimed_at", "timestamptz"),
    ("claim_owes_message", "bool"),
    ("updated_at", "timestamptz"),
    ("expires_at", "timestamptz"),
)
DRAFT_COLUMNS: Final = (
    ("caller", "bytea"),
    ("id", "uuid"),
    ("version", "int"),
    ("owner_session", "text"),
    ("flow", "text"),
    ("flow_version", "text"),
    ("state", "jsonb"),
    ("status", "text"),
    ("created_at", "timestamptz"),
    ("expires_at", "timestamptz"),
)

_PHONE_TYPES: Final = {
    "phone_hash": "bytea",
    "borrower_id": "uuid",
    "draft_id": "uuid",
    "pin_failures": "int",
    "pin_locked_until": "timestamptz",
    "pin_needs_officer": "bool",
    "reserved_at": "timestamptz",
    "version": "int",
}
_WIDE: Final = (
    *((f"t_{name}", f"turns.{name}", kind) for name, kind in TURN_COLUMNS),
    *((f"d_{name}", f"drafts.{name}", kind) for name, kind in DRAFT_COLUMNS),
    *((f"p_{name}", f"phones.{name}", _PHONE_TYPES.get(name, "text")) for name in PHONE_COLUMNS),
)


def _branch(table: str, condition: str) -> str:
    """One part of the union: the columns of one table, nothing in those of the others."""
    columns = (
        f"{source} as {alias}" if source.startswith(f"{table}.") else f"null::{kind} as {alias}"
        for alias, source, kind in _WIDE
    )
    return f"select {', '.join(columns)} from channel.{table} where {condition}"  # noqa: S608 - constants


LOAD: Final = " union all ".join(
    (
        _branch(
            "turns",
            "turns.caller = $1 and turns.expires_at > $4 "
            "and ((turns.service = $2 and turns.session = $3) or turns.claimed_at is not null)",
        ),
        _branch("drafts", "drafts.caller = $1 and drafts.expires_at > $4"),
        _branch("phones", "phones.phone_hash = $1"),
    )
)
"""$1 caller, $2 service, $3 session, $4 now. A row is of the table whose key is not null."""

STALE_CLAIMS: Final = f"""
    select {", ".join(f"{name} as t_{name}" for name, _ in TURN_COLUMNS)}
    from channel.turns where claimed_at < $1 order by claimed_at limit $2
"""  # noqa: S608 - constants

FORGET: Final = """
    with of_lately as (
        select draft_id from channel.turns where caller = $1 and draft_id is not null and updated_at >= $3
    ), forgotten_turns as (
        delete from channel.turns
        where caller = $1 and ($2::uuid is null or draft_id is distinct from $2)
            and ($3::timestamptz is null or updated_at < $3)
    )
    delete from channel.drafts
    where caller = $1 and id is distinct from $2 and id not in (select draft_id from of_lately)
"""
"""$1 caller, $2 the draft that stays, null for none, $3 since when a turn stays with its draft, null for never."""

_TURN_KEY: Final = 3
_DRAFT_KEY: Final = 2


def _names(columns: Sequence[tuple[str, str]], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{name}" for name, _ in columns)


def _values(columns: Sequence[tuple[str, str]], first: int) -> str:
    return ", ".join(f"${n}::{kind}" for n, (_, kind) in enumerate(columns, start=first))


# The key is never set, not even to what it is: a cluster refuses to change the column that distributes a table.
_UPDATED_AT, _EXPECTED_TURN, _EXPECTED_CLAIM = "$22", "$24", "$25"

_INSERT_TURN: Final = f"""
    insert into channel.turns ({_names(TURN_COLUMNS)}) values ({_values(TURN_COLUMNS, 1)})
    on conflict (caller, service, session) do update
        set ({_names(TURN_COLUMNS[_TURN_KEY:])}) = ({_names(TURN_COLUMNS[_TURN_KEY:], "excluded.")})
        where turns.expires_at <= excluded.updated_at
    returning 1 as saved
"""  # noqa: S608 - constants
_UPDATE_TURN: Final = f"""
    update channel.turns set ({_names(TURN_COLUMNS[_TURN_KEY:])}) = ({_values(TURN_COLUMNS[_TURN_KEY:], _TURN_KEY + 1)})
    where caller = $1 and service = $2 and session = $3
        and turn = {_EXPECTED_TURN} and claim_key is not distinct from {_EXPECTED_CLAIM}
        and expires_at > {_UPDATED_AT}
    returning 1 as saved
"""  # noqa: S608 - constants


def _insert_draft(first: int) -> str:
    return f"""
        insert into channel.drafts ({_names(DRAFT_COLUMNS)}) select {_values(DRAFT_COLUMNS, first)} from saved_turn
        on conflict (caller, id) do update
            set ({_names(DRAFT_COLUMNS[_DRAFT_KEY:])}) = ({_names(DRAFT_COLUMNS[_DRAFT_KEY:], "excluded.")})
            where drafts.expires_at <= {_UPDATED_AT}
        returning 1
    """  # noqa: S608 - constants


def _update_draft(first: int) -> str:
    changing, expected = DRAFT_COLUMNS[_DRAFT_KEY:], first + len(DRAFT_COLUMNS)
    return f"""
        update channel.drafts set ({_names(changing)}) = ({_values(changing, first + _DRAFT_KEY)}) from saved_turn
        where caller = ${first} and id = ${first + 1} and version = ${expected}
        returning 1
    """  # noqa: S608 - constants


def _both(turn: str, draft: str) -> str:
    """Turn and draft in one statement.

    A statement cannot take its first half back but by failing: with the turn saved and the draft not, it divides by
    zero, which undoes the turn.
    """
    return f"""
        with saved_turn as ({turn}), saved_draft as ({draft})
        select case (select count(*) from saved_turn) when 0 then 0
            else 1 / (select count(*) from saved_draft) end as saved
    """  # noqa: S608 - constants


_AFTER_INSERT: Final = len(TURN_COLUMNS) + 1
_AFTER_UPDATE: Final = len(TURN_COLUMNS) + 3

# By: is the session new? and: no draft (None), a new draft (True), or a newer version of one (False).
SAVE: Final[dict[tuple[bool, bool | None], str]] = {
    (True, None): _INSERT_TURN,
    (False, None): _UPDATE_TURN,
    (True, True): _both(_INSERT_TURN, _insert_draft(_AFTER_INSERT)),
    (True, False): _both(_INSERT_TURN, _update_draft(_AFTER_INSERT)),
    (False, True): _both(_UPDATE_TURN, _insert_draft(_AFTER_UPDATE)),
    (False, False): _both(_UPDATE_TURN, _update_draft(_AFTER_UPDATE)),
}
"""Values: the turn's columns; the expected turn and claim key unless the session is new; the draft's columns; its
expected version unless it is new. The one row says whether it was saved; no row and zero mean that it was lost."""
