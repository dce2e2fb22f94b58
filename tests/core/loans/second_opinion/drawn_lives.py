"""Random lives of loans for both implementations: events in any order of value dates, backdated ones among them."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.core.loans.second_opinion.drawn_terms import cents

ORDERS = st.permutations(("penalty", "fee", "interest", "principal"))


@st.composite
def life_terms(draw: st.DrawFn) -> dict[str, Any]:
    """Terms that can be lent, with graces and fees, small enough that a payment matters."""
    periods = draw(st.integers(1, 6))
    grace = st.integers(0, min(2, periods - 1))
    disbursed = draw(st.sampled_from((date(2024, 1, 1), date(2024, 1, 31), date(2023, 12, 15))))
    fees = [{"name": "f", "when": draw(st.sampled_from(("upfront", "first", "spread"))), "amount": "12.00"}]
    return {
        "principal": draw(st.sampled_from(("1000", "1000.00", "730.55"))),
        "annual_rate_percent": draw(st.sampled_from(("0", "12", "60", "600"))),
        "method": draw(st.sampled_from(("emi", "equal_principal", "flat"))),
        "periods": periods,
        "period_unit": draw(st.sampled_from(("month", "week"))),
        "disbursed_on": disbursed.isoformat(),
        "rounding_mode": draw(st.sampled_from(("half_even", "half_up", "up", "down"))),
        "fees": draw(st.sampled_from(([], fees))),
        "principal_grace": draw(grace),
        "interest_grace": draw(grace),
    }


@st.composite
def lives(draw: st.DrawFn) -> dict[str, Any]:
    """One loan with its policy and its events, the first of which pays it out."""
    terms = draw(life_terms())
    start = date.fromisoformat(terms["disbursed_on"])
    events = [{"kind": "disburse", "on": terms["disbursed_on"], "amount": terms["principal"]}]
    for _event in range(draw(st.integers(0, 9))):
        events.append(draw(one_event(start, len(events), terms["periods"])))
    late_fee = {draw(st.sampled_from(("amount", "percent"))): "7.50", "after_days": draw(st.integers(0, 5))}
    late_fee["of"] = draw(st.sampled_from(("principal", "principal_and_interest")))
    return {
        "id": "drawn",
        "terms": terms,
        "allocation": {"due": draw(ORDERS), "advance": draw(ORDERS)},
        "late_fee": draw(st.sampled_from((None, late_fee))),
        "arrears_interest_percent": draw(st.sampled_from(("0", "24", "365", "2000"))),
        "cap": draw(st.sampled_from(("interest", "interest_and_fees"))),
        "payoff_interest": draw(st.sampled_from(("to_date", "period_end"))),
        "events": events,
        "as_of": (start + timedelta(days=draw(st.integers(0, 260)))).isoformat(),
    }


@st.composite
def one_event(draw: st.DrawFn, start: date, count: int, periods: int) -> dict[str, Any]:
    """One event on a day of the first half year or so; the engine may refuse it."""
    on = (start + timedelta(days=draw(st.integers(0, 230)))).isoformat()
    amount = cents(draw(st.one_of(st.integers(1, 600_00), st.sampled_from((256_28, 100_00, 1_100_00)))))
    kind = draw(st.sampled_from(("repayment",) * 5 + ("day_end", "day_end", "charge", "charge", "reverse", "waive")))
    if draw(st.integers(0, 14)) == 0:
        kind = draw(st.sampled_from(("write_off", "payoff")))
    if kind == "repayment":
        return {"kind": kind, "on": on, "amount": amount}
    if kind == "charge":
        return {"kind": kind, "charge": draw(st.sampled_from(("fee", "penalty"))), "due_on": on, "amount": amount}
    if kind == "reverse":
        return {"kind": kind, "event": draw(st.integers(1, count))}
    if kind == "waive":
        part = draw(st.sampled_from(("penalty", "fee", "interest")))
        given_amount = {"amount": cents(draw(st.integers(1, 9_00)))} if draw(st.booleans()) else {}
        return {"kind": kind, "on": on, "instalment": draw(st.integers(1, periods)), "part": part, **given_amount}
    return {"kind": kind, "on": on}
