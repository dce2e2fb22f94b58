"""Journals and postings, payouts and payments."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.disbursements (
        district text not null,
        id uuid not null,
        loan_id uuid not null,
        mfi_id uuid not null,
        attempt integer not null,
        rail text not null,
        reference text not null,
        wallet_sealed bytea not null,
        wallet_tail text not null,
        amount_lisente bigint not null,
        status text not null constraint disbursements_status_known check (status in ('awaiting_second',
            'queued', 'sent', 'confirmed', 'failed', 'unknown')),
        released_by uuid not null,
        released_by_name text not null,
        released_at timestamptz not null,
        failure_code text not null,
        rail_reference text not null,
        settled_at timestamptz,
        constraint disbursements_pkey primary key (district, id),
        constraint disbursements_district_reference_key unique (district, reference),
        constraint disbursements_district_loan_id_fkey foreign key (district, loan_id) references record.loans
            (district, id),
        constraint disbursements_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint disbursements_amount_positive check (amount_lisente > 0)
    )
    """,
    """
    create index disbursements_district_mfi_id_released_at_ix on record.disbursements (district, mfi_id,
        released_at)
    """,
    """
    create unique index disbursements_one_live_ix on record.disbursements (district, loan_id) where status in
        ('awaiting_second', 'queued', 'sent', 'confirmed')
    """,
    """
    create index disbursements_unsettled_ix on record.disbursements (district, released_at) where status in
        ('sent', 'unknown')
    """,
    """
    create table record.journals (
        district text not null,
        key text not null,
        kind text not null,
        mfi_id uuid not null,
        loan_id uuid,
        value_on date not null,
        recorded_at timestamptz not null,
        business_on date not null,
        content_hash bytea not null,
        reverses_key text,
        transfer_id text,
        n integer not null,
        constraint journals_pkey primary key (district, key),
        constraint journals_district_reverses_key_key unique (district, reverses_key),
        constraint journals_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint journals_district_loan_id_fkey foreign key (district, loan_id) references record.loans
            (district, id),
        constraint journals_district_reverses_key_fkey foreign key (district, reverses_key) references
            record.journals (district, key),
        constraint journals_reverses_another check (reverses_key <> key)
    )
    """,
    """
    create index journals_district_loan_id_n_ix on record.journals (district, loan_id, n)
    """,
    """
    create index journals_district_transfer_id_ix on record.journals (district, transfer_id) where transfer_id
        is not null
    """,
    """
    create table record.payments (
        district text not null,
        id uuid not null,
        mfi_id uuid not null,
        rail text not null,
        rail_reference text not null,
        assignment integer not null,
        receipt text not null,
        amount_lisente bigint not null,
        payer_sealed bytea not null,
        payer_tail text not null,
        account text not null,
        paid_at timestamptz not null,
        value_on date not null,
        recorded_at timestamptz not null,
        loan_id uuid,
        borrower_id uuid,
        status text not null constraint payments_status_known check (status in ('posted', 'suspense',
            'assigned', 'reversed')),
        constraint payments_pkey primary key (district, id),
        constraint payments_district_rail_rail_reference_assignment_key unique (district, rail, rail_reference,
            assignment),
        constraint payments_district_loan_id_fkey foreign key (district, loan_id) references record.loans
            (district, id),
        constraint payments_district_borrower_id_fkey foreign key (district, borrower_id) references
            record.borrowers (district, id),
        constraint payments_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint payments_amount_positive check (amount_lisente > 0)
    )
    """,
    """
    create index payments_district_loan_id_ix on record.payments (district, loan_id)
    """,
    """
    create index payments_district_receipt_ix on record.payments (district, receipt)
    """,
    """
    create index payments_mfi_id_paid_at_ix on record.payments (mfi_id, paid_at)
    """,
    """
    create index payments_mfi_id_status_paid_at_ix on record.payments (mfi_id, status, paid_at)
    """,
    """
    create index payments_mfi_id_value_on_ix on record.payments (mfi_id, value_on)
    """,
    """
    create table record.postings (
        district text not null,
        journal_key text not null,
        n integer not null,
        mfi_id uuid not null,
        debit text not null,
        credit text not null,
        amount_lisente bigint not null,
        loan_id uuid,
        instalment integer,
        constraint postings_pkey primary key (district, journal_key, n),
        constraint postings_district_journal_key_fkey foreign key (district, journal_key) references
            record.journals (district, key),
        constraint postings_amount_positive check (amount_lisente > 0),
        constraint postings_moves_between_accounts check (debit <> credit)
    )
    """,
    """
    create index postings_credit_ix on record.postings (district, mfi_id, credit) include (amount_lisente)
    """,
    """
    create index postings_debit_ix on record.postings (district, mfi_id, debit) include (amount_lisente)
    """,
    """
    create index postings_district_loan_id_ix on record.postings (district, loan_id)
    """,
    """
    grant select, insert, update on record.disbursements, record.payments to letsema_app
    """,
    """
    grant select, insert on record.journals, record.postings to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table record.postings")
    op.execute("drop table record.payments")
    op.execute("drop table record.journals")
    op.execute("drop table record.disbursements")
