"""Loans, what happened to them, and the projections made from that."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql

from core.ports.day_end import ORDINARY_EVENTS
from core.records.borrower import Channel
from core.records.loan import LoanStatus
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
    octets,
    text,
    to_reference,
    within_district,
)

loans = district_table(
    "loans",
    identifier("id"),
    text("reference"),
    identifier("application_id"),
    identifier("borrower_id"),
    identifier("mfi_id"),
    identifier("product_id"),
    count("product_version"),
    lisente("principal_lisente"),
    document("terms"),
    code("status", LoanStatus),
    day("offered_on"),
    day("offer_expires_on"),
    count("version"),
    instant("accepted_at", nullable=True),
    day("disbursed_on", nullable=True),
    day("closed_on", nullable=True),
    # From the loan's position, repeated here so that lists are in its order and PAR is read from one index.
    day("oldest_unpaid_due_on", nullable=True),
    lisente("outstanding_principal_lisente", nullable=True),
    UniqueConstraint("district", "reference"),
    UniqueConstraint("district", "application_id"),
    within_district(["application_id"], "applications"),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
    to_reference(["product_id", "product_version"], "product_versions", ["product_id", "version"]),
)
Index(None, loans.c.district, loans.c.borrower_id)
# Lists of a lender's loans begin with the lender: on a cluster a shard has one district, elsewhere most are asked for.
Index(
    "loans_arrears_ix",
    loans.c.mfi_id,
    loans.c.status,
    loans.c.oldest_unpaid_due_on,
    loans.c.reference,
    postgresql_include=["district", "outstanding_principal_lisente", "id"],
)
Index(None, loans.c.mfi_id, loans.c.oldest_unpaid_due_on, loans.c.reference)
Index(None, loans.c.district, loans.c.mfi_id, loans.c.disbursed_on, postgresql_include=["principal_lisente"])
Index(
    "loans_offer_expires_on_ix",
    loans.c.district,
    loans.c.offer_expires_on,
    postgresql_where=sql(f"status = '{LoanStatus.OFFERED}'"),
)

key_facts_accepted = district_table(
    "key_facts_accepted",
    identifier("loan_id"),
    document("figures"),
    octets("figures_hash"),
    text("text_version"),
    text("language"),
    code("channel", Channel),
    instant("accepted_at"),
    within_district(["loan_id"], "loans"),
    key=["loan_id"],
    writes=Writes.APPEND,
)

loan_events = district_table(
    "loan_events",
    identifier("loan_id"),
    count("n"),
    text("kind"),
    day("value_on"),
    instant("recorded_at"),
    day("business_on"),
    text("key"),
    document("data"),
    UniqueConstraint("district", "key"),
    within_district(["loan_id"], "loans"),
    key=["loan_id", "n"],
    writes=Writes.APPEND,
)
# What staff did to a loan: the close of a day replays these loans, and closes the others by the page.
Index(
    "loan_events_unusual_ix",
    loan_events.c.district,
    loan_events.c.loan_id,
    postgresql_where=sql("kind not in (" + ", ".join(f"'{kind}'" for kind in ORDINARY_EVENTS) + ")"),
)

instalments = district_table(
    "instalments",
    identifier("loan_id"),
    count("n"),
    identifier("mfi_id"),
    day("due_on"),
    lisente("principal_lisente"),
    lisente("interest_lisente"),
    lisente("fees_lisente"),
    lisente("penalties_lisente"),
    lisente("principal_paid_lisente"),
    lisente("interest_paid_lisente"),
    lisente("fees_paid_lisente"),
    lisente("penalties_paid_lisente"),
    lisente("waived_lisente"),
    day("settled_on", nullable=True),
    within_district(["loan_id"], "loans"),
    # A replay may drop the extra row that held a charge after the last due date.
    key=["loan_id", "n"],
    writes=Writes.REMOVE,
)
# In this order the close of a day reads a due date page by page.
Index(None, instalments.c.district, instalments.c.due_on, instalments.c.loan_id)
Index(
    "instalments_unsettled_ix",
    instalments.c.district,
    instalments.c.due_on,
    postgresql_where=sql("settled_on is null"),
)

loan_positions = district_table(
    "loan_positions",
    identifier("loan_id"),
    lisente("principal_lisente"),
    lisente("interest_lisente"),
    lisente("fees_lisente"),
    lisente("penalties_lisente"),
    lisente("overpaid_lisente"),
    lisente("principal_receivable_lisente"),
    lisente("interest_receivable_lisente"),
    lisente("fee_receivable_lisente"),
    lisente("penalty_receivable_lisente"),
    day("oldest_unpaid_due_on", nullable=True),
    lisente("next_due_lisente"),
    within_district(["loan_id"], "loans"),
    key=["loan_id"],
)
