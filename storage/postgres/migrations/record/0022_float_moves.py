"""Float moves from one district to another by two persons."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KINDS = (
    *("assign_payment", "reverse_payment", "waive", "write_off"),
    *("settle_payout", "refund_payment", "refund_credit"),
    *("fund_float", "sweep_float", "book_rail_charge", "take_cash"),
)
NEW_KINDS = ("move_float",)


def _kinds(words: tuple[str, ...]) -> None:
    known = ", ".join(f"'{word}'" for word in words)
    op.execute("alter table record.proposals drop constraint proposals_kind_known")
    op.execute(f"alter table record.proposals add constraint proposals_kind_known check (kind in ({known}))")


def upgrade() -> None:
    _kinds((*KINDS, *NEW_KINDS))


def downgrade() -> None:
    """Fails while a move was ever proposed: who asked for it, and who agreed, is not forgotten."""
    _kinds(KINDS)
