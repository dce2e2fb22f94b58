"""Changes to the books that take two persons."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.proposals (
        district text not null,
        id uuid not null,
        mfi_id uuid not null,
        kind text not null,
        subject text not null,
        data jsonb not null,
        reason text not null,
        made_by uuid not null,
        made_by_name text not null,
        made_at timestamptz not null,
        status text not null,
        version integer not null,
        decided_by uuid,
        decided_by_name text not null,
        decided_at timestamptz,
        decision_note text not null,
        constraint proposals_pkey primary key (district, id),
        constraint proposals_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint proposals_kind_known check (kind in ('assign_payment', 'reverse_payment', 'waive', 'write_off',
            'fund_float', 'sweep_float')),
        constraint proposals_status_known check (status in ('pending', 'carried_out', 'refused')),
        constraint proposals_maker_is_not_checker check (made_by <> decided_by)
    )
    """,
    """
    create unique index proposals_one_pending_ix on record.proposals (district, mfi_id, kind, subject)
        where status = 'pending'
    """,
    """
    create index proposals_mfi_id_status_made_at_ix on record.proposals (mfi_id, status, made_at)
    """,
    """
    grant select, insert, update on record.proposals to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table record.proposals")
