"""Applications, scores, loans, their events and projections."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.applications (
        district text not null,
        id uuid not null,
        reference text not null,
        borrower_id uuid not null,
        mfi_id uuid not null,
        product_id uuid not null,
        product_version integer not null,
        amount_lisente bigint not null,
        term_months integer not null,
        purpose text not null constraint applications_purpose_known check (purpose in ('business', 'school',
            'farming', 'health', 'home', 'personal')),
        net_pay_lisente bigint not null,
        income_kind text not null constraint applications_income_kind_known check (income_kind in ('salary',
            'business', 'farming', 'family')),
        channel text not null constraint applications_channel_known check (channel in ('ussd', 'sms',
            'telegram', 'branch')),
        draft_id uuid not null,
        status text not null constraint applications_status_known check (status in ('submitted', 'in_review',
            'returned', 'awaiting_second_approval', 'approved', 'rejected', 'withdrawn', 'expired')),
        submitted_on date not null,
        submitted_at timestamptz not null,
        version integer not null,
        recommended_by uuid,
        recommended_amount_lisente bigint,
        first_approved_by uuid,
        approved_amount_lisente bigint,
        approved_term_months integer,
        decided_at timestamptz,
        decided_on date,
        reason_code text,
        latest_score integer,
        latest_band text,
        constraint applications_pkey primary key (district, id),
        constraint applications_district_reference_key unique (district, reference),
        constraint applications_district_draft_id_key unique (district, draft_id),
        constraint applications_district_borrower_id_fkey foreign key (district, borrower_id) references
            record.borrowers (district, id),
        constraint applications_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint applications_product_id_product_version_fkey foreign key (product_id, product_version)
            references record.product_versions (product_id, version),
        constraint applications_asks_for_something check (amount_lisente > 0 and term_months > 0),
        constraint applications_maker_is_not_checker check (recommended_by <> first_approved_by)
    )
    """,
    """
    create index applications_district_borrower_id_ix on record.applications (district, borrower_id)
    """,
    """
    create index applications_district_mfi_id_decided_on_ix on record.applications (district, mfi_id,
        decided_on)
    """,
    """
    create index applications_district_mfi_id_status_submitted_at_ix on record.applications (district, mfi_id,
        status, submitted_at)
    """,
    """
    create table record.application_scores (
        district text not null,
        application_id uuid not null,
        n integer not null,
        scorecard_version text not null,
        score integer not null,
        band text not null,
        inputs jsonb not null,
        factors jsonb not null,
        affordability jsonb not null,
        at timestamptz not null,
        business_on date not null,
        constraint application_scores_pkey primary key (district, application_id, n),
        constraint application_scores_district_application_id_fkey foreign key (district, application_id)
            references record.applications (district, id)
    )
    """,
    """
    create table record.application_transitions (
        district text not null,
        subject_id uuid not null,
        n integer not null,
        from_status text,
        to_status text not null,
        actor_kind text not null,
        actor_id uuid,
        actor_name text not null,
        role text not null,
        reason_code text not null,
        note text not null,
        at timestamptz not null,
        business_on date not null,
        constraint application_transitions_pkey primary key (district, subject_id, n),
        constraint application_transitions_district_subject_id_fkey foreign key (district, subject_id)
            references record.applications (district, id)
    )
    """,
    """
    create table record.loans (
        district text not null,
        id uuid not null,
        reference text not null,
        application_id uuid not null,
        borrower_id uuid not null,
        mfi_id uuid not null,
        product_id uuid not null,
        product_version integer not null,
        principal_lisente bigint not null,
        terms jsonb not null,
        status text not null constraint loans_status_known check (status in ('approved', 'accepted',
            'disbursing', 'active', 'closed', 'written_off', 'declined', 'expired', 'cancelled')),
        offered_on date not null,
        offer_expires_on date not null,
        version integer not null,
        accepted_at timestamptz,
        disbursed_on date,
        closed_on date,
        oldest_unpaid_due_on date,
        outstanding_principal_lisente bigint,
        constraint loans_pkey primary key (district, id),
        constraint loans_district_reference_key unique (district, reference),
        constraint loans_district_application_id_key unique (district, application_id),
        constraint loans_district_application_id_fkey foreign key (district, application_id) references
            record.applications (district, id),
        constraint loans_district_borrower_id_fkey foreign key (district, borrower_id) references
            record.borrowers (district, id),
        constraint loans_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint loans_product_id_product_version_fkey foreign key (product_id, product_version) references
            record.product_versions (product_id, version)
    )
    """,
    """
    create index loans_arrears_ix on record.loans (mfi_id, status, oldest_unpaid_due_on, reference) include
        (district, outstanding_principal_lisente)
    """,
    """
    create index loans_district_borrower_id_ix on record.loans (district, borrower_id)
    """,
    """
    create index loans_district_mfi_id_disbursed_on_ix on record.loans (district, mfi_id, disbursed_on)
    """,
    """
    create index loans_mfi_id_oldest_unpaid_due_on_reference_ix on record.loans (mfi_id, oldest_unpaid_due_on,
        reference)
    """,
    """
    create index loans_offer_expires_on_ix on record.loans (district, offer_expires_on) where status =
        'approved'
    """,
    """
    create table record.instalments (
        district text not null,
        loan_id uuid not null,
        n integer not null,
        mfi_id uuid not null,
        due_on date not null,
        principal_lisente bigint not null,
        interest_lisente bigint not null,
        fees_lisente bigint not null,
        penalties_lisente bigint not null,
        principal_paid_lisente bigint not null,
        interest_paid_lisente bigint not null,
        fees_paid_lisente bigint not null,
        penalties_paid_lisente bigint not null,
        waived_lisente bigint not null,
        settled_on date,
        constraint instalments_pkey primary key (district, loan_id, n),
        constraint instalments_district_loan_id_fkey foreign key (district, loan_id) references record.loans
            (district, id)
    )
    """,
    """
    create index instalments_district_due_on_loan_id_ix on record.instalments (district, due_on, loan_id)
    """,
    """
    create index instalments_unsettled_ix on record.instalments (district, due_on) where settled_on is null
    """,
    """
    create table record.key_facts_accepted (
        district text not null,
        loan_id uuid not null,
        figures jsonb not null,
        figures_hash bytea not null,
        text_version text not null,
        language text not null,
        channel text not null constraint key_facts_accepted_channel_known check (channel in ('ussd', 'sms',
            'telegram', 'branch')),
        accepted_at timestamptz not null,
        constraint key_facts_accepted_pkey primary key (district, loan_id),
        constraint key_facts_accepted_district_loan_id_fkey foreign key (district, loan_id) references
            record.loans (district, id)
    )
    """,
    """
    create table record.loan_events (
        district text not null,
        loan_id uuid not null,
        n integer not null,
        kind text not null,
        value_on date not null,
        recorded_at timestamptz not null,
        business_on date not null,
        key text not null,
        data jsonb not null,
        constraint loan_events_pkey primary key (district, loan_id, n),
        constraint loan_events_district_key_key unique (district, key),
        constraint loan_events_district_loan_id_fkey foreign key (district, loan_id) references record.loans
            (district, id)
    )
    """,
    """
    create index loan_events_unusual_ix on record.loan_events (district, loan_id) where kind not in
        ('disbursed', 'repaid')
    """,
    """
    create table record.loan_positions (
        district text not null,
        loan_id uuid not null,
        principal_lisente bigint not null,
        interest_lisente bigint not null,
        fees_lisente bigint not null,
        penalties_lisente bigint not null,
        overpaid_lisente bigint not null,
        principal_receivable_lisente bigint not null,
        interest_receivable_lisente bigint not null,
        fee_receivable_lisente bigint not null,
        penalty_receivable_lisente bigint not null,
        oldest_unpaid_due_on date,
        next_due_lisente bigint not null,
        constraint loan_positions_pkey primary key (district, loan_id),
        constraint loan_positions_district_loan_id_fkey foreign key (district, loan_id) references record.loans
            (district, id)
    )
    """,
    """
    create table record.loan_transitions (
        district text not null,
        subject_id uuid not null,
        n integer not null,
        from_status text,
        to_status text not null,
        actor_kind text not null,
        actor_id uuid,
        actor_name text not null,
        role text not null,
        reason_code text not null,
        note text not null,
        at timestamptz not null,
        business_on date not null,
        constraint loan_transitions_pkey primary key (district, subject_id, n),
        constraint loan_transitions_district_subject_id_fkey foreign key (district, subject_id) references
            record.loans (district, id)
    )
    """,
    """
    grant select, insert, update on record.applications, record.loans, record.loan_positions to letsema_app
    """,
    """
    grant select, insert on record.application_scores, record.application_transitions,
        record.key_facts_accepted, record.loan_events, record.loan_transitions to letsema_app
    """,
    """
    grant select, insert, update, delete on record.instalments to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table record.loan_transitions")
    op.execute("drop table record.loan_positions")
    op.execute("drop table record.loan_events")
    op.execute("drop table record.key_facts_accepted")
    op.execute("drop table record.instalments")
    op.execute("drop table record.loans")
    op.execute("drop table record.application_transitions")
    op.execute("drop table record.application_scores")
    op.execute("drop table record.applications")
