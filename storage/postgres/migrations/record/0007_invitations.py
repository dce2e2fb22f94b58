"""How staff come in: invitations and recovery codes."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.staff_invitations (
        district text not null,
        staff_id uuid not null,
        token_hash bytea not null,
        made_at timestamptz not null,
        expires_at timestamptz not null,
        constraint staff_invitations_pkey primary key (district, staff_id),
        constraint staff_invitations_district_token_hash_key unique (district, token_hash),
        constraint staff_invitations_district_staff_id_fkey foreign key (district, staff_id)
            references record.staff (district, id)
    )
    """,
    """
    create table record.staff_recovery_codes (
        district text not null,
        staff_id uuid not null,
        code_hash bytea not null,
        constraint staff_recovery_codes_pkey primary key (district, staff_id, code_hash),
        constraint staff_recovery_codes_district_staff_id_fkey foreign key (district, staff_id)
            references record.staff (district, id)
    )
    """,
    """
    grant select, insert, update, delete on record.staff_invitations, record.staff_recovery_codes to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table record.staff_invitations, record.staff_recovery_codes")
