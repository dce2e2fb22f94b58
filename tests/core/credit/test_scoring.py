"""The points card: it adds up, it stays within its range, and it moves only in the direction that it should."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.credit.scoring import HIGHEST, LOWEST, SCORECARD_VERSION, START, Band, ScoreInputs, band_of, score

NEW_CLIENT = ScoreInputs(
    repaid_loans=0,
    instalments_due=0,
    instalments_on_time=0,
    longest_days_late=0,
    average_days_late=Decimal(0),
    months_as_client=0,
    instalment_share=Decimal("0.30"),
    live_loans_elsewhere=None,
    enquiries_90_days=None,
    identity_seen=False,
)


@st.composite
def inputs(draw: st.DrawFn) -> ScoreInputs:
    due = draw(st.integers(0, 60))
    on_time = draw(st.integers(0, due))
    longest = draw(st.integers(1, 400)) if on_time < due else 0
    return ScoreInputs(
        repaid_loans=draw(st.integers(0, 9)),
        instalments_due=due,
        instalments_on_time=on_time,
        longest_days_late=longest,
        average_days_late=draw(st.decimals(0, longest, places=1)),
        months_as_client=draw(st.integers(0, 200)),
        instalment_share=draw(st.decimals(0, 5, places=4)),
        live_loans_elsewhere=draw(st.none() | st.integers(0, 9)),
        enquiries_90_days=draw(st.none() | st.integers(0, 30)),
        identity_seen=draw(st.booleans()),
    )


@given(inputs())
def test_the_points_shown_add_up_to_the_score_and_stay_in_range(known: ScoreInputs) -> None:
    scored = score(known)

    assert scored.value == sum(factor.points for factor in scored.factors)
    assert LOWEST <= scored.value <= HIGHEST
    assert scored.band is band_of(scored.value)


@given(inputs(), st.integers(1, 300))
def test_a_later_payment_never_raises_it(known: ScoreInputs, more_days: int) -> None:
    later = replace(
        known,
        instalments_due=max(1, known.instalments_due),
        instalments_on_time=max(0, known.instalments_on_time - 1),
        longest_days_late=known.longest_days_late + more_days,
        average_days_late=known.average_days_late + Decimal(more_days) / max(1, known.instalments_due),
    )
    in_time = replace(
        later,
        instalments_on_time=known.instalments_on_time,
        longest_days_late=known.longest_days_late,
        average_days_late=known.average_days_late,
    )
    if known.instalments_on_time > 0:
        assert score(later).value <= score(in_time).value
    for field in ("longest_days_late", "average_days_late"):
        assert score(later).value <= score(replace(later, **{field: getattr(known, field)})).value


@given(inputs())
def test_a_repaid_loan_never_lowers_it(known: ScoreInputs) -> None:
    assert score(replace(known, repaid_loans=known.repaid_loans + 1)).value >= score(known).value


@given(inputs(), st.decimals(0, 1, places=3))
def test_another_open_loan_never_raises_it(known: ScoreInputs, burden: Decimal) -> None:
    more = replace(
        known,
        live_loans_elsewhere=(known.live_loans_elsewhere or 0) + 1,
        instalment_share=known.instalment_share + burden,
    )

    assert score(more).value <= score(known).value


@given(inputs())
def test_another_enquiry_never_raises_it(known: ScoreInputs) -> None:
    asked = replace(known, enquiries_90_days=(known.enquiries_90_days or 0) + 1)

    assert score(asked).value <= score(known).value


def test_no_history_is_zero_points_and_says_so() -> None:
    factors = {factor.code: factor for factor in score(NEW_CLIENT).factors}

    for code in ("repaid_loans", "longest_late", "average_late", "paid_on_time"):
        assert (factors[code].points, factors[code].reason) == (0, "no_history")
    for code in ("loans_elsewhere", "enquiries"):
        assert (factors[code].points, factors[code].reason) == (0, "not_known")
    assert factors["documents_seen"].points == 0
    assert score(NEW_CLIENT).value == START + 10


@pytest.mark.parametrize(
    ("value", "band"), [(850, Band.LOW), (700, Band.LOW), (699, Band.MEDIUM), (500, Band.MEDIUM), (499, Band.HIGH)]
)
def test_bands_begin_at_700_and_500(value: int, band: Band) -> None:
    assert band_of(value) is band


def test_the_best_and_the_worst_that_the_card_knows() -> None:
    best = replace(
        NEW_CLIENT,
        repaid_loans=9,
        instalments_due=40,
        instalments_on_time=40,
        months_as_client=99,
        instalment_share=Decimal("0.1"),
        live_loans_elsewhere=0,
        enquiries_90_days=0,
        identity_seen=True,
    )
    worst = replace(
        NEW_CLIENT,
        instalments_due=10,
        longest_days_late=300,
        average_days_late=Decimal(150),
        instalment_share=Decimal(2),
        live_loans_elsewhere=9,
        enquiries_90_days=30,
    )

    assert score(best).band is Band.LOW
    assert score(worst).value == LOWEST


def test_the_steps_of_lateness_and_of_the_share() -> None:
    def points(code: str, **change: object) -> int:
        known = replace(NEW_CLIENT, instalments_due=10, instalments_on_time=5, **change)  # type: ignore[arg-type]
        return next(factor.points for factor in score(known).factors if factor.code == code)

    lateness = [points("longest_late", longest_days_late=days) for days in (0, 7, 8, 30, 31, 60, 61)]
    averages = [points("average_late", average_days_late=Decimal(days)) for days in ("0", "0.1", "2.1", "7.1", "30.1")]
    shares = [
        points("instalment_share", instalment_share=Decimal(share)) for share in ("0.2", "0.33", "0.34", "0.5", "0.51")
    ]

    assert lateness == [40, 15, -25, -25, -45, -45, -60]
    assert averages == [20, 10, 0, -20, -40]
    assert shares == [40, 10, -25, -25, -50]


def test_inputs_and_version_are_kept_as_json() -> None:
    scored = score(NEW_CLIENT)

    assert scored.version == SCORECARD_VERSION
    assert json.loads(json.dumps(scored.inputs.to_json()))["instalment_share"] == "0.30"
    assert json.loads(json.dumps(scored.inputs.to_json()))["average_days_late"] == "0"
