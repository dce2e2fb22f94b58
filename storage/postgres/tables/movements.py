"""Money that left over a rail and money that arrived: payouts and payments. Wallets and payers are sealed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql

from core.records.loan import PayoutPurpose, PayoutStatus
from storage.postgres.tables.declaring import (
    code,
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

PAYMENT_STATUSES: Final = ("posted", "suspense", "assigned", "reversed", "refunding", "refunded")
"""Where a payment was put. A later assignment has its own row; the earlier one is then assigned or reversed."""

disbursements = district_table(
    "disbursements",
    identifier("id"),
    identifier("loan_id", nullable=True),
    identifier("mfi_id"),
    count("attempt"),
    text("rail"),
    text("reference"),
    octets("wallet_sealed"),
    text("wallet_tail"),
    lisente("amount_lisente"),
    code("status", PayoutStatus),
    identifier("released_by"),
    text("released_by_name"),
    instant("released_at"),
    text("failure_code"),
    text("rail_reference"),
    instant("settled_at", nullable=True),
    code("purpose", PayoutPurpose),
    identifier("payment_id", nullable=True),
    instant("unknown_since", nullable=True),
    instant("unknown_until", nullable=True),
    text("settled_by_name"),
    text("contradicted_by"),
    instant("contradicted_at", nullable=True),
    UniqueConstraint("district", "reference"),
    within_district(["loan_id"], "loans"),
    within_district(["payment_id"], "payments"),
    to_reference(["mfi_id"], "mfis"),
    CheckConstraint("amount_lisente > 0", name="amount_positive"),
    CheckConstraint(
        f"(loan_id is null) = (purpose = '{PayoutPurpose.SUSPENSE}')"
        f" and (payment_id is not null) = (purpose = '{PayoutPurpose.SUSPENSE}')",
        name="of_its_purpose",
    ),
)
# One payout of a loan is under way or has arrived. Unknown ones are left out: a failed one that is confirmed late,
# after another was sent, becomes unknown beside it, for a person to look at.
_LIVE: Final = (PayoutStatus.AWAITING_SECOND, PayoutStatus.QUEUED, PayoutStatus.SENT, PayoutStatus.CONFIRMED)
Index(
    "disbursements_one_live_ix",
    disbursements.c.district,
    disbursements.c.loan_id,
    unique=True,
    postgresql_where=sql(
        f"purpose = '{PayoutPurpose.LOAN}' and status in (" + ", ".join(f"'{status}'" for status in _LIVE) + ")"
    ),
)
# Money in suspense goes back once, and a loan's credit as often as there is some, but one refund at a time.
_SAME_MONEY: Final = ((PayoutPurpose.CREDIT, "loan_id"), (PayoutPurpose.SUSPENSE, "payment_id"))
for _purpose, _subject in _SAME_MONEY:
    Index(
        f"disbursements_one_{_purpose}_refund_ix",
        disbursements.c.district,
        disbursements.c[_subject],
        unique=True,
        postgresql_where=sql(f"purpose = '{_purpose}' and status in ('{PayoutStatus.QUEUED}', '{PayoutStatus.SENT}')"),
    )
Index(
    "disbursements_unsettled_ix",
    disbursements.c.district,
    disbursements.c.released_at,
    postgresql_where=sql(f"status in ('{PayoutStatus.SENT}', '{PayoutStatus.UNKNOWN}')"),
)
Index(None, disbursements.c.district, disbursements.c.mfi_id, disbursements.c.released_at)

payments = district_table(
    "payments",
    identifier("id"),
    identifier("mfi_id"),
    text("rail"),
    text("rail_reference"),
    count("assignment"),
    text("receipt"),
    lisente("amount_lisente"),
    octets("payer_sealed"),
    text("payer_tail"),
    text("account"),
    instant("paid_at"),
    day("value_on"),
    instant("recorded_at"),
    identifier("loan_id", nullable=True),
    identifier("borrower_id", nullable=True),
    code("status", PAYMENT_STATUSES),
    UniqueConstraint("district", "rail", "rail_reference", "assignment"),
    within_district(["loan_id"], "loans"),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
    CheckConstraint("amount_lisente > 0", name="amount_positive"),
)
Index(None, payments.c.mfi_id, payments.c.status, payments.c.paid_at)
Index(None, payments.c.mfi_id, payments.c.paid_at)
Index(None, payments.c.mfi_id, payments.c.value_on)
Index(None, payments.c.district, payments.c.receipt)
Index(None, payments.c.district, payments.c.loan_id)
