"""Borrowers, consents and identity checks."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.borrowers (
        district text not null,
        id uuid not null,
        phone_hash bytea not null,
        phone_sealed bytea not null,
        phone_tail text not null,
        language text not null constraint borrowers_language_known check (language in ('st_LS', 'en')),
        given_names text not null,
        surname text not null,
        national_id_hash bytea not null,
        national_id_sealed bytea not null,
        date_of_birth_sealed bytea not null,
        residence_district text not null,
        registered_on date not null,
        registered_at timestamptz not null,
        channel text not null constraint borrowers_channel_known check (channel in ('ussd', 'sms', 'telegram',
            'branch')),
        blocked boolean not null,
        constraint borrowers_pkey primary key (district, id),
        constraint borrowers_district_fkey foreign key (district) references record.districts (code),
        constraint borrowers_district_national_id_hash_key unique (district, national_id_hash)
    )
    """,
    """
    create index borrowers_district_phone_hash_ix on record.borrowers (district, phone_hash)
    """,
    """
    create index borrowers_full_name_ix on record.borrowers (district, lower((given_names || ' ') || surname)
        text_pattern_ops)
    """,
    """
    create index borrowers_surname_ix on record.borrowers (district, lower(surname) text_pattern_ops)
    """,
    """
    create table record.consents (
        district text not null,
        borrower_id uuid not null,
        kind text not null constraint consents_kind_known check (kind in ('keep_data', 'credit_check',
            'share_history')),
        given_at timestamptz not null,
        channel text not null constraint consents_channel_known check (channel in ('ussd', 'sms', 'telegram',
            'branch')),
        text_version text not null,
        withdrawn_at timestamptz,
        constraint consents_pkey primary key (district, borrower_id, kind, given_at),
        constraint consents_district_borrower_id_fkey foreign key (district, borrower_id) references
            record.borrowers (district, id)
    )
    """,
    """
    create table record.identity_checks (
        district text not null,
        borrower_id uuid not null,
        mfi_id uuid not null,
        checked_at timestamptz not null,
        method text not null constraint identity_checks_method_known check (method in ('saw_national_id',
            'saw_passport', 'called_employer', 'known_client', 'chief_letter')),
        note text not null,
        checked_by uuid not null,
        checked_by_name text not null,
        constraint identity_checks_pkey primary key (district, borrower_id, mfi_id, checked_at),
        constraint identity_checks_district_borrower_id_fkey foreign key (district, borrower_id) references
            record.borrowers (district, id),
        constraint identity_checks_mfi_id_fkey foreign key (mfi_id) references record.mfis (id)
    )
    """,
    """
    grant select, insert, update on record.borrowers, record.consents to letsema_app
    """,
    """
    grant select, insert on record.identity_checks to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table record.identity_checks")
    op.execute("drop table record.consents")
    op.execute("drop table record.borrowers")
