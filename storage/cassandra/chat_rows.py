"""Chats, updates and links as rows, and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from core.ports.chats import Chat, ChatLink, ChatUpdate, ChatUpdateStatus
from storage.cassandra.instants import to_instant, to_microseconds
from storage.cassandra.session import Row

CHAT_COLUMNS: Final = tuple(field.name for field in fields(Chat))
UPDATE_COLUMNS: Final = tuple(field.name for field in fields(ChatUpdate))
LINK_COLUMNS: Final = tuple(field.name for field in fields(ChatLink))

_INSTANTS: Final = frozenset({"session_until", "code_until", "codes_since", "received_at", "due_at", "linked_at"})


def values_of(record: Chat | ChatUpdate | ChatLink, columns: tuple[str, ...]) -> tuple[object, ...]:
    """The record's values in the order of the columns, instants as microseconds."""
    return tuple(_stored(getattr(record, name)) for name in columns)


def chat_record(row: Row) -> Chat:
    """The chat in the static columns of a row."""
    return Chat(**_told(row, CHAT_COLUMNS))


def update_record(row: Row) -> ChatUpdate:
    """The update in a row of its chat."""
    values = _told({**row, "chat": row["key"]}, UPDATE_COLUMNS)
    return ChatUpdate(**values | {"status": ChatUpdateStatus(row["status"])})


def link_record(row: Row) -> ChatLink:
    """The link in a row."""
    return ChatLink(**_told(row, LINK_COLUMNS))


def _stored(value: object) -> object:
    return to_microseconds(value) if isinstance(value, datetime) else value


def _told(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: to_instant(row[name]) if name in _INSTANTS else row[name] for name in columns}
