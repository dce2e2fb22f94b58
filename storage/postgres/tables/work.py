"""What a district has done and has to do: business days, keys of commands, outbox, jobs and audit trail."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql

from storage.postgres.tables.declaring import (
    Writes,
    count,
    day,
    district_table,
    document,
    identifier,
    instant,
    octets,
    text,
    to_reference,
)

district_days = district_table(
    "district_days",
    day("business_on"),
    # The open day has no instant here, and there is one of them; a closed one keeps what its close did.
    instant("closed_at", nullable=True),
    document("counts", nullable=True),
    to_reference(["district"], "districts", ["code"]),
    key=["business_on"],
)
Index(
    "district_days_one_open_ix",
    district_days.c.district,
    unique=True,
    postgresql_where=sql("closed_at is null"),
)

commands = district_table(
    "commands",
    text("key"),
    octets("digest"),
    document("outcome", nullable=True),
    instant("claimed_at"),
    key=["key"],
    writes=Writes.REMOVE,
)
# Both are removed in the order in which they came: a block range is enough to find what is old, and costs nothing.
Index("commands_claimed_at_ix", commands.c.claimed_at, postgresql_using="brin")

outbox = district_table(
    "outbox",
    identifier("id"),
    text("topic"),
    text("kind"),
    text("key"),
    document("data"),
    instant("due_at"),
    count("attempts"),
    text("last_error"),
    instant("added_at"),
    # Done or given up: never both, and never taken again.
    instant("done_at", nullable=True),
    instant("given_up_at", nullable=True),
    UniqueConstraint("district", "key"),
    writes=Writes.REMOVE,
)
Index("outbox_added_at_ix", outbox.c.added_at, postgresql_using="brin")
Index(
    "outbox_due_ix",
    outbox.c.district,
    outbox.c.due_at,
    postgresql_where=sql("done_at is null and given_up_at is null"),
)

job_runs = district_table(
    "job_runs",
    text("job"),
    day("run_on"),
    text("holder"),
    instant("leased_until"),
    instant("finished_at", nullable=True),
    document("counts", nullable=True),
    key=["job", "run_on"],
)

audit_entries = district_table(
    "audit_entries",
    identifier("id"),
    identifier("mfi_id"),
    instant("at"),
    identifier("actor_id", nullable=True),
    text("actor_name"),
    text("action"),
    text("subject"),
    document("details"),
    text("ip"),
    to_reference(["mfi_id"], "mfis"),
    writes=Writes.APPEND,
)
Index(None, audit_entries.c.district, audit_entries.c.mfi_id, audit_entries.c.subject, audit_entries.c.at)
Index(None, audit_entries.c.district, audit_entries.c.mfi_id, audit_entries.c.at, audit_entries.c.id)

# A seal is about the entries of one lender after one instant and up to another: each entry's digest by its id.
audit_seals = district_table(
    "audit_seals",
    identifier("mfi_id"),
    count("n"),
    instant("after_at"),
    instant("through_at"),
    document("entries"),
    octets("previous"),
    octets("seal"),
    instant("sealed_at"),
    to_reference(["mfi_id"], "mfis"),
    key=["mfi_id", "n"],
    writes=Writes.APPEND,
)
