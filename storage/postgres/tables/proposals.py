"""Changes to the books that wait for a second person, and those that got an answer."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql

from core.records.proposal import ProposalKind, ProposalStatus
from storage.postgres.tables.declaring import (
    code,
    count,
    district_table,
    document,
    identifier,
    instant,
    text,
    to_reference,
)

proposals = district_table(
    "proposals",
    identifier("id"),
    identifier("mfi_id"),
    code("kind", ProposalKind),
    text("subject"),
    document("data"),
    text("reason"),
    identifier("made_by"),
    text("made_by_name"),
    instant("made_at"),
    code("status", ProposalStatus),
    count("version"),
    identifier("decided_by", nullable=True),
    text("decided_by_name"),
    instant("decided_at", nullable=True),
    text("decision_note"),
    to_reference(["mfi_id"], "mfis"),
    CheckConstraint("made_by <> decided_by", name="maker_is_not_checker"),
)
Index(
    "proposals_one_pending_ix",
    proposals.c.district,
    proposals.c.mfi_id,
    proposals.c.kind,
    proposals.c.subject,
    unique=True,
    postgresql_where=sql(f"status = '{ProposalStatus.PENDING}'"),
)
Index(None, proposals.c.mfi_id, proposals.c.status, proposals.c.made_at)
