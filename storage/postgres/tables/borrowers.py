"""Borrowers, what they agreed to, and how lenders made sure who they are.

Names are plain, because staff search by their beginning; indexes hold them folded. Phone number, national ID and date
of birth are sealed; phone and ID are found by keyed hash, and `phone_tail` (three digits) is all that a list shows.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, literal_column

from core.records.borrower import IDENTITY_CHECK_METHODS, Channel, ConsentKind, Language
from storage.postgres.folding import folded
from storage.postgres.tables.declaring import (
    Writes,
    code,
    day,
    district_table,
    flag,
    identifier,
    instant,
    octets,
    text,
    to_reference,
    within_district,
)

borrowers = district_table(
    "borrowers",
    identifier("id"),
    octets("phone_hash"),
    octets("phone_sealed"),
    text("phone_tail"),
    code("language", Language),
    text("given_names"),
    text("surname"),
    octets("national_id_hash"),
    octets("national_id_sealed"),
    octets("date_of_birth_sealed"),
    text("residence_district"),
    day("registered_on"),
    instant("registered_at"),
    code("channel", Channel),
    flag("blocked"),
    flag("wants_reminders"),
    to_reference(["district"], "districts", ["code"]),
    UniqueConstraint("district", "national_id_hash"),
)
Index(None, borrowers.c.district, borrowers.c.phone_hash)
Index(
    "borrowers_surname_ix",
    borrowers.c.district,
    literal_column(folded("surname")).label("surname_folded"),
    postgresql_ops={"surname_folded": "text_pattern_ops"},
)
# Without the space between them, which folding would only take away.
Index(
    "borrowers_full_name_ix",
    borrowers.c.district,
    literal_column(folded("given_names || surname")).label("name_folded"),
    postgresql_ops={"name_folded": "text_pattern_ops"},
)

consents = district_table(
    "consents",
    identifier("borrower_id"),
    code("kind", ConsentKind),
    instant("given_at"),
    code("channel", Channel),
    text("text_version"),
    instant("withdrawn_at", nullable=True),
    within_district(["borrower_id"], "borrowers"),
    key=["borrower_id", "kind", "given_at"],
)

identity_checks = district_table(
    "identity_checks",
    identifier("borrower_id"),
    identifier("mfi_id"),
    instant("checked_at"),
    code("method", IDENTITY_CHECK_METHODS),
    text("note"),
    identifier("checked_by"),
    text("checked_by_name"),
    within_district(["borrower_id"], "borrowers"),
    to_reference(["mfi_id"], "mfis"),
    key=["borrower_id", "mfi_id", "checked_at"],
    writes=Writes.APPEND,
)
