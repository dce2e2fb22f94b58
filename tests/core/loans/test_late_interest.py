"""Interest on arrears, and the in-duplum cap on all interest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.calendar import PeriodUnit
from core.loans.events import Waiver
from core.loans.parts import Part
from core.loans.policy import Cap
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms
from core.money import ZERO, Money, Rounding
from tests.core.loans.hundred import FEE, LENT_ON, TERMS, after, balances, loan, parts, pay


def test_frappe_penal_interest_anchor() -> None:
    """frappe/lending: 47,523 late on three dates at 25 % simple, 94 days in all, comes to 3,059.70."""
    terms = LoanTerms(
        principal=Money.of("142569"),
        annual_rate_percent=Decimal(0),
        periods=3,
        period_unit=PeriodUnit.DAY,
        period_every=30,
        disbursed_on=date(2024, 1, 1),
    )
    # Due 31 Jan, 1 Mar and 31 Mar: 61 + 31 + 1 days late on 1 April, and one day of one row more.
    rows = schedule(terms).rows
    on = date(2024, 4, 1)
    days = sum((on - row.due_on).days for row in rows)

    account = loan(terms, arrears_interest_percent=Decimal(25)).account(on)

    assert [row.principal for row in rows] == [Money.of("47523")] * 3
    assert days == 93
    per_day = Decimal(47523) * 25 / 36500
    assert account.outstanding(Part.INTEREST).decimal == pytest.approx(per_day * days, abs=Decimal("0.015"))
    assert (per_day * 94).quantize(Decimal("0.01")) == Decimal("3059.70")


def test_in_duplum_anchor_of_499() -> None:
    """499.00 at 0.8 % a day, unpaid for 441 days: 499.00 interest and a settlement of 998.00."""
    terms = LoanTerms(
        principal=Money.of("499"),
        annual_rate_percent=Decimal(292),
        periods=1,
        period_unit=PeriodUnit.DAY,
        period_every=30,
        disbursed_on=LENT_ON,
    )
    history = loan(terms, arrears_interest_percent=Decimal(292))
    on = LENT_ON + timedelta(days=441)

    assert history.account(on).outstanding(Part.INTEREST) == Money.of("499")
    assert history.payoff(on).total == Money.of("998")


def test_contract_interest_stops_at_the_outstanding_principal_too() -> None:
    terms = replace(TERMS, annual_rate_percent=Decimal(240), periods=1, period_every=12)
    on = date(2025, 1, 1)

    account = loan(terms, closed_through=on).account(on)

    assert schedule(terms).interest == Money.of("240")
    assert account.outstanding(Part.INTEREST) == Money.of("100")
    assert account.receivable(Part.INTEREST) == Money.of("100")


def test_a_settlement_asks_no_more_interest_than_the_cap_allows() -> None:
    terms = replace(TERMS, annual_rate_percent=Decimal(240), periods=1, period_every=12)

    assert parts(loan(terms).payoff(date(2024, 11, 30)).split) == ("100.00", "100.00", "0.00", "0.00")


def test_interest_runs_again_once_a_payment_made_room() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, arrears_interest_percent=Decimal(365))
    at_cap, later = date(2024, 6, 1), date(2024, 6, 11)

    paid = after(history, pay(1, at_cap, "50"))

    assert history.account(at_cap).outstanding(Part.INTEREST) == Money.of("100")
    assert history.account(later).outstanding(Part.INTEREST) == Money.of("100")
    assert paid.account(at_cap).outstanding(Part.INTEREST) == Money.of("50")
    assert paid.account(later).outstanding(Part.INTEREST) == Money.of("60")


def test_what_the_cap_held_back_is_gone_for_good() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, arrears_interest_percent=Decimal(1095))
    at_cap = date(2024, 6, 1)

    paid = after(history, pay(1, at_cap, "50")).account(at_cap + timedelta(days=2))

    assert paid.outstanding(Part.INTEREST) == Money.of("56")


def test_interest_reaches_the_cap_on_the_very_day_that_it_comes_to() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, arrears_interest_percent=Decimal(365))
    hundredth_day = date(2024, 2, 1) + timedelta(days=100)

    interest = [
        history.account(hundredth_day + timedelta(days=more)).outstanding(Part.INTEREST).plain for more in (-1, 0, 1)
    ]

    assert interest == ["99.00", "100.00", "100.00"]


def test_the_stricter_cap_holds_interest_and_default_fees_together() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(12))
    rule = replace(FEE, amount=Money.of("99.50"))
    on = date(2024, 2, 10)

    strict = loan(terms, closed_through=on, late_fee=rule, cap=Cap.INTEREST_AND_FEES).account(on)
    plain = loan(terms, closed_through=on, late_fee=rule).account(on)
    full = loan(
        terms, closed_through=on, late_fee=rule, cap=Cap.INTEREST_AND_FEES, arrears_interest_percent=Decimal(3650)
    )

    assert plain.outstanding(Part.PENALTY) == Money.of("99.50")
    assert strict.outstanding(Part.PENALTY) == Money.of("99.00")
    assert full.account(on).outstanding(Part.PENALTY, Part.INTEREST) == Money.of("100")


def test_a_late_fee_finds_no_room_under_a_full_cap() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(1200))
    on = date(2024, 2, 10)

    full = loan(terms, closed_through=on, late_fee=FEE, cap=Cap.INTEREST_AND_FEES).account(on)

    assert full.outstanding(Part.INTEREST) == Money.of("100")
    assert full.outstanding(Part.PENALTY) == ZERO


@pytest.mark.parametrize("mode", list(Rounding))
@pytest.mark.parametrize("percent", ["73.7", "365", "999"])
def test_arrears_interest_does_not_depend_on_how_often_it_is_looked_at(percent: str, mode: Rounding) -> None:
    history = loan(replace(TERMS, rounding_mode=mode), arrears_interest_percent=Decimal(percent))
    # Waivers of a row that does not exist change nothing: they only make the replay stop on their days.
    looks = tuple(Waiver(f"t{n}", n, LENT_ON + timedelta(days=3 * n), 99, Part.FEE, Money(1)) for n in range(1, 133))
    on = LENT_ON + timedelta(days=400)

    seldom, often = history.account(on), replace(history, events=looks).account(on)

    assert often.instalments == seldom.instalments
    assert seldom.outstanding(Part.INTEREST) <= seldom.outstanding(Part.PRINCIPAL)


def test_arrears_interest_is_income_only_when_it_is_received() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, closed_through=date(2024, 3, 1), arrears_interest_percent=Decimal("36.5"))
    on = date(2024, 2, 11)

    before, paid = history.account(on), after(history, pay(1, on, "1.00")).account(on)

    assert before.outstanding(Part.INTEREST) == Money.of("1.00")
    assert before.receivable(Part.INTEREST) == ZERO
    assert balances(before.journals) == {"principal": "100.00", "float": "-100.00"}
    assert balances(paid.journals)["interest_income"] == "-1.00"
