"""Turns and drafts."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table channel.drafts (
        caller bytea not null,
        id uuid not null,
        version integer not null,
        owner_session text not null,
        flow text not null,
        flow_version text not null,
        state jsonb not null,
        status text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        constraint drafts_pkey primary key (caller, id)
    ) with (fillfactor = 70)
    """,
    """
    create index drafts_expires_at_ix on channel.drafts using brin (expires_at)
    """,
    """
    create table channel.turns (
        caller bytea not null,
        service text not null,
        session text not null,
        turn integer not null,
        flow_version text not null,
        screen text not null,
        state jsonb not null,
        draft_id uuid,
        draft_version integer,
        transcript_length integer not null,
        transcript_hmac bytea not null,
        transcript_key_id integer not null,
        reply text not null,
        ended boolean not null,
        claim_turn integer,
        claim_input_digest bytea,
        claim_command text,
        claim_key text,
        claim_arguments bytea,
        claimed_at timestamptz,
        claim_owes_message boolean,
        updated_at timestamptz not null,
        expires_at timestamptz not null,
        constraint turns_pkey primary key (caller, service, session),
        constraint turns_claim_whole check (num_nulls(claim_turn, claim_input_digest, claim_command, claim_key,
            claim_arguments, claimed_at, claim_owes_message) in (0, 7))
    ) with (fillfactor = 70)
    """,
    """
    create index turns_claimed_at_ix on channel.turns (claimed_at) where claimed_at is not null
    """,
    """
    create index turns_expires_at_ix on channel.turns using brin (expires_at)
    """,
    """
    grant select, insert, update, delete on channel.drafts, channel.turns to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table channel.turns")
    op.execute("drop table channel.drafts")
