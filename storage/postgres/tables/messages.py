"""Message history and delivery by caller, and the log of who looked at a borrower's history."""

from __future__ import annotations

from sqlalchemy import Index

from storage.postgres.tables.declaring import (
    Writes,
    channel_table,
    count,
    identifier,
    instant,
    octets,
    text,
)

messages = channel_table(
    "messages",
    octets("caller"),
    identifier("id"),
    identifier("borrower_id", nullable=True),
    text("district"),
    identifier("mfi_id", nullable=True),
    text("channel"),
    text("direction"),
    text("kind"),
    octets("text_sealed"),
    count("parts"),
    text("state"),
    instant("created_at"),
    text("provider"),
    text("provider_id"),
    text("failure"),
    text("cost"),
    instant("reported_at", nullable=True),
    key=["caller", "id"],
    writes=Writes.REMOVE,
)
Index(None, messages.c.caller, messages.c.created_at)
Index("messages_created_at_ix", messages.c.created_at, postgresql_using="brin")

provider_messages = channel_table(
    "provider_messages",
    # A provider's delivery report knows its own number for a message only: this leads to the row.
    text("provider"),
    text("provider_id"),
    octets("caller"),
    identifier("message_id"),
    instant("created_at"),
    key=["provider_id", "provider"],
    writes=Writes.REMOVE,
)
Index("provider_messages_created_at_ix", provider_messages.c.created_at, postgresql_using="brin")

enquiries = channel_table(
    "enquiries",
    identifier("borrower_id"),
    instant("at"),
    identifier("mfi_id"),
    text("purpose"),
    identifier("staff_id", nullable=True),
    key=["borrower_id", "at", "mfi_id", "purpose"],
    writes=Writes.REMOVE,
)
Index("enquiries_at_ix", enquiries.c.at, postgresql_using="brin")
