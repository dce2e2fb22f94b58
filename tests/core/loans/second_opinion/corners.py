"""The corners that the golden tables hold, and how to write them: `python -m tests.core.loans.second_opinion.corners`.

The expected documents are the second opinion's. A changed golden is a changed opinion, to be argued by hand.
"""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from tests.core.loans.second_opinion.document import schedule_document
from tests.core.loans.second_opinion.life_document import simulation_document

GOLDEN = Path(__file__).parent.parent / "golden"
TABLES = ("instalments", "transactions")
METHODS = ("emi", "equal_principal", "flat")
DAY_COUNTS = ("equal_periods", "30/360", "actual/365", "actual/364", "actual/360", "actual/actual")
GRACES = ((0, 0, 0), (2, 0, 0), (0, 2, 0), (0, 0, 2), (2, 1, 0), (1, 2, 0), (2, 1, 1))
UNITS: tuple[dict[str, Any], ...] = (
    {"period_unit": "month", "disbursed_on": "2024-01-31"},
    {"period_unit": "month", "period_every": 3, "disbursed_on": "2023-11-30"},
    {"period_unit": "month", "disbursed_on": "2023-12-15", "first_due_on": "2024-02-29"},
    {"period_unit": "week", "period_every": 2, "disbursed_on": "2023-12-20"},
    {"period_unit": "day", "period_every": 10, "disbursed_on": "2024-02-20", "first_due_on": "2024-02-29"},
)
USUAL: dict[str, Any] = {"principal": "2500.00", "annual_rate_percent": "24", "periods": 6}
FEES = [
    {"name": "initiation", "when": "upfront", "percent": "2.5"},
    {"name": "insurance", "when": "first", "amount": "12.35"},
    {"name": "service", "when": "spread", "amount": "100"},
]


def schedule_corners() -> Iterator[dict[str, Any]]:
    """Every method by day count by grace by kind of period, and then one thing at a time."""
    for method, day_count, grace, unit in product(METHODS, DAY_COUNTS, GRACES, UNITS):
        graces = dict(zip(("principal_grace", "interest_grace", "interest_free"), grace, strict=True))
        yield {**USUAL, **unit, "method": method, "day_count": day_count, **graces}
    for method, mode, multiple in product(METHODS, ("half_even", "half_up", "up", "down"), (None, "0.05", "20")):
        yield {**USUAL, **UNITS[0], "method": method, "rounding_mode": mode, "instalment_multiple": multiple}
    for method, direction, residue in product(METHODS, ("nearest", "up", "down"), ("last", "levelled")):
        rounded = {"instalment_multiple": "1.00", "instalment_rounding": direction, "residue": residue}
        yield {**USUAL, **UNITS[0], "method": method, **rounded, "fees": FEES}
    for day_count, unit, residue in product(DAY_COUNTS, UNITS, ("last", "levelled")):
        yield {**USUAL, **unit, "method": "emi", "day_count": day_count, "emi_basis": "exact", "residue": residue}
    yield from single_corners()


def single_corners() -> Iterator[dict[str, Any]]:
    """Zero rate, one period, the largest amount, the smallest, a long loan, ties."""
    for method in METHODS:
        usual = {**USUAL, **UNITS[0], "method": method}
        yield usual | {"annual_rate_percent": "0"}
        yield usual | {"periods": 1}
        yield usual | {"periods": 1, "first_due_on": "2024-02-14", "day_count": "30/360"}
        yield usual | {"principal": "100000000000.00"}
        yield usual | {"principal": "99999999999.99", "annual_rate_percent": "17.35", "periods": 60}
        yield usual | {"principal": "0.06"}
        yield usual | {"principal": "180000", "annual_rate_percent": "11.75", "periods": 240, "fees": FEES}
        yield usual | {"principal": "1000.01", "annual_rate_percent": "6", "disbursed_on": "2023-10-31"}
        yield usual | {
            "annual_rate_percent": "12.3456789012",
            "day_count": "actual/actual",
            "disbursed_on": "2023-12-31",
        }


def numbered(objects: Iterator[dict[str, Any]], letter: str) -> list[dict[str, Any]]:
    """Return the objects with ids."""
    return [{"id": f"{letter}{n}", **asked} for n, asked in enumerate(objects, 1)]


# -- lives -------------------------------------------------------------------------------------------------------------

LENT = {"kind": "disburse", "on": "2024-01-31", "amount": "1000"}
LATE = {"amount": "15", "of": "principal", "after_days": 0}
PARTLY_LATE = {"percent": "1.5", "of": "principal_and_interest", "after_days": 3}


def pay(on: str, amount: str) -> dict[str, Any]:
    """Return a repayment."""
    return {"kind": "repayment", "on": on, "amount": amount}


def close(on: str) -> dict[str, Any]:
    """Return a day-end."""
    return {"kind": "day_end", "on": on}


def charge(what: str, due_on: str, amount: str) -> dict[str, Any]:
    """Return a charge."""
    return {"kind": "charge", "charge": what, "due_on": due_on, "amount": amount}


