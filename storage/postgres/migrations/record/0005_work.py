"""Business days, commands, outbox, jobs, audit, staff."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.commands (
        district text not null,
        key text not null,
        digest bytea not null,
        outcome jsonb,
        claimed_at timestamptz not null,
        constraint commands_pkey primary key (district, key)
    )
    """,
    """
    create table record.job_runs (
        district text not null,
        job text not null,
        run_on date not null,
        holder text not null,
        leased_until timestamptz not null,
        finished_at timestamptz,
        counts jsonb,
        constraint job_runs_pkey primary key (district, job, run_on)
    )
    """,
    """
    create table record.outbox (
        district text not null,
        id uuid not null,
        topic text not null,
        kind text not null,
        key text not null,
        data jsonb not null,
        due_at timestamptz not null,
        attempts integer not null,
        last_error text not null,
        added_at timestamptz not null,
        done_at timestamptz,
        given_up_at timestamptz,
        constraint outbox_pkey primary key (district, id),
        constraint outbox_district_key_key unique (district, key)
    )
    """,
    """
    create index outbox_due_ix on record.outbox (district, due_at) where done_at is null and given_up_at is null
    """,
    """
    create table record.throttles (
        district text not null,
        bucket text not null,
        full_at timestamptz not null,
        constraint throttles_pkey primary key (district, bucket)
    )
    """,
    """
    create table record.district_days (
        district text not null,
        business_on date not null,
        closed_at timestamptz,
        counts jsonb,
        constraint district_days_pkey primary key (district, business_on),
        constraint district_days_district_fkey foreign key (district) references record.districts (code)
    )
    """,
    """
    create unique index district_days_one_open_ix on record.district_days (district) where closed_at is null
    """,
    """
    create table record.audit_entries (
        district text not null,
        id uuid not null,
        mfi_id uuid not null,
        at timestamptz not null,
        actor_id uuid,
        actor_name text not null,
        action text not null,
        subject text not null,
        details jsonb not null,
        ip text not null,
        constraint audit_entries_pkey primary key (district, id),
        constraint audit_entries_mfi_id_fkey foreign key (mfi_id) references record.mfis (id)
    )
    """,
    """
    create index audit_entries_district_mfi_id_subject_at_ix on record.audit_entries (district, mfi_id, subject,
        at)
    """,
    """
    create table record.staff (
        district text not null,
        id uuid not null,
        mfi_id uuid not null,
        email text not null,
        name text not null,
        roles text[] not null,
        language text not null,
        password_hash text not null,
        totp_secret_sealed bytea,
        disabled_at timestamptz,
        credentials_version integer not null,
        constraint staff_pkey primary key (district, id),
        constraint staff_district_email_key unique (district, email),
        constraint staff_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint staff_district_fkey foreign key (district) references record.districts (code)
    )
    """,
    """
    create table record.staff_sessions (
        district text not null,
        token_hash bytea not null,
        staff_id uuid not null,
        csrf_token text not null,
        created_at timestamptz not null,
        last_seen_at timestamptz not null,
        verified_at timestamptz,
        ip text not null,
        user_agent text not null,
        credentials_version integer not null,
        constraint staff_sessions_pkey primary key (district, token_hash),
        constraint staff_sessions_district_staff_id_fkey foreign key (district, staff_id) references
            record.staff (district, id)
    )
    """,
    """
    grant select, insert, update on record.commands, record.job_runs, record.outbox, record.district_days,
        record.staff to letsema_app
    """,
    """
    grant select, insert, update, delete on record.throttles, record.staff_sessions to letsema_app
    """,
    """
    grant select, insert on record.audit_entries to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table record.staff_sessions")
    op.execute("drop table record.staff")
    op.execute("drop table record.audit_entries")
    op.execute("drop table record.district_days")
    op.execute("drop table record.throttles")
    op.execute("drop table record.outbox")
    op.execute("drop table record.job_runs")
    op.execute("drop table record.commands")
