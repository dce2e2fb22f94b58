"""Districts, lenders and their products: the same on every node, written by administration alone."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, UniqueConstraint

from core.records.catalogue import RegulatoryStatus
from storage.postgres.tables.declaring import (
    code,
    count,
    document,
    flag,
    identifier,
    lisente,
    rate,
    reference_table,
    text,
    to_reference,
)

districts = reference_table(
    "districts",
    text("code"),
    count("cell_number", unique=True),
    text("name"),
    flag("accepts_new_borrowers"),
    CheckConstraint("cell_number between 10 and 99", name="cell_number_two_digits"),
    key=["code"],
)

mfis = reference_table(
    "mfis",
    identifier("id"),
    text("code", unique=True),
    text("name"),
    text("licence_number"),
    count("licence_tier"),
    code("regulatory_status", RegulatoryStatus),
    text("address"),
    text("phone"),
    text("complaints_phone"),
    text("head_office_district"),
    lisente("approval_limit_1_lisente"),
    lisente("disbursement_limit_2_lisente"),
    text("sms_sender_id", nullable=True),
    to_reference(["head_office_district"], "districts", ["code"]),
    key=["id"],
)

mfi_districts = reference_table(
    "mfi_districts",
    identifier("mfi_id"),
    # The ISO 3166-2 code: an MFI lends in the district whatever number of cells it has.
    text("iso_code"),
    to_reference(["mfi_id"], "mfis"),
    key=["mfi_id", "iso_code"],
)

rail_accounts = reference_table(
    "rail_accounts",
    text("rail"),
    text("account"),
    identifier("mfi_id"),
    UniqueConstraint("mfi_id", "rail"),
    to_reference(["mfi_id"], "mfis"),
    key=["rail", "account"],
)

product_versions = reference_table(
    "product_versions",
    identifier("product_id"),
    count("version"),
    identifier("mfi_id"),
    text("code"),
    document("names"),
    lisente("amount_min_lisente"),
    lisente("amount_max_lisente"),
    lisente("amount_step_lisente"),
    rate("instalment_share_limit"),
    count("offer_valid_days"),
    count("cooling_off_days"),
    flag("retired"),
    document("checks"),
    document("terms"),
    document("policy"),
    count("payoff_quote_days"),
    UniqueConstraint("mfi_id", "code", "version"),
    to_reference(["mfi_id"], "mfis"),
    CheckConstraint("amount_min_lisente > 0 and amount_min_lisente <= amount_max_lisente", name="amounts_in_order"),
    key=["product_id", "version"],
)

catalogue_state = reference_table(
    "catalogue_state",
    # One row: its version grows with every change of the tables above, so that a reader knows when to read again.
    count("id", autoincrement=False),
    count("version"),
    CheckConstraint("id = 1", name="one_row"),
    key=["id"],
)
