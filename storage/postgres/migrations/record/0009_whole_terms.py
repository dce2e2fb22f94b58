"""A product's whole terms and its rules, and applications that count periods where they counted months.

What stands keeps its meaning: monthly instalments, one fee held back, the cap and the payoff that were the only ones.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    alter table record.product_versions add column terms jsonb
    """,
    """
    alter table record.product_versions add column policy jsonb
    """,
    """
    update record.product_versions set
        terms = jsonb_build_object(
            'annual_rate_percent', annual_rate_percent::text,
            'method', method,
            'period_unit', 'month',
            'period_every', 1,
            'day_count', 'equal_periods',
            'rounding_mode', 'half_even',
            'instalment_multiple', null,
            'instalment_rounding', 'nearest',
            'residue', 'last',
            'emi_basis', 'nominal',
            'principal_grace', 0,
            'interest_grace', 0,
            'interest_free', 0,
            'fees', case when upfront_fee_percent = 0 then '[]'::jsonb else jsonb_build_array(jsonb_build_object(
                'name', 'upfront', 'when', 'upfront', 'percent', upfront_fee_percent::text)) end,
            'periods_offered', (select jsonb_agg(months order by months) from unnest(terms_months) months)
        ),
        policy = jsonb_build_object(
            'allocation', jsonb_build_object('due', to_jsonb(allocation_due), 'advance', to_jsonb(allocation_advance)),
            'late_fee', case when late_fee_of is not null then jsonb_build_object(
                case when late_fee_lisente is null then 'percent' else 'amount' end,
                coalesce(round(late_fee_lisente::numeric / 100, 2), late_fee_percent)::text,
                'of', late_fee_of,
                'after_days', late_fee_after_days) end,
            'arrears_interest_percent', arrears_interest_percent::text,
            'cap', 'interest',
            'payoff_interest', 'to_date'
        )
    """,
    """
    alter table record.product_versions alter column terms set not null
    """,
    """
    alter table record.product_versions alter column policy set not null
    """,
    """
    alter table record.product_versions drop constraint product_versions_late_fee_whole
    """,
    *(
        f"alter table record.product_versions drop column {column}"
        for column in (
            *("terms_months", "annual_rate_percent", "method", "upfront_fee_percent", "late_fee_lisente"),
            *("late_fee_percent", "late_fee_of", "late_fee_after_days", "allocation_due", "allocation_advance"),
            "arrears_interest_percent",
        )
    ),
    """
    alter table record.applications rename column term_months to periods
    """,
    """
    alter table record.applications rename column approved_term_months to approved_periods
    """,
    # Messages that wait to be sent say the term too.
    """
    update record.outbox
    set data = (data - 'term_months') || jsonb_build_object(
        'periods', data -> 'term_months', 'period_unit', 'month', 'period_every', 1)
    where kind in ('application_received', 'offer_made') and data -> 'term_months' is not null
    """,
)

BACK = (
    """
    update record.outbox
    set data = (data - 'periods' - 'period_unit' - 'period_every')
        || jsonb_build_object('term_months', data -> 'periods')
    where kind in ('application_received', 'offer_made') and data -> 'periods' is not null
    """,
    """
    alter table record.applications rename column approved_periods to approved_term_months
    """,
    """
    alter table record.applications rename column periods to term_months
    """,
    *(
        f"alter table record.product_versions add column {column}"
        for column in (
            *("terms_months smallint[]", "annual_rate_percent numeric", "method text", "upfront_fee_percent numeric"),
            *("late_fee_lisente bigint", "late_fee_percent numeric", "late_fee_of text", "late_fee_after_days integer"),
            *("allocation_due text[]", "allocation_advance text[]", "arrears_interest_percent numeric"),
        )
    ),
    # Going back loses what an old release has no words for: graces, multiples, other fees and other periods.
    """
    update record.product_versions set
        terms_months = array(select jsonb_array_elements_text(terms -> 'periods_offered')::smallint),
        annual_rate_percent = (terms ->> 'annual_rate_percent')::numeric,
        method = terms ->> 'method',
        upfront_fee_percent = coalesce((terms #>> '{fees,0,percent}')::numeric, 0),
        late_fee_lisente = ((policy #>> '{late_fee,amount}')::numeric * 100)::bigint,
        late_fee_percent = (policy #>> '{late_fee,percent}')::numeric,
        late_fee_of = policy #>> '{late_fee,of}',
        late_fee_after_days = (policy #>> '{late_fee,after_days}')::integer,
        allocation_due = array(select jsonb_array_elements_text(policy #> '{allocation,due}')),
        allocation_advance = array(select jsonb_array_elements_text(policy #> '{allocation,advance}')),
        arrears_interest_percent = (policy ->> 'arrears_interest_percent')::numeric
    """,
    *(
        f"alter table record.product_versions alter column {column} set not null"
        for column in (
            *("terms_months", "annual_rate_percent", "method", "upfront_fee_percent", "allocation_due"),
            *("allocation_advance", "arrears_interest_percent"),
        )
    ),
    """
    alter table record.product_versions drop column terms
    """,
    """
    alter table record.product_versions drop column policy
    """,
    """
    alter table record.product_versions add constraint product_versions_late_fee_whole check (
        (late_fee_of is null) = (late_fee_after_days is null)
        and (late_fee_of is not null) = (num_nonnulls(late_fee_lisente, late_fee_percent) = 1))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in BACK:
        op.execute(statement)
