"""The Key Fact Statement: cost, effective rate and hash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import PeriodUnit
from core.loans.disclosure import FeeFact, KeyFacts, effective_annual_rate_percent, key_facts
from core.loans.exact import MultipleRounding
from core.loans.schedule import schedule
from core.loans.terms import Fee, FeeTiming, InvalidTerms, LoanTerms, Method
from core.money import Money

TERMS = LoanTerms(
    principal=Money.of("1000"), annual_rate_percent=Decimal(12), periods=12, disbursed_on=date(2026, 1, 31)
)


def rate(terms: LoanTerms) -> Decimal:
    return effective_annual_rate_percent(terms, schedule(terms))


def test_twelve_percent_a_year_in_months_is_12_68_effective() -> None:
    """(1 + 0.12 / 12)^12 - 1 = 12.6825 %, as any table of effective rates has it."""
    assert rate(TERMS) == Decimal("12.68")


def test_one_payment_after_a_year_costs_exactly_its_rate() -> None:
    assert rate(replace(TERMS, periods=1, period_every=12)) == Decimal("12.00")
    assert rate(replace(TERMS, periods=1, period_every=52, period_unit=PeriodUnit.WEEK)) == Decimal("12.00")
    assert rate(replace(TERMS, periods=1, period_every=365, period_unit=PeriodUnit.DAY)) == Decimal("12.00")


def test_a_loan_without_any_cost_has_no_rate() -> None:
    assert rate(replace(TERMS, annual_rate_percent=Decimal(0))) == Decimal("0.00")


def test_a_tie_of_the_second_decimal_goes_up() -> None:
    assert rate(
        replace(TERMS, principal=Money.of("10000"), annual_rate_percent=Decimal("12.005"), periods=1, period_every=12)
    ) == Decimal("12.01")


def test_a_broken_first_period_counts_its_days_of_365() -> None:
    """One payment of 1,010 after 73 days, a fifth of a year: 1.01^5 - 1 = 5.10 %."""
    broken = replace(TERMS, periods=1, first_due_on=date(2026, 4, 14))

    assert schedule(broken).total == Money.of("1010")
    assert rate(broken) == Decimal("5.10")


def test_flat_interest_and_fees_show_in_the_effective_rate() -> None:
    flat = replace(TERMS, method=Method.FLAT)
    with_fee = replace(flat, fees=(Fee("initiation", FeeTiming.UPFRONT, percent=Decimal(5)),))

    assert rate(TERMS) < rate(flat) < rate(with_fee)


@given(
    st.integers(1_000, 10**7),
    st.decimals(0, 300, places=2),
    st.integers(1, 24),
    st.sampled_from(Method),
    st.decimals("0.1", "60", places=1),
)
def test_at_the_effective_rate_the_instalments_are_worth_the_cash(
    principal: int, annual: Decimal, periods: int, method: Method, fee_percent: Decimal
) -> None:
    terms = LoanTerms(
        principal=Money(principal * 100),
        annual_rate_percent=annual,
        periods=periods,
        disbursed_on=date(2026, 1, 31),
        method=method,
        fees=(Fee("initiation", FeeTiming.UPFRONT, percent=fee_percent),),
    )
    plan = schedule(terms)
    percent = effective_annual_rate_percent(terms, plan)

    def worth(at_percent: Decimal) -> Decimal:
        with localcontext() as context:
            context.prec = 40
            yearly = 1 + at_percent / 100
            return sum((row.total.minor * yearly ** -(Decimal(row.n) / 12) for row in plan.rows), Decimal(0))

    half = Decimal("0.00501")
    assert worth(percent + half) <= terms.cash_received.minor <= worth(max(Decimal(0), percent - half))


def test_the_statement_says_what_is_received_paid_and_what_it_costs() -> None:
    terms = replace(
        TERMS,
        periods=3,
        fees=(
            Fee("initiation", FeeTiming.UPFRONT, percent=Decimal(5)),
            Fee("stamp", FeeTiming.FIRST, amount=Money.of("10")),
        ),
    )
    plan = schedule(terms)

    facts = key_facts(terms, plan)

    assert facts.cash_received == Money.of("950")
    assert facts.fees == (FeeFact("initiation", Money.of("50")), FeeFact("stamp", Money.of("10")))
    assert facts.total_cost == plan.interest + Money.of("60")
    assert facts.total_repaid == plan.total
    assert facts.instalments == 3
    assert facts.largest_instalment == facts.instalment == plan.rows[0].total
    assert (facts.first_due_on, facts.last_due_on) == (date(2026, 2, 28), date(2026, 4, 30))
    assert facts.to_json()["rows"][2] == {"n": 3, "due_on": "2026-04-30", "total": facts.last_instalment.plain}


def test_after_a_grace_the_instalment_is_the_first_that_pays_principal() -> None:
    terms = replace(TERMS, principal_grace=3)

    facts = key_facts(terms, schedule(terms))

    assert facts.rows[0].total == Money.of("10")
    assert facts.instalment == facts.rows[3].total > facts.rows[0].total


def test_the_statement_that_was_kept_is_read_back_to_the_same_hash() -> None:
    terms = replace(TERMS, fees=(Fee("initiation", FeeTiming.UPFRONT, percent=Decimal(5)),))
    facts = key_facts(terms, schedule(terms))

    kept = KeyFacts.from_json(facts.to_json())

    assert (kept, kept.sha256) == (facts, facts.sha256)


def test_a_fee_is_called_by_its_name_in_a_language_and_in_english_where_it_has_no_other() -> None:
    fee = Fee("Service fee", FeeTiming.FIRST, Money.of("10"), translations=(("st_LS", "Tefiso ea ts'ebeletso"),))
    terms = replace(TERMS, fees=(fee,))

    facts = key_facts(terms, schedule(terms))
    (named,) = KeyFacts.from_json(facts.to_json()).fees

    assert (named.name_in("st_LS"), named.name_in("en"), named.name_in("zu")) == (
        "Tefiso ea ts'ebeletso",
        "Service fee",
        "Service fee",
    )


def test_a_statement_of_before_fees_were_translated_keeps_its_bytes() -> None:
    terms = replace(TERMS, fees=(Fee("upfront", FeeTiming.UPFRONT, percent=Decimal(5)),))

    kept = key_facts(terms, schedule(terms)).to_json()["fees"]

    assert kept == [{"name": "upfront", "amount": "50.00"}]


@pytest.mark.parametrize(
    "change",
    [{"annual_rate_percent": Decimal("12.01")}, {"disbursed_on": date(2026, 1, 30)}, {"principal": Money(100_001)}],
)
def test_any_other_figure_has_another_hash(change: dict[str, object]) -> None:
    other = replace(TERMS, **change)  # type: ignore[arg-type]

    assert key_facts(TERMS, schedule(TERMS)).sha256 == key_facts(TERMS, schedule(TERMS)).sha256
    assert key_facts(TERMS, schedule(TERMS)).sha256 != key_facts(other, schedule(other)).sha256


def test_a_rate_of_more_digits_than_anybody_reads_is_refused_and_names_what_brings_it() -> None:
    short = replace(TERMS, principal=Money.of("9"), periods=2, period_unit=PeriodUnit.DAY)
    dear = replace(short, fees=(Fee("f", FeeTiming.SPREAD, amount=Money.of("50")),))

    assert rate(short) < 10**40
    with pytest.raises(InvalidTerms) as refusal:
        rate(dear)

    assert refusal.value.field == "fees"


def test_one_amount_tells_the_instalments_where_all_but_the_last_are_the_same() -> None:
    def is_level(terms: LoanTerms) -> bool:
        return key_facts(terms, schedule(terms)).is_level

    assert is_level(TERMS)
    assert is_level(replace(TERMS, periods=1))
    assert not is_level(replace(TERMS, method=Method.EQUAL_PRINCIPAL))


def test_a_last_instalment_that_is_larger_by_more_than_a_rounding_is_told() -> None:
    def facts(terms: LoanTerms) -> KeyFacts:
        return key_facts(terms, schedule(terms))

    down = replace(TERMS, periods=8, instalment_multiple=Money.of("25"), instalment_rounding=MultipleRounding.DOWN)
    bullet = replace(TERMS, periods=4, principal_grace=3)

    assert not facts(TERMS).has_larger_last
    assert not facts(replace(TERMS, periods=1)).has_larger_last
    assert not facts(replace(TERMS, method=Method.EQUAL_PRINCIPAL)).has_larger_last
    assert facts(down).has_larger_last
    assert facts(bullet).has_larger_last
    assert facts(bullet).level_instalment == facts(bullet).rows[0].total < facts(bullet).instalment
