"""Payout wallets and what holds payouts back; payoff quotes that hold for days; requests to pay."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table record.wallet_choices (
        district text not null,
        borrower_id uuid not null,
        n integer not null,
        rail text not null,
        number_sealed bytea not null,
        number_tail text not null,
        belongs_to_other boolean not null,
        channel text not null constraint wallet_choices_channel_known check (channel in ('ussd', 'sms', 'telegram',
            'branch')),
        chosen_at timestamptz not null,
        constraint wallet_choices_pkey primary key (district, borrower_id, n),
        constraint wallet_choices_district_borrower_id_fkey foreign key (district, borrower_id) references
            record.borrowers (district, id)
    )
    """,
    """
    create table record.cool_downs (
        district text not null,
        borrower_id uuid not null,
        cause text not null constraint cool_downs_cause_known check (cause in ('wallet_changed', 'pin_changed',
            'pin_reset')),
        began_at timestamptz not null,
        ends_at timestamptz not null,
        constraint cool_downs_pkey primary key (district, borrower_id, began_at, cause),
        constraint cool_downs_district_borrower_id_fkey foreign key (district, borrower_id) references
            record.borrowers (district, id),
        constraint cool_downs_takes_time check (ends_at > began_at)
    )
    """,
    """
    create table record.payoff_quotes (
        district text not null,
        loan_id uuid not null,
        quoted_on date not null,
        after_n integer not null,
        expires_on date not null,
        penalties_lisente bigint not null,
        fees_lisente bigint not null,
        interest_lisente bigint not null,
        principal_lisente bigint not null,
        quoted_at timestamptz not null,
        constraint payoff_quotes_pkey primary key (district, loan_id, quoted_on, after_n),
        constraint payoff_quotes_district_loan_id_fkey foreign key (district, loan_id) references
            record.loans (district, id),
        constraint payoff_quotes_days_in_order check (expires_on >= quoted_on)
    )
    """,
    """
    create table record.payment_requests (
        district text not null,
        reference text not null,
        loan_id uuid not null,
        loan_reference text not null,
        rail text not null,
        payer_sealed bytea not null,
        payer_tail text not null,
        amount_lisente bigint not null,
        status text not null constraint payment_requests_status_known check (status in ('queued', 'sent',
            'refused')),
        failure_code text not null,
        asked_at timestamptz not null,
        constraint payment_requests_pkey primary key (district, reference),
        constraint payment_requests_district_loan_id_fkey foreign key (district, loan_id) references
            record.loans (district, id),
        constraint payment_requests_more_than_nothing check (amount_lisente > 0)
    )
    """,
    """
    create index payment_requests_district_loan_id_asked_at_ix on record.payment_requests (district, loan_id, asked_at)
    """,
    # Of the products that were there a quote holds for its day, as it did.
    """
    alter table record.product_versions add column payoff_quote_days integer not null default 0
    """,
    """
    alter table record.product_versions alter column payoff_quote_days drop default
    """,
    """
    grant select, insert on record.wallet_choices, record.cool_downs, record.payoff_quotes to letsema_app
    """,
    """
    grant select, insert, update on record.payment_requests to letsema_app
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("alter table record.product_versions drop column payoff_quote_days")
    for table in ("payment_requests", "payoff_quotes", "cool_downs", "wallet_choices"):
        op.execute(f"drop table record.{table}")
