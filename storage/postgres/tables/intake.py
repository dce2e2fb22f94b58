"""The journal of what came in and must take effect exactly once."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy import text as sql

from core.ports.intake import IntakeStatus
from storage.postgres.tables.declaring import Writes, channel_table, code, count, instant, octets, text

intake = channel_table(
    "intake",
    text("scope"),
    text("reference"),
    text("kind"),
    text("district"),
    octets("digest"),
    octets("payload"),
    code("status", IntakeStatus),
    instant("received_at"),
    count("attempts"),
    text("last_error"),
    text("target"),
    instant("marked_at", nullable=True),
    text("owner", nullable=True),
    key=["reference", "scope"],
)
Index(
    "intake_waiting_ix",
    intake.c.district,
    intake.c.received_at,
    postgresql_where=sql(f"status = '{IntakeStatus.WAITING}'"),
)
Index(
    "intake_set_aside_ix",
    intake.c.district,
    intake.c.received_at,
    postgresql_where=sql(f"status = '{IntakeStatus.SET_ASIDE}'"),
)

intake_owners = channel_table(
    "intake_owners",
    text("owner"),
    text("scope"),
    text("reference"),
    key=["owner", "scope", "reference"],
    writes=Writes.REMOVE,
)
"""Where an owner's open rows are found, which lie by their own key: written before a row, removed after its end."""
