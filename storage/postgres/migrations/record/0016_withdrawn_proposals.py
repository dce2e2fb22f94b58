"""A proposal that its maker takes back."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KNOWN = ("pending", "carried_out", "refused")
NEW = "withdrawn"


def known(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def upgrade() -> None:
    op.execute("alter table record.proposals drop constraint proposals_status_known")
    op.execute(
        f"alter table record.proposals add constraint proposals_status_known check (status in ({known((*KNOWN, NEW))}))"
    )


def downgrade() -> None:
    """Fails while a proposal is withdrawn: what its maker said is not forgotten."""
    op.execute("alter table record.proposals drop constraint proposals_status_known")
    op.execute(f"alter table record.proposals add constraint proposals_status_known check (status in ({known(KNOWN)}))")
