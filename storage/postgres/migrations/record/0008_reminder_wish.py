"""Whether a borrower wants to be reminded. Those who are there already were, and go on being so."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    alter table record.borrowers add column wants_reminders boolean not null default true
    """,
    # The default was for the rows that were there: from now on the product says it, as it says everything.
    """
    alter table record.borrowers alter column wants_reminders drop default
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("alter table record.borrowers drop column wants_reminders")
