"""Who is who across districts: phone numbers, identities, reference numbers, staff e-mails, each by its own key."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy import text as sql

from storage.postgres.tables.declaring import (
    Writes,
    channel_table,
    code,
    count,
    flag,
    identifier,
    instant,
    octets,
    text,
)

RESERVATION_STATES = ("reserved", "active")

phones = channel_table(
    "phones",
    octets("phone_hash"),
    code("state", RESERVATION_STATES),
    text("district"),
    identifier("borrower_id"),
    identifier("draft_id"),
    text("language"),
    text("pin_hash"),
    count("pin_failures"),
    instant("pin_locked_until", nullable=True),
    flag("pin_needs_officer"),
    text("last_pin_attempt"),
    text("last_pin_result"),
    instant("reserved_at", nullable=True),
    count("version"),
    key=["phone_hash"],
    writes=Writes.REMOVE,
)
Index("phones_reserved_ix", phones.c.district, phones.c.reserved_at, postgresql_where=sql("state = 'reserved'"))

identities = channel_table(
    "identities",
    octets("identity_hash"),
    code("state", RESERVATION_STATES),
    text("district"),
    identifier("borrower_id"),
    identifier("draft_id"),
    instant("reserved_at"),
    key=["identity_hash"],
    writes=Writes.REMOVE,
)
Index(
    "identities_reserved_ix",
    identities.c.district,
    identities.c.reserved_at,
    postgresql_where=sql("state = 'reserved'"),
)

reference_numbers = channel_table(
    "reference_numbers",
    text("reference"),
    text("kind"),
    text("district"),
    text("owner"),
    key=["reference"],
    writes=Writes.APPEND,
)

staff_emails = channel_table(
    "staff_emails",
    octets("email_hash"),
    text("district"),
    identifier("staff_id"),
    key=["email_hash"],
    writes=Writes.APPEND,
)
