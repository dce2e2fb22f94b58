"""Districts, lenders and their products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DISTRICTS = (
    ("LS-A", 10, "Maseru"),
    ("LS-B", 11, "Botha-Bothe"),
    ("LS-C", 12, "Leribe"),
    ("LS-D", 13, "Berea"),
    ("LS-E", 14, "Mafeteng"),
    ("LS-F", 15, "Mohale's Hoek"),
    ("LS-G", 16, "Quthing"),
    ("LS-H", 17, "Qacha's Nek"),
    ("LS-J", 18, "Mokhotlong"),
    ("LS-K", 19, "Thaba-Tseka"),
)

STATEMENTS = (
    """
    create table record.catalogue_state (
        id integer not null,
        version integer not null,
        constraint catalogue_state_pkey primary key (id),
        constraint catalogue_state_one_row check (id = 1)
    )
    """,
    """
    create table record.districts (
        code text not null,
        cell_number integer not null,
        name text not null,
        accepts_new_borrowers boolean not null,
        constraint districts_pkey primary key (code),
        constraint districts_cell_number_two_digits check (cell_number between 10 and 99),
        constraint districts_cell_number_key unique (cell_number)
    )
    """,
    """
    create table record.mfis (
        id uuid not null,
        code text not null,
        name text not null,
        licence_number text not null,
        licence_tier integer not null,
        regulatory_status text not null constraint mfis_regulatory_status_known check (regulatory_status in
            ('pending', 'registered', 'suspended')),
        address text not null,
        phone text not null,
        complaints_phone text not null,
        head_office_district text not null,
        approval_limit_1_lisente bigint not null,
        disbursement_limit_2_lisente bigint not null,
        sms_sender_id text,
        constraint mfis_pkey primary key (id),
        constraint mfis_head_office_district_fkey foreign key (head_office_district) references record.districts
            (code),
        constraint mfis_code_key unique (code)
    )
    """,
    """
    create table record.mfi_districts (
        mfi_id uuid not null,
        iso_code text not null,
        constraint mfi_districts_pkey primary key (mfi_id, iso_code),
        constraint mfi_districts_mfi_id_fkey foreign key (mfi_id) references record.mfis (id)
    )
    """,
    """
    create table record.product_versions (
        product_id uuid not null,
        version integer not null,
        mfi_id uuid not null,
        code text not null,
        names jsonb not null,
        amount_min_lisente bigint not null,
        amount_max_lisente bigint not null,
        amount_step_lisente bigint not null,
        terms_months smallint[] not null,
        annual_rate_percent numeric not null,
        method text not null,
        upfront_fee_percent numeric not null,
        late_fee_lisente bigint,
        late_fee_percent numeric,
        late_fee_of text,
        late_fee_after_days integer,
        allocation_due text[] not null,
        allocation_advance text[] not null,
        instalment_share_limit numeric not null,
        offer_valid_days integer not null,
        cooling_off_days integer not null,
        arrears_interest_percent numeric not null,
        retired boolean not null,
        constraint product_versions_pkey primary key (product_id, version),
        constraint product_versions_mfi_id_code_version_key unique (mfi_id, code, version),
        constraint product_versions_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint product_versions_amounts_in_order check (amount_min_lisente > 0 and amount_min_lisente <=
            amount_max_lisente),
        constraint product_versions_late_fee_whole check ((late_fee_of is null) = (late_fee_after_days is null)
            and (late_fee_of is not null) = (num_nonnulls(late_fee_lisente, late_fee_percent) = 1))
    )
    """,
    """
    create table record.rail_accounts (
        rail text not null,
        account text not null,
        mfi_id uuid not null,
        constraint rail_accounts_pkey primary key (rail, account),
        constraint rail_accounts_mfi_id_rail_key unique (mfi_id, rail),
        constraint rail_accounts_mfi_id_fkey foreign key (mfi_id) references record.mfis (id)
    )
    """,
    """
    grant select, insert, update on record.catalogue_state, record.districts, record.mfis, record.mfi_districts,
        record.product_versions, record.rail_accounts to letsema_app
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
    op.execute("grant usage on schema record to letsema_app")
    for statement in STATEMENTS:
        op.execute(statement)
    districts = sa.table(
        "districts",
        sa.column("code"),
        sa.column("cell_number"),
        sa.column("name"),
        sa.column("accepts_new_borrowers", sa.Boolean()),
        schema="record",
    )
    op.bulk_insert(
        districts,
        [
            {"code": code, "cell_number": cell_number, "name": name, "accepts_new_borrowers": True}
            for code, cell_number, name in DISTRICTS
        ],
    )
    op.execute("insert into record.catalogue_state (id, version) values (1, 1)")


def downgrade() -> None:
    op.execute("drop table record.rail_accounts")
    op.execute("drop table record.product_versions")
    op.execute("drop table record.mfi_districts")
    op.execute("drop table record.mfis")
    op.execute("drop table record.districts")
    op.execute("drop table record.catalogue_state")
