"""The books: journals of postings. Each posting moves one amount from one account to another, so they always balance.

The product's role may read and add rows, nothing else. What was wrong is reversed by a mirror journal.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from storage.postgres.tables.declaring import (
    Writes,
    count,
    day,
    district_table,
    identifier,
    instant,
    lisente,
    octets,
    text,
    to_reference,
    within_district,
)

journals = district_table(
    "journals",
    # What the movement is (`interest:{loan}:{n}`), so that it can be posted once only.
    text("key"),
    text("kind"),
    identifier("mfi_id"),
    identifier("loan_id", nullable=True),
    day("value_on"),
    instant("recorded_at"),
    day("business_on"),
    octets("content_hash"),
    text("reverses_key", nullable=True),
    text("transfer_id", nullable=True),
    # Recording order within a loan: the journals of one transaction share their instant.
    count("n"),
    UniqueConstraint("district", "reverses_key"),
    to_reference(["mfi_id"], "mfis"),
    within_district(["loan_id"], "loans"),
    within_district(["reverses_key"], "journals", ["key"]),
    CheckConstraint("reverses_key <> key", name="reverses_another"),
    key=["key"],
    writes=Writes.APPEND,
)
Index(None, journals.c.district, journals.c.loan_id, journals.c.n)
Index(None, journals.c.district, journals.c.transfer_id, postgresql_where=journals.c.transfer_id.is_not(None))

postings = district_table(
    "postings",
    text("journal_key"),
    count("n"),
    identifier("mfi_id"),
    text("debit"),
    text("credit"),
    lisente("amount_lisente"),
    identifier("loan_id", nullable=True),
    count("instalment", nullable=True),
    within_district(["journal_key"], "journals", ["key"]),
    CheckConstraint("amount_lisente > 0", name="amount_positive"),
    CheckConstraint("debit <> credit", name="moves_between_accounts"),
    key=["journal_key", "n"],
    writes=Writes.APPEND,
)
Index(None, postings.c.district, postings.c.loan_id)
# Balances are sums over one account: both indexes carry the amount, so that the table itself is not read.
Index(
    "postings_debit_ix",
    postings.c.district,
    postings.c.mfi_id,
    postings.c.debit,
    postgresql_include=["amount_lisente"],
)
Index(
    "postings_credit_ix",
    postings.c.district,
    postings.c.mfi_id,
    postings.c.credit,
    postgresql_include=["amount_lisente"],
)
