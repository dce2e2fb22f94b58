"""Chats with our bot, the numbers that they count as, and what came in from them. Keyed by the chat, or the number."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index
from sqlalchemy import text as sql

from core.ports.chats import ChatUpdateStatus
from storage.postgres.tables.declaring import (
    Writes,
    channel_table,
    code,
    count,
    flag,
    instant,
    octets,
    text,
)

chats = channel_table(
    "chats",
    octets("key"),
    octets("caller"),
    octets("phone"),
    text("language"),
    text("session"),
    count("turn"),
    instant("session_until", nullable=True),
    flag("awaits_secret"),
    octets("code_digest"),
    instant("code_until", nullable=True),
    count("code_tries"),
    count("codes_sent"),
    instant("codes_since", nullable=True),
    count("version"),
    text("leased_by"),
    instant("leased_until", nullable=True),
    key=["key"],
    writes=Writes.REMOVE,
)

chat_links = channel_table(
    "chat_links",
    octets("caller"),
    octets("chat"),
    octets("address"),
    instant("linked_at"),
    flag("is_reachable"),
    count("version"),
    key=["caller"],
)

chat_updates = channel_table(
    "chat_updates",
    octets("chat"),
    text("bot"),
    Column("update_id", BigInteger, nullable=False),
    octets("payload"),
    code("status", ChatUpdateStatus),
    instant("received_at"),
    instant("due_at"),
    count("attempts"),
    text("last_error"),
    # The provider numbers updates for each bot, and one number is always of one chat: so is each kept once.
    key=["chat", "bot", "update_id"],
    writes=Writes.REMOVE,
)
Index(
    "chat_updates_waiting_ix",
    chat_updates.c.due_at,
    postgresql_where=sql(f"status = '{ChatUpdateStatus.WAITING}'"),
)
Index("chat_updates_received_at_ix", chat_updates.c.received_at, postgresql_using="brin")
