"""A product's credit checks, and what each decision saw of them and of other lenders."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Products that were there keep the one gate that every product has: what the borrower cannot carry is blocked.
    """
    alter table record.product_versions add column checks jsonb not null default
        '{"severities": {"affordability": "block"},
          "limits": {"live_loans_elsewhere": 2, "days_late_elsewhere": 30, "enquiries_90_days": 5,
                     "income_change": "0.30"}}'
    """,
    """
    alter table record.product_versions alter column checks drop default
    """,
    """
    alter table record.application_scores add column transition_n integer
    """,
    """
    alter table record.application_scores add column sharing text
    """,
    """
    alter table record.application_scores add constraint application_scores_sharing_known
        check (sharing in ('full', 'limited', 'none'))
    """,
    """
    alter table record.application_scores add column exposure jsonb
    """,
    # Of the scores that were there nothing is known of checks: there were none.
    """
    alter table record.application_scores add column findings jsonb not null default '[]'
    """,
    """
    alter table record.application_scores alter column findings drop default
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for column in ("findings", "exposure", "sharing", "transition_n"):
        op.execute(f"alter table record.application_scores drop column {column}")
    op.execute("alter table record.product_versions drop column checks")
