"""Where the worker finds reservations of numbers and identities that nobody finished."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create index phones_reserved_ix on channel.phones (district, reserved_at) where state = 'reserved'
    """,
    """
    create index identities_reserved_ix on channel.identities (district, reserved_at) where state = 'reserved'
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop index channel.identities_reserved_ix")
    op.execute("drop index channel.phones_reserved_ix")
