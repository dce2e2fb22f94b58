"""Cash that a borrower brings to a branch is booked by two persons."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KINDS = (
    *("assign_payment", "reverse_payment", "waive", "write_off"),
    *("settle_payout", "refund_payment", "refund_credit"),
    *("fund_float", "sweep_float", "book_rail_charge"),
)
NEW_KINDS = ("take_cash",)


def _kinds(words: tuple[str, ...]) -> None:
    known = ", ".join(f"'{word}'" for word in words)
    op.execute("alter table record.proposals drop constraint proposals_kind_known")
    op.execute(f"alter table record.proposals add constraint proposals_kind_known check (kind in ({known}))")


def upgrade() -> None:
    _kinds((*KINDS, *NEW_KINDS))


def downgrade() -> None:
    """Fails while cash was ever proposed: who booked it, and who agreed, is not forgotten."""
    _kinds(KINDS)
