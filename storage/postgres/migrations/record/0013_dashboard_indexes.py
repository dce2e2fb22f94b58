"""What a dashboard adds up is in its indexes: lent in a month, and which late loans are active."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    "drop index record.loans_arrears_ix",
    """
    create index loans_arrears_ix on record.loans (mfi_id, status, oldest_unpaid_due_on, reference) include
        (district, outstanding_principal_lisente, id)
    """,
    "drop index record.loans_district_mfi_id_disbursed_on_ix",
    """
    create index loans_district_mfi_id_disbursed_on_ix on record.loans (district, mfi_id, disbursed_on) include
        (principal_lisente)
    """,
)
BEFORE = (
    "drop index record.loans_arrears_ix",
    """
    create index loans_arrears_ix on record.loans (mfi_id, status, oldest_unpaid_due_on, reference) include
        (district, outstanding_principal_lisente)
    """,
    "drop index record.loans_district_mfi_id_disbursed_on_ix",
    """
    create index loans_district_mfi_id_disbursed_on_ix on record.loans (district, mfi_id, disbursed_on)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in BEFORE:
        op.execute(statement)
