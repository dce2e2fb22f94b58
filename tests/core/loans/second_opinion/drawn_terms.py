"""Random terms for both implementations: every method, day count, unit, grace, fee, rounding and multiple."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

DAY_COUNTS = ("equal_periods", "30/360", "actual/365", "actual/364", "actual/360", "actual/actual")
TRICKY_DAYS = (date(2024, 1, 31), date(2024, 2, 29), date(2023, 12, 31), date(2023, 12, 15), date(2023, 11, 30))


@st.composite
def fee(draw: st.DrawFn) -> dict[str, str]:
    """A fee of an amount or of a percentage, at any of the three times."""
    drawn = {"name": "fee", "when": draw(st.sampled_from(("upfront", "first", "spread")))}
    if draw(st.booleans()):
        return {**drawn, "amount": cents(draw(st.integers(1, 5_000)))}
    return {**drawn, "percent": cents(draw(st.integers(1, 900)))}


def cents(amount: int) -> str:
    """Return an amount of cents as a document's string."""
    return f"{amount // 100}.{amount % 100:02d}"


@st.composite
def terms(draw: st.DrawFn, *, principal_max: int = 10**13) -> dict[str, Any]:
    """The terms of one loan, all fields given; not all of them can be lent."""
    periods = draw(st.integers(1, 40))
    unit = draw(st.sampled_from(("month", "week", "day")))
    every = draw(st.integers(1, 3 if unit != "day" else 35))
    disbursed = draw(st.one_of(st.sampled_from(TRICKY_DAYS), st.dates(date(2019, 1, 1), date(2032, 12, 31))))
    principal = draw(st.one_of(st.integers(50_00, 200_000_00), st.integers(100, principal_max)))
    rate = draw(st.one_of(st.integers(0, 6_000), st.sampled_from((0, 700, 1_200, 2_400))))
    first_due = draw(st.one_of(st.none(), st.integers(1, 75).map(lambda days: disbursed + timedelta(days=days))))
    drawn: dict[str, Any] = {
        "id": "drawn",
        "principal": cents(principal),
        "annual_rate_percent": cents(rate),
        "method": draw(st.sampled_from(("emi", "equal_principal", "flat"))),
        "periods": periods,
        "period_unit": unit,
        "period_every": every,
        "disbursed_on": disbursed.isoformat(),
        "first_due_on": first_due.isoformat() if first_due else None,
        "day_count": draw(st.sampled_from(DAY_COUNTS)),
        "rounding_mode": draw(st.sampled_from(("half_even", "half_up", "up", "down"))),
        "instalment_multiple": draw(st.sampled_from((None, None, "0.05", "1.00", "5.00", "20"))),
        "instalment_rounding": draw(st.sampled_from(("nearest", "up", "down"))),
        "residue": draw(st.sampled_from(("last", "levelled"))),
        "emi_basis": draw(st.sampled_from(("nominal", "exact"))),
        "fees": draw(st.lists(fee(), max_size=3)),
    }
    for grace in ("principal_grace", "interest_grace", "interest_free"):
        drawn[grace] = draw(st.one_of(st.just(0), st.integers(0, min(periods - 1, 6))))
    return drawn
