"""Seals of the audit trail; and what is finished may be removed when its time is over."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.audit_seals (
        district text not null,
        mfi_id uuid not null,
        n integer not null,
        after_at timestamptz not null,
        through_at timestamptz not null,
        entries jsonb not null,
        previous bytea not null,
        seal bytea not null,
        sealed_at timestamptz not null,
        constraint audit_seals_pkey primary key (district, mfi_id, n),
        constraint audit_seals_mfi_id_fkey foreign key (mfi_id) references record.mfis (id)
    )
    """,
    """
    create index audit_entries_district_mfi_id_at_id_ix on record.audit_entries (district, mfi_id, at, id)
    """,
    """
    create index commands_claimed_at_ix on record.commands using brin (claimed_at)
    """,
    """
    create index outbox_added_at_ix on record.outbox using brin (added_at)
    """,
    """
    grant select, insert on record.audit_seals to letsema_app
    """,
    """
    grant delete on record.commands, record.outbox to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("revoke delete on record.commands, record.outbox from letsema_app")
    op.execute("drop index record.outbox_added_at_ix")
    op.execute("drop index record.commands_claimed_at_ix")
    op.execute("drop index record.audit_entries_district_mfi_id_at_id_ix")
    op.execute("drop table record.audit_seals")
