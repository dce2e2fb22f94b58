"""What borrowers ask of people: a PIN set anew, an answer to a returned application, a complaint."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint

from core.records.answer import Question
from core.records.borrower import Channel
from core.records.complaint import ComplaintKind, ComplaintStatus
from core.records.recovery import ResetProof
from storage.postgres.tables.declaring import (
    Writes,
    code,
    count,
    day,
    district_table,
    identifier,
    instant,
    octets,
    text,
    to_reference,
    within_district,
)

pin_resets = district_table(
    "pin_resets",
    identifier("id"),
    identifier("borrower_id"),
    identifier("mfi_id"),
    octets("code_digest"),
    identifier("started_by"),
    text("started_by_name"),
    instant("started_at"),
    instant("expires_at"),
    count("tries"),
    instant("verified_at", nullable=True),
    instant("used_at", nullable=True),
    code("proof", ResetProof),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
)
Index(None, pin_resets.c.district, pin_resets.c.borrower_id, pin_resets.c.started_at)

application_answers = district_table(
    "application_answers",
    identifier("application_id"),
    count("n"),
    code("question", Question),
    text("was"),
    text("now"),
    code("channel", Channel),
    instant("at"),
    day("business_on"),
    within_district(["application_id"], "applications"),
    key=["application_id", "n"],
    writes=Writes.APPEND,
)

complaints = district_table(
    "complaints",
    identifier("id"),
    text("reference"),
    identifier("borrower_id"),
    identifier("mfi_id"),
    code("kind", ComplaintKind),
    text("words"),
    code("channel", Channel),
    code("status", ComplaintStatus),
    day("opened_on"),
    instant("opened_at"),
    day("due_on"),
    count("version"),
    text("answer"),
    identifier("answered_by", nullable=True),
    text("answered_by_name"),
    instant("answered_at", nullable=True),
    text("closing_note"),
    identifier("closed_by", nullable=True),
    text("closed_by_name"),
    instant("closed_at", nullable=True),
    UniqueConstraint("district", "reference"),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
)
Index(None, complaints.c.district, complaints.c.borrower_id)
Index(None, complaints.c.district, complaints.c.mfi_id, complaints.c.status, complaints.c.due_on)
