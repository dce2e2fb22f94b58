"""Whose an intake row is, and where the open ones of an owner are found."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    alter table channel.intake add column owner text
    """,
    """
    create table channel.intake_owners (
        owner text not null,
        scope text not null,
        reference text not null,
        constraint intake_owners_pkey primary key (owner, scope, reference)
    )
    """,
    """
    grant select, insert, update, delete on channel.intake_owners to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table channel.intake_owners")
    op.execute("alter table channel.intake drop column owner")
