"""The backtest: who is bad, who is too young to tell, and that every loan is counted where it belongs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.credit.backtest import Backtest, PaidOutLoan
from core.credit.checks import Check, Finding, Severity
from core.credit.scoring import Band, ScoreInputs

TODAY = date(2026, 11, 23)
NEW_CLIENT = ScoreInputs(
    repaid_loans=0,
    instalments_due=0,
    instalments_on_time=0,
    longest_days_late=0,
    average_days_late=Decimal(0),
    months_as_client=0,
    instalment_share=Decimal("0.10"),
    live_loans_elsewhere=None,
    enquiries_90_days=None,
    identity_seen=True,
)
REGULAR = replace(NEW_CLIENT, repaid_loans=2, instalments_due=6, instalments_on_time=6)
LATE_BEFORE = replace(
    NEW_CLIENT, instalments_due=3, longest_days_late=70, average_days_late=Decimal(40), instalment_share=Decimal("0.4")
)
REPAID = PaidOutLoan(REGULAR.to_json(), (), True, False, 0, TODAY - timedelta(days=60))
RUNNING = replace(REPAID, is_closed=False)


@pytest.mark.parametrize(("days_late", "is_bad"), [(0, False), (29, False), (30, True), (200, True)])
def test_thirty_days_late_once_is_bad_even_if_it_was_repaid(days_late: int, is_bad: bool) -> None:
    assert replace(REPAID, worst_days_late=days_late).is_bad is is_bad


def test_a_written_off_loan_is_bad_however_little_it_was_late() -> None:
    assert replace(REPAID, is_closed=False, is_written_off=True).is_bad


@pytest.mark.parametrize(("first_due_days_ago", "is_young"), [(-10, True), (29, True), (30, False)])
def test_a_loan_is_too_young_until_its_first_instalment_could_be_that_late(
    first_due_days_ago: int, is_young: bool
) -> None:
    loan = replace(RUNNING, first_due_on=TODAY - timedelta(days=first_due_days_ago))

    assert loan.is_young(TODAY) is is_young


def test_what_is_over_or_bad_already_is_not_too_young() -> None:
    tomorrow = TODAY + timedelta(days=1)

    assert not replace(REPAID, first_due_on=tomorrow).is_young(TODAY)
    assert not replace(RUNNING, first_due_on=tomorrow, is_written_off=True).is_young(TODAY)
    assert replace(RUNNING, first_due_on=None).is_young(TODAY)


def test_each_loan_is_in_one_band_and_once_in_each_factor() -> None:
    bad = replace(RUNNING, inputs=LATE_BEFORE.to_json(), worst_days_late=45)
    young = replace(RUNNING, first_due_on=TODAY)
    result = Backtest()

    result.add_all([REPAID, REPAID, RUNNING, bad, young], TODAY)

    assert (result.judged.loans, result.judged.closed, result.judged.bad, result.young) == (4, 2, 1, 1)
    assert {band: (tally.loans, tally.bad) for band, tally in result.bands.items()} == {
        Band.LOW: (3, 0),
        Band.MEDIUM: (0, 0),
        Band.HIGH: (1, 1),
    }
    codes = {code for code, _ in result.factors}
    for code in codes:
        assert sum(tally.loans for (factor, _), tally in result.factors.items() if factor == code) == 4
    assert result.factors["longest_late", -60].bad_rate_percent == Decimal("100.0")
    assert result.factors["longest_late", 40].bad_rate_percent == Decimal("0.0")


def test_a_rate_of_nothing_is_none_and_of_a_third_is_rounded() -> None:
    result = Backtest()
    assert result.judged.bad_rate_percent is None

    result.add_all([REPAID, REPAID, replace(REPAID, worst_days_late=31)], TODAY)

    assert result.judged.bad_rate_percent == Decimal("33.3")
    assert result.bands[Band.MEDIUM].bad_rate_percent is None


def test_inputs_of_a_card_that_read_less_are_counted_and_never_made_up() -> None:
    older = REGULAR.to_json()
    del older["average_days_late"]
    result = Backtest()

    result.add_all([replace(REPAID, inputs=older)], TODAY)

    assert (result.judged.loans, result.not_scored) == (1, 1)
    assert result.factors == {}


def test_loans_approved_in_spite_of_a_check_are_counted_by_check() -> None:
    finding = Finding(Check.AFFORDABILITY, Severity.BLOCK, "0.4", "0.3333").to_json()
    result = Backtest()

    result.add_all(
        [replace(REPAID, findings=(finding,)), replace(REPAID, findings=(finding,), worst_days_late=40)], TODAY
    )

    tally = result.overrides[Check.AFFORDABILITY, Severity.BLOCK]
    assert (tally.loans, tally.bad) == (2, 1)
