"""Chats with our bot, the numbers that they count as, and what came in from them."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table channel.chats (
        key bytea not null,
        caller bytea not null,
        phone bytea not null,
        language text not null,
        session text not null,
        turn integer not null,
        session_until timestamptz,
        awaits_secret boolean not null,
        code_digest bytea not null,
        code_until timestamptz,
        code_tries integer not null,
        codes_sent integer not null,
        codes_since timestamptz,
        version integer not null,
        leased_by text not null,
        leased_until timestamptz,
        constraint chats_pkey primary key (key)
    )
    """,
    """
    create table channel.chat_links (
        caller bytea not null,
        chat bytea not null,
        address bytea not null,
        linked_at timestamptz not null,
        is_reachable boolean not null,
        version integer not null,
        constraint chat_links_pkey primary key (caller)
    )
    """,
    """
    create table channel.chat_updates (
        chat bytea not null,
        bot text not null,
        update_id bigint not null,
        payload bytea not null,
        status text not null constraint chat_updates_status_known check (status in ('waiting', 'done', 'set_aside')),
        received_at timestamptz not null,
        due_at timestamptz not null,
        attempts integer not null,
        last_error text not null,
        constraint chat_updates_pkey primary key (chat, bot, update_id)
    )
    """,
    """
    create index chat_updates_waiting_ix on channel.chat_updates (due_at) where status = 'waiting'
    """,
    """
    create index chat_updates_received_at_ix on channel.chat_updates using brin (received_at)
    """,
    """
    grant select, insert, update on channel.chats, channel.chat_links to letsema_app
    """,
    """
    grant select, insert, update, delete on channel.chat_updates to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table channel.chat_updates")
    op.execute("drop table channel.chat_links")
    op.execute("drop table channel.chats")
