"""Applications, each step they took, and the scores that advised the people who decided."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint

from core.credit.exposure import SharingLevel
from core.records.application import ApplicationStatus
from core.records.borrower import Channel, IncomeKind, Purpose
from storage.postgres.tables.declaring import (
    Writes,
    code,
    count,
    day,
    district_table,
    document,
    identifier,
    instant,
    lisente,
    text,
    to_reference,
    within_district,
)

applications = district_table(
    "applications",
    identifier("id"),
    text("reference"),
    identifier("borrower_id"),
    identifier("mfi_id"),
    identifier("product_id"),
    count("product_version"),
    lisente("amount_lisente"),
    count("periods"),
    code("purpose", Purpose),
    lisente("net_pay_lisente"),
    code("income_kind", IncomeKind),
    code("channel", Channel),
    identifier("draft_id"),
    code("status", ApplicationStatus),
    day("submitted_on"),
    instant("submitted_at"),
    count("version"),
    identifier("recommended_by", nullable=True),
    lisente("recommended_amount_lisente", nullable=True),
    identifier("first_approved_by", nullable=True),
    lisente("approved_amount_lisente", nullable=True),
    count("approved_periods", nullable=True),
    instant("decided_at", nullable=True),
    day("decided_on", nullable=True),
    text("reason_code", nullable=True),
    # The newest row of application_scores, repeated here so that the queue sorts and filters by it.
    count("latest_score", nullable=True),
    text("latest_band", nullable=True),
    UniqueConstraint("district", "reference"),
    UniqueConstraint("district", "draft_id"),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
    to_reference(["product_id", "product_version"], "product_versions", ["product_id", "version"]),
    CheckConstraint("amount_lisente > 0 and periods > 0", name="asks_for_something"),
    CheckConstraint("recommended_by <> first_approved_by", name="maker_is_not_checker"),
)
_COLUMNS = applications.c
Index(None, _COLUMNS.district, _COLUMNS.borrower_id)
Index(None, _COLUMNS.district, _COLUMNS.mfi_id, _COLUMNS.status, _COLUMNS.submitted_at)
Index(None, _COLUMNS.district, _COLUMNS.mfi_id, _COLUMNS.decided_on)


def _transitions(name: str, subject: str) -> Table:
    return district_table(
        name,
        identifier("subject_id"),
        count("n"),
        text("from_status", nullable=True),
        text("to_status"),
        text("actor_kind"),
        identifier("actor_id", nullable=True),
        text("actor_name"),
        text("role"),
        text("reason_code"),
        text("note"),
        instant("at"),
        day("business_on"),
        within_district(["subject_id"], subject),
        key=["subject_id", "n"],
        writes=Writes.APPEND,
    )


application_transitions = _transitions("application_transitions", "applications")
loan_transitions = _transitions("loan_transitions", "loans")

application_scores = district_table(
    "application_scores",
    identifier("application_id"),
    count("n"),
    text("scorecard_version"),
    count("score"),
    text("band"),
    document("inputs"),
    document("factors"),
    document("affordability"),
    instant("at"),
    day("business_on"),
    # The step that it advised, and what was seen then of other lenders and of the product's checks.
    count("transition_n", nullable=True),
    code("sharing", SharingLevel, nullable=True),
    document("exposure", nullable=True),
    document("findings"),
    within_district(["application_id"], "applications"),
    key=["application_id", "n"],
    writes=Writes.APPEND,
)