STORIES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "on time": ("2024-03-10", [close("2024-02-29"), pay("2024-02-29", "256.28"), close("2024-03-01")]),
    "in advance, then late": ("2024-04-10", [pay("2024-02-10", "100"), close("2024-03-01"), pay("2024-03-09", "400")]),
    "backdated, in time after all": ("2024-03-20", [close("2024-03-15"), pay("2024-02-29", "256.28")]),
    "backdated, still late": ("2024-03-20", [close("2024-03-15"), pay("2024-03-05", "256.28")]),
    "reversed": (
        "2024-03-20",
        [pay("2024-02-29", "256.28"), close("2024-03-15"), {"kind": "reverse", "event": 1}, pay("2024-03-16", "50")],
    ),
    "charges of every place": (
        "2024-06-10",
        [charge("fee", "2024-02-10", "20"), charge("penalty", "2024-03-31", "7.50"), charge("fee", "2024-07-15", "30"),
         pay("2024-02-20", "300"), close("2024-03-31"), pay("2024-04-01", "300"), charge("penalty", "2024-08-01", "1")],
    ),
    "waived": (
        "2024-04-10",
        [charge("penalty", "2024-02-10", "3"), close("2024-03-05"),
         {"kind": "waive", "on": "2024-03-06", "instalment": 2, "part": "interest"},
         {"kind": "waive", "on": "2024-03-07", "instalment": 1, "part": "penalty", "amount": "0.01"},
         pay("2024-03-10", "300"), {"kind": "reverse", "event": 3}],
    ),
    "written off, recovered": (
        "2024-06-10",
        [close("2024-03-10"), pay("2024-03-12", "40"), {"kind": "write_off", "on": "2024-04-15"},
         pay("2024-05-01", "100"), pay("2024-04-01", "60"), close("2024-06-01")],
    ),
    "settled": (
        "2024-04-10", [pay("2024-02-29", "256.28"), {"kind": "payoff", "on": "2024-03-15"}, close("2024-04-01")]
    ),
    "settled, then a payment reversed": (
        "2024-04-10",
        [pay("2024-02-29", "256.28"), {"kind": "payoff", "on": "2024-03-15"}, {"kind": "reverse", "event": 1}],
    ),
    "settled, then an old payment": (
        "2024-04-10", [{"kind": "payoff", "on": "2024-03-15"}, pay("2024-03-01", "10"), pay("2024-04-01", "5")]
    ),
    "overpaid": ("2024-04-10", [pay("2024-03-01", "1100"), pay("2024-03-02", "7"), close("2024-04-01")]),
    "never paid": ("2026-12-31", [close("2024-06-05")]),
    "two on one day": (
        "2024-03-10", [pay("2024-02-29", "20"), charge("fee", "2024-02-29", "5"), pay("2024-02-29", "20")]
    ),
}  # fmt: skip
RULES: tuple[dict[str, Any], ...] = (
    {},
    {"late_fee": LATE, "arrears_interest_percent": "36.5"},
    {
        "late_fee": PARTLY_LATE,
        "arrears_interest_percent": "400",
        "cap": "interest_and_fees",
        "payoff_interest": "period_end",
    },
    {
        "allocation": {
            "due": ["interest", "principal", "penalty", "fee"],
            "advance": ["principal", "fee", "interest", "penalty"],
        },
        "late_fee": LATE,
        "cap": "interest",
    },
)
LENDING: tuple[dict[str, Any], ...] = (
    {"method": "emi"},
    {"method": "flat", "interest_grace": 1, "fees": FEES[1:]},
    {"method": "equal_principal", "principal_grace": 1, "fees": FEES, "day_count": "actual/actual"},
)


def life_corners() -> Iterator[dict[str, Any]]:
    """Every story under every set of rules, for every method."""
    for terms, rules, (as_of, events) in product(LENDING, RULES, STORIES.values()):
        whole = {"principal": "1000", "annual_rate_percent": "12", "periods": 4, "period_unit": "month"}
        lent = {**whole, **terms, "disbursed_on": "2024-01-31"}
        yield {"terms": lent, **completed_rules(rules), "events": [LENT, *events], "as_of": as_of}


def completed_rules(rules: dict[str, Any]) -> dict[str, Any]:
    """Return the rules with the defaults filled in."""
    order = ["penalty", "fee", "interest", "principal"]
    usual = {"allocation": {"due": order, "advance": order}, "late_fee": None, "arrears_interest_percent": "0"}
    return {**usual, "cap": "interest", "payoff_interest": "to_date", **rules}


def packed(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its rows as lists of values, so that a golden file stays readable and small."""
    tables = {name: [list(row.values()) for row in answer[name]] for name in TABLES if name in answer}
    return answer | tables


def write() -> None:
    """Write the golden tables anew."""
    schedules = [(asked, packed(schedule_document(asked))) for asked in numbered(schedule_corners(), "s")]
    lives = [(asked, packed(simulation_document(asked))) for asked in numbered(life_corners(), "l")]
    for name, cases in (("schedules", schedules), ("lives", lives)):
        lines = ",\n".join(json.dumps({"asked": a, "answer": b}, separators=(",", ":")) for a, b in cases)
        (GOLDEN / f"{name}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    write()
