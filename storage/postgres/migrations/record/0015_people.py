"""What borrowers ask of people: a PIN set anew, an answer to a returned application, a complaint."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.pin_resets (
        district text not null,
        id uuid not null,
        borrower_id uuid not null,
        mfi_id uuid not null,
        code_digest bytea not null,
        started_by uuid not null,
        started_by_name text not null,
        started_at timestamptz not null,
        expires_at timestamptz not null,
        tries integer not null,
        verified_at timestamptz,
        used_at timestamptz,
        constraint pin_resets_pkey primary key (district, id),
        constraint pin_resets_district_borrower_id_fkey
            foreign key (district, borrower_id) references record.borrowers (district, id),
        constraint pin_resets_mfi_id_fkey foreign key (mfi_id) references record.mfis (id)
    )
    """,
    """
    create index pin_resets_district_borrower_id_started_at_ix on record.pin_resets (district, borrower_id, started_at)
    """,
    """
    create table record.application_answers (
        district text not null,
        application_id uuid not null,
        n integer not null,
        question text not null,
        was text not null,
        now text not null,
        channel text not null,
        at timestamptz not null,
        business_on date not null,
        constraint application_answers_pkey primary key (district, application_id, n),
        constraint application_answers_district_application_id_fkey
            foreign key (district, application_id) references record.applications (district, id),
        constraint application_answers_question_known
            check (question in ('net_pay', 'amount', 'purpose', 'wallet')),
        constraint application_answers_channel_known check (channel in ('ussd', 'sms', 'telegram', 'branch'))
    )
    """,
    """
    create table record.complaints (
        district text not null,
        id uuid not null,
        reference text not null,
        borrower_id uuid not null,
        mfi_id uuid not null,
        kind text not null,
        words text not null,
        channel text not null,
        status text not null,
        opened_on date not null,
        opened_at timestamptz not null,
        due_on date not null,
        version integer not null,
        answer text not null,
        answered_by uuid,
        answered_by_name text not null,
        answered_at timestamptz,
        closing_note text not null,
        closed_by uuid,
        closed_by_name text not null,
        closed_at timestamptz,
        constraint complaints_pkey primary key (district, id),
        constraint complaints_district_reference_key unique (district, reference),
        constraint complaints_district_borrower_id_fkey
            foreign key (district, borrower_id) references record.borrowers (district, id),
        constraint complaints_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint complaints_kind_known
            check (kind in ('costs', 'payment', 'decision', 'staff', 'privacy', 'other')),
        constraint complaints_channel_known check (channel in ('ussd', 'sms', 'telegram', 'branch')),
        constraint complaints_status_known check (status in ('open', 'answered', 'closed'))
    )
    """,
    """
    create index complaints_district_borrower_id_ix on record.complaints (district, borrower_id)
    """,
    """
    create index complaints_district_mfi_id_status_due_on_ix on record.complaints (district, mfi_id, status, due_on)
    """,
    """
    grant select, insert, update on record.pin_resets, record.complaints to letsema_app
    """,
    """
    grant select, insert on record.application_answers to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("complaints", "application_answers", "pin_resets"):
        op.execute(f"drop table record.{table}")
