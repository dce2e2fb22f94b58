"""Identities that came from another phone, and changes of a borrower's number or national ID by two persons."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None

CAUSES = ("wallet_changed", "pin_changed", "pin_reset")
NEW_CAUSES = ("number_changed", "identity_corrected")

STATEMENTS = (
    """
    create table record.identity_cases (
        district text not null,
        id uuid not null,
        borrower_id uuid not null,
        mfi_id uuid not null,
        phone_sealed bytea not null,
        phone_tail text not null,
        given_names text not null,
        surname text not null,
        same_birth_date boolean not null,
        channel text not null,
        status text not null,
        opened_at timestamptz not null,
        tried_at timestamptz not null,
        tries integer not null,
        version integer not null,
        change_id uuid,
        outcome text,
        note text not null,
        closed_by uuid,
        closed_by_name text not null,
        closed_at timestamptz,
        constraint identity_cases_pkey primary key (district, id),
        constraint identity_cases_district_borrower_id_fkey
            foreign key (district, borrower_id) references record.borrowers (district, id),
        constraint identity_cases_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint identity_cases_channel_known check (channel in ('ussd', 'sms', 'telegram', 'branch')),
        constraint identity_cases_status_known check (status in ('open', 'changing', 'closed')),
        constraint identity_cases_outcome_known check
            (outcome in ('same_person', 'id_corrected', 'another_person', 'fraud', 'not_reached'))
    )
    """,
    """
    create index identity_cases_district_borrower_id_ix on record.identity_cases (district, borrower_id)
    """,
    """
    create index identity_cases_district_mfi_id_status_opened_at_ix
        on record.identity_cases (district, mfi_id, status, opened_at)
    """,
    """
    create table record.identity_changes (
        district text not null,
        id uuid not null,
        borrower_id uuid not null,
        mfi_id uuid not null,
        kind text not null,
        old_sealed bytea not null,
        new_sealed bytea not null,
        reason text not null,
        made_by uuid not null,
        made_by_name text not null,
        made_at timestamptz not null,
        status text not null,
        case_id uuid,
        version integer not null,
        decided_by uuid,
        decided_by_name text not null,
        decided_at timestamptz,
        decision_note text not null,
        gives_up uuid,
        reservation_id uuid,
        done_at timestamptz,
        constraint identity_changes_pkey primary key (district, id),
        constraint identity_changes_district_borrower_id_fkey
            foreign key (district, borrower_id) references record.borrowers (district, id),
        constraint identity_changes_mfi_id_fkey foreign key (mfi_id) references record.mfis (id),
        constraint identity_changes_kind_known check (kind in ('number', 'national_id')),
        constraint identity_changes_status_known check
            (status in ('proposed', 'agreed', 'done', 'refused', 'withdrawn')),
        constraint identity_changes_maker_is_not_checker check (made_by <> decided_by)
    )
    """,
    """
    create unique index identity_changes_one_under_way_ix on record.identity_changes (district, borrower_id)
        where status in ('proposed', 'agreed')
    """,
    """
    create index identity_changes_district_mfi_id_status_made_at_ix
        on record.identity_changes (district, mfi_id, status, made_at)
    """,
    # Whoever was sent a code types it; the default is there for the rows that stand, and goes with them.
    """
    alter table record.pin_resets add column proof text not null default 'sms_code'
    """,
    """
    alter table record.pin_resets alter column proof drop default
    """,
    """
    alter table record.pin_resets
        add constraint pin_resets_proof_known check (proof in ('sms_code', 'identity_end'))
    """,
    """
    grant select, insert, update on record.identity_cases, record.identity_changes to letsema_app
    """,
)


def _causes(words: tuple[str, ...]) -> None:
    known = ", ".join(f"'{word}'" for word in words)
    op.execute("alter table record.cool_downs drop constraint cool_downs_cause_known")
    op.execute(f"alter table record.cool_downs add constraint cool_downs_cause_known check (cause in ({known}))")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    _causes((*CAUSES, *NEW_CAUSES))


def downgrade() -> None:
    """Fails while a payout waits, or waited, after a change of number: what held it back is not forgotten."""
    _causes(CAUSES)
    op.execute("alter table record.pin_resets drop column proof")
    for table in ("identity_changes", "identity_cases"):
        op.execute(f"drop table record.{table}")
