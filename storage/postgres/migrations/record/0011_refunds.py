"""Payouts that go back as refunds, those that two persons settle, and what a rail says of one too late."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ("assign_payment", "reverse_payment", "waive", "write_off")
FLOATS = ("fund_float", "sweep_float")
NEW_KINDS = ("settle_payout", "refund_payment", "refund_credit")


def known(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


STATEMENTS = (
    """
    alter table record.disbursements alter column loan_id drop not null
    """,
    # The defaults are for the rows that are there: from now on the product says it, as it says everything.
    """
    alter table record.disbursements add column purpose text not null default 'loan'
    """,
    """
    alter table record.disbursements alter column purpose drop default
    """,
    """
    alter table record.disbursements add column payment_id uuid
    """,
    """
    alter table record.disbursements add column unknown_since timestamptz
    """,
    """
    alter table record.disbursements add column unknown_until timestamptz
    """,
    """
    alter table record.disbursements add column settled_by_name text not null default ''
    """,
    """
    alter table record.disbursements alter column settled_by_name drop default
    """,
    """
    alter table record.disbursements add column contradicted_by text not null default ''
    """,
    """
    alter table record.disbursements alter column contradicted_by drop default
    """,
    """
    alter table record.disbursements add column contradicted_at timestamptz
    """,
    """
    alter table record.disbursements add constraint disbursements_purpose_known
        check (purpose in ('loan', 'credit', 'suspense'))
    """,
    """
    alter table record.disbursements add constraint disbursements_of_its_purpose
        check ((loan_id is null) = (purpose = 'suspense') and (payment_id is not null) = (purpose = 'suspense'))
    """,
    """
    alter table record.disbursements add constraint disbursements_district_payment_id_fkey
        foreign key (district, payment_id) references record.payments (district, id)
    """,
    """
    drop index record.disbursements_one_live_ix
    """,
    """
    create unique index disbursements_one_live_ix on record.disbursements (district, loan_id)
        where purpose = 'loan' and status in ('awaiting_second', 'queued', 'sent', 'confirmed')
    """,
    """
    create unique index disbursements_one_credit_refund_ix on record.disbursements (district, loan_id)
        where purpose = 'credit' and status in ('queued', 'sent')
    """,
    """
    create unique index disbursements_one_suspense_refund_ix on record.disbursements (district, payment_id)
        where purpose = 'suspense' and status in ('queued', 'sent')
    """,
    """
    alter table record.payments drop constraint payments_status_known
    """,
    """
    alter table record.payments add constraint payments_status_known
        check (status in ('posted', 'suspense', 'assigned', 'reversed', 'refunding', 'refunded'))
    """,
    """
    alter table record.proposals drop constraint proposals_kind_known
    """,
    f"""
    alter table record.proposals add constraint proposals_kind_known
        check (kind in ({known((*KINDS, *NEW_KINDS, *FLOATS))}))
    """,
)


# Each fails while a row needs what it takes away: a refund that was paid is not forgotten.
BACK = (
    """
    alter table record.disbursements alter column loan_id set not null
    """,
    """
    alter table record.proposals drop constraint proposals_kind_known
    """,
    f"""
    alter table record.proposals add constraint proposals_kind_known check (kind in ({known((*KINDS, *FLOATS))}))
    """,
    """
    alter table record.payments drop constraint payments_status_known
    """,
    """
    alter table record.payments add constraint payments_status_known
        check (status in ('posted', 'suspense', 'assigned', 'reversed'))
    """,
    """
    drop index record.disbursements_one_suspense_refund_ix
    """,
    """
    drop index record.disbursements_one_credit_refund_ix
    """,
    """
    drop index record.disbursements_one_live_ix
    """,
    """
    create unique index disbursements_one_live_ix on record.disbursements (district, loan_id)
        where status in ('awaiting_second', 'queued', 'sent', 'confirmed')
    """,
    *(
        f"alter table record.disbursements drop constraint disbursements_{name}"
        for name in ("district_payment_id_fkey", "of_its_purpose", "purpose_known")
    ),
    *(
        f"alter table record.disbursements drop column {name}"
        for name in (
            *("purpose", "payment_id", "unknown_since", "unknown_until"),
            *("settled_by_name", "contradicted_by", "contradicted_at"),
        )
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in BACK:
        op.execute(statement)
