"""Staff, their sessions and throttles, in their home district. Tokens are kept as hashes, the TOTP secret sealed."""

from __future__ import annotations

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.schema import Column

from storage.postgres.tables.declaring import (
    Writes,
    count,
    district_table,
    identifier,
    instant,
    octets,
    text,
    to_reference,
    within_district,
)

staff = district_table(
    "staff",
    identifier("id"),
    identifier("mfi_id"),
    text("email"),
    text("name"),
    Column("roles", ARRAY(Text), nullable=False),
    text("language"),
    text("password_hash"),
    octets("totp_secret_sealed", nullable=True),
    instant("disabled_at", nullable=True),
    count("credentials_version"),
    UniqueConstraint("district", "email"),
    to_reference(["mfi_id"], "mfis"),
    to_reference(["district"], "districts", ["code"]),
)

staff_sessions = district_table(
    "staff_sessions",
    octets("token_hash"),
    identifier("staff_id"),
    text("csrf_token"),
    instant("created_at"),
    instant("last_seen_at"),
    instant("verified_at", nullable=True),
    text("ip"),
    text("user_agent"),
    count("credentials_version"),
    within_district(["staff_id"], "staff"),
    key=["token_hash"],
    writes=Writes.REMOVE,
)

throttles = district_table(
    "throttles",
    text("bucket"),
    # When the bucket will be full again; each token taken pushes it on (the generic cell rate algorithm).
    instant("full_at"),
    key=["bucket"],
    writes=Writes.REMOVE,
)

staff_invitations = district_table(
    "staff_invitations",
    # One a member: the next takes the place of the last.
    identifier("staff_id"),
    octets("token_hash"),
    instant("made_at"),
    instant("expires_at"),
    UniqueConstraint("district", "token_hash"),
    within_district(["staff_id"], "staff"),
    key=["staff_id"],
    writes=Writes.REMOVE,
)

staff_recovery_codes = district_table(
    "staff_recovery_codes",
    identifier("staff_id"),
    octets("code_hash"),
    within_district(["staff_id"], "staff"),
    key=["staff_id", "code_hash"],
    writes=Writes.REMOVE,
)
