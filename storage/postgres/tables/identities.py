"""Identities that came from another phone, and changes of a borrower's number or national ID.

Numbers and IDs are sealed; a number's tail (three digits) is all that a list shows of it.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql

from core.records.borrower import Channel
from core.records.identity import CaseOutcome, CaseStatus, ChangeKind, ChangeStatus
from storage.postgres.tables.declaring import (
    code,
    count,
    district_table,
    flag,
    identifier,
    instant,
    octets,
    text,
    to_reference,
    within_district,
)

identity_cases = district_table(
    "identity_cases",
    identifier("id"),
    identifier("borrower_id"),
    identifier("mfi_id"),
    octets("phone_sealed"),
    text("phone_tail"),
    text("given_names"),
    text("surname"),
    flag("same_birth_date"),
    code("channel", Channel),
    code("status", CaseStatus),
    instant("opened_at"),
    instant("tried_at"),
    count("tries"),
    count("version"),
    identifier("change_id", nullable=True),
    code("outcome", CaseOutcome, nullable=True),
    text("note"),
    identifier("closed_by", nullable=True),
    text("closed_by_name"),
    instant("closed_at", nullable=True),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
)
Index(None, identity_cases.c.district, identity_cases.c.borrower_id)
Index(None, identity_cases.c.district, identity_cases.c.mfi_id, identity_cases.c.status, identity_cases.c.opened_at)

identity_changes = district_table(
    "identity_changes",
    identifier("id"),
    identifier("borrower_id"),
    identifier("mfi_id"),
    code("kind", ChangeKind),
    octets("old_sealed"),
    octets("new_sealed"),
    text("reason"),
    identifier("made_by"),
    text("made_by_name"),
    instant("made_at"),
    code("status", ChangeStatus),
    identifier("case_id", nullable=True),
    count("version"),
    identifier("decided_by", nullable=True),
    text("decided_by_name"),
    instant("decided_at", nullable=True),
    text("decision_note"),
    identifier("gives_up", nullable=True),
    identifier("reservation_id", nullable=True),
    instant("done_at", nullable=True),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
    CheckConstraint("made_by <> decided_by", name="maker_is_not_checker"),
)
Index(
    "identity_changes_one_under_way_ix",
    identity_changes.c.district,
    identity_changes.c.borrower_id,
    unique=True,
    postgresql_where=sql(f"status in ('{ChangeStatus.PROPOSED}', '{ChangeStatus.AGREED}')"),
)
Index(
    None, identity_changes.c.district, identity_changes.c.mfi_id, identity_changes.c.status, identity_changes.c.made_at
)
