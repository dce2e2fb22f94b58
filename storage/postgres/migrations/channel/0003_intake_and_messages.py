"""Intake, messages and enquiries."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table channel.enquiries (
        borrower_id uuid not null,
        at timestamptz not null,
        mfi_id uuid not null,
        purpose text not null,
        staff_id uuid,
        constraint enquiries_pkey primary key (borrower_id, at, mfi_id, purpose)
    )
    """,
    """
    create index enquiries_at_ix on channel.enquiries using brin (at)
    """,
    """
    create table channel.intake (
        scope text not null,
        reference text not null,
        kind text not null,
        district text not null,
        digest bytea not null,
        payload bytea not null,
        status text not null constraint intake_status_known check (status in ('waiting', 'done', 'returned',
            'set_aside')),
        received_at timestamptz not null,
        attempts integer not null,
        last_error text not null,
        target text not null,
        marked_at timestamptz,
        constraint intake_pkey primary key (reference, scope)
    )
    """,
    """
    create index intake_waiting_ix on channel.intake (district, received_at) where status = 'waiting'
    """,
    """
    create index intake_set_aside_ix on channel.intake (district, received_at) where status = 'set_aside'
    """,
    """
    create table channel.messages (
        caller bytea not null,
        id uuid not null,
        borrower_id uuid,
        district text not null,
        mfi_id uuid,
        channel text not null,
        direction text not null,
        kind text not null,
        text_sealed bytea not null,
        parts integer not null,
        state text not null,
        created_at timestamptz not null,
        provider text not null,
        provider_id text not null,
        failure text not null,
        cost text not null,
        reported_at timestamptz,
        constraint messages_pkey primary key (caller, id)
    )
    """,
    """
    create index messages_caller_created_at_ix on channel.messages (caller, created_at)
    """,
    """
    create index messages_created_at_ix on channel.messages using brin (created_at)
    """,
    """
    create table channel.provider_messages (
        provider text not null,
        provider_id text not null,
        caller bytea not null,
        message_id uuid not null,
        created_at timestamptz not null,
        constraint provider_messages_pkey primary key (provider_id, provider)
    )
    """,
    """
    create index provider_messages_created_at_ix on channel.provider_messages using brin (created_at)
    """,
    """
    grant select, insert, update, delete on channel.enquiries, channel.messages, channel.provider_messages to
        letsema_app
    """,
    """
    grant select, insert, update on channel.intake to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table channel.provider_messages")
    op.execute("drop table channel.messages")
    op.execute("drop table channel.intake")
    op.execute("drop table channel.enquiries")
