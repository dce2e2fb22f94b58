"""Where each session stands and what each caller began. Keyed by the caller, so that a hop touches one shard.

`expires_at` has a block-range index: unlike a tree it does not stand in the way of updates that stay within their page,
and rows that expire together lie together.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql

from storage.postgres.tables.declaring import (
    Writes,
    channel_table,
    count,
    document,
    flag,
    identifier,
    instant,
    octets,
    text,
)

turns = channel_table(
    "turns",
    octets("caller"),
    text("service"),
    text("session"),
    count("turn"),
    text("flow_version"),
    text("screen"),
    document("state"),
    identifier("draft_id", nullable=True),
    count("draft_version", nullable=True),
    count("transcript_length"),
    octets("transcript_hmac"),
    count("transcript_key_id"),
    text("reply"),
    flag("ended"),
    count("claim_turn", nullable=True),
    octets("claim_input_digest", nullable=True),
    text("claim_command", nullable=True),
    text("claim_key", nullable=True),
    octets("claim_arguments", nullable=True),
    instant("claimed_at", nullable=True),
    flag("claim_owes_message", nullable=True),
    instant("updated_at"),
    instant("expires_at"),
    CheckConstraint(
        "num_nulls(claim_turn, claim_input_digest, claim_command, claim_key, claim_arguments, claimed_at, "
        "claim_owes_message) in (0, 7)",
        name="claim_whole",
    ),
    key=["caller", "service", "session"],
    writes=Writes.REMOVE,
    room_percent=30,
)
Index("turns_claimed_at_ix", turns.c.claimed_at, postgresql_where=sql("claimed_at is not null"))
Index("turns_expires_at_ix", turns.c.expires_at, postgresql_using="brin")

drafts = channel_table(
    "drafts",
    octets("caller"),
    identifier("id"),
    count("version"),
    text("owner_session"),
    text("flow"),
    text("flow_version"),
    document("state"),
    text("status"),
    instant("created_at"),
    instant("expires_at"),
    key=["caller", "id"],
    writes=Writes.REMOVE,
    room_percent=30,
)
Index("drafts_expires_at_ix", drafts.c.expires_at, postgresql_using="brin")
