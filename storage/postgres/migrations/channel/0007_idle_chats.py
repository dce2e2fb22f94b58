"""Chats that have long been silent are removed; until now none ever was."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("grant delete on channel.chats to letsema_app")


def downgrade() -> None:
    op.execute("revoke delete on channel.chats from letsema_app")
