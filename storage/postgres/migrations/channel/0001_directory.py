"""Who is who: phones, identities, reference numbers, staff e-mails."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table channel.identities (
        identity_hash bytea not null,
        state text not null constraint identities_state_known check (state in ('reserved', 'active')),
        district text not null,
        borrower_id uuid not null,
        draft_id uuid not null,
        reserved_at timestamptz not null,
        constraint identities_pkey primary key (identity_hash)
    )
    """,
    """
    create table channel.phones (
        phone_hash bytea not null,
        state text not null constraint phones_state_known check (state in ('reserved', 'active')),
        district text not null,
        borrower_id uuid not null,
        draft_id uuid not null,
        language text not null,
        pin_hash text not null,
        pin_failures integer not null,
        pin_locked_until timestamptz,
        pin_needs_officer boolean not null,
        last_pin_attempt text not null,
        last_pin_result text not null,
        reserved_at timestamptz,
        version integer not null,
        constraint phones_pkey primary key (phone_hash)
    )
    """,
    """
    create table channel.reference_numbers (
        reference text not null,
        kind text not null,
        district text not null,
        owner text not null,
        constraint reference_numbers_pkey primary key (reference)
    )
    """,
    """
    create table channel.staff_emails (
        email_hash bytea not null,
        district text not null,
        staff_id uuid not null,
        constraint staff_emails_pkey primary key (email_hash)
    )
    """,
    """
    grant select, insert, update, delete on channel.identities, channel.phones to letsema_app
    """,
    """
    grant select, insert on channel.reference_numbers, channel.staff_emails to letsema_app
    """,
)


def upgrade() -> None:
    # A role belongs to the whole server: another database of it may have made it. It has no password, so that nobody
    # signs in as it until the operator gives it one, or lets another role become it.
    op.execute(
        """
        do $$ begin
            create role letsema_app login;
        exception when duplicate_object or unique_violation then
            null;
        end $$
        """
    )
    op.execute("grant usage on schema channel to letsema_app")
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table channel.staff_emails")
    op.execute("drop table channel.reference_numbers")
    op.execute("drop table channel.phones")
    op.execute("drop table channel.identities")
