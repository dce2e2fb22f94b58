"""Where borrowers are paid, what holds their payouts back, what closes their loans, and what they were asked to pay."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index

from core.records.borrower import Channel
from core.records.wallet import CoolDownCause, PaymentRequestStatus
from storage.postgres.tables.declaring import (
    Writes,
    code,
    count,
    day,
    district_table,
    flag,
    identifier,
    instant,
    lisente,
    octets,
    text,
    within_district,
)

wallet_choices = district_table(
    "wallet_choices",
    identifier("borrower_id"),
    count("n"),
    text("rail"),
    octets("number_sealed"),
    text("number_tail"),
    flag("belongs_to_other"),
    code("channel", Channel),
    instant("chosen_at"),
    within_district(["borrower_id"], "borrowers"),
    key=["borrower_id", "n"],
    writes=Writes.APPEND,
)

cool_downs = district_table(
    "cool_downs",
    identifier("borrower_id"),
    code("cause", CoolDownCause),
    instant("began_at"),
    instant("ends_at"),
    within_district(["borrower_id"], "borrowers"),
    CheckConstraint("ends_at > began_at", name="takes_time"),
    key=["borrower_id", "began_at", "cause"],
    writes=Writes.APPEND,
)

payoff_quotes = district_table(
    "payoff_quotes",
    identifier("loan_id"),
    day("quoted_on"),
    count("after_n"),
    day("expires_on"),
    lisente("penalties_lisente"),
    lisente("fees_lisente"),
    lisente("interest_lisente"),
    lisente("principal_lisente"),
    instant("quoted_at"),
    within_district(["loan_id"], "loans"),
    CheckConstraint("expires_on >= quoted_on", name="days_in_order"),
    key=["loan_id", "quoted_on", "after_n"],
    writes=Writes.APPEND,
)

payment_requests = district_table(
    "payment_requests",
    text("reference"),
    identifier("loan_id"),
    text("loan_reference"),
    text("rail"),
    octets("payer_sealed"),
    text("payer_tail"),
    lisente("amount_lisente"),
    code("status", PaymentRequestStatus),
    text("failure_code"),
    instant("asked_at"),
    within_district(["loan_id"], "loans"),
    CheckConstraint("amount_lisente > 0", name="more_than_nothing"),
    key=["reference"],
)
Index(None, payment_requests.c.district, payment_requests.c.loan_id, payment_requests.c.asked_at)
