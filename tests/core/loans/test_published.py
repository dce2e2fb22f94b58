"""The engine against figures that others published: whole tables, each with its source beside it in `published/`.

What follows another rule than ours is in `published/left_out.json` with the reason, and is not bent to.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.loans.calculator import calculate_schedules
from core.loans.simulation import simulate_loans

PUBLISHED = Path(__file__).parent / "published"
AMOUNTS = ("principal", "interest", "total", "balance")


def cases(*names: str) -> list[Any]:
    """Return every case of some files, named by its source."""
    found = [case for name in names for case in json.loads((PUBLISHED / f"{name}.json").read_text())["cases"]]
    return [pytest.param(case, id=case["at"].rpartition("/")[2]) for case in found]


def schedule_of(case: dict[str, Any]) -> dict[str, Any]:
    (answer,) = calculate_schedules([{"id": "published", **case["terms"]}])
    return answer


def life_of(case: dict[str, Any]) -> dict[str, Any]:
    loan = {
        "id": "published",
        "terms": case["terms"],
        "events": case["events"],
        "as_of": case["as_of"],
        **case["rules"],
    }
    (answer,) = simulate_loans([loan])
    return answer


def columns(rows: list[dict[str, Any]], *names: str) -> list[list[str]]:
    return [[row[name] for name in names] for row in rows]


@pytest.mark.parametrize("case", cases("fineract_schedules"))
def test_a_published_schedule_with_its_dates_is_ours(case: dict[str, Any]) -> None:
    instalments = schedule_of(case)["instalments"]

    assert columns(instalments, "due_on", "principal", "interest", "fees", "total", "balance") == case["rows"]


@pytest.mark.parametrize("case", cases("fineract_progressive", "loan_creator", "other_tables"))
def test_a_published_schedule_is_ours(case: dict[str, Any]) -> None:
    assert columns(schedule_of(case)["instalments"], *AMOUNTS) == case["rows"]


@pytest.mark.parametrize("case", cases("figures"))
def test_a_published_figure_is_ours(case: dict[str, Any]) -> None:
    answer = schedule_of(case)

    assert {name: figure(answer, name) for name in case["figures"]} == case["figures"]


def figure(answer: Any, name: str) -> str:
    """Return what a path like `instalments.0.interest~1` leads to, to as many decimals as it says."""
    path, _, decimals = name.partition("~")
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return str(round(Decimal(answer), int(decimals))) if decimals else str(answer)


@pytest.mark.parametrize("case", cases("fineract_lives"))
def test_a_published_life_is_ours(case: dict[str, Any]) -> None:
    answer = life_of(case)

    if "instalments" in case:
        parts = ("principal", "interest", "fees", "penalties", "total", "paid", "in_advance", "late", "outstanding")
        assert columns(answer["instalments"], "due_on", "balance", *parts) == case["instalments"]
    if "repayments" in case:
        paid = [row for row in answer["transactions"] if row["kind"] in {"repayment", "payoff"}]
        standing = [row for row in paid if not row["reversed"]]
        shown = columns(standing, "on", "amount", "principal", "interest", "fees", "penalties", "balance")
        assert sorted(shown) == sorted(without_reversed(case["repayments"], answer))


def without_reversed(rows: list[list[str]], answer: dict[str, Any]) -> list[list[str]]:
    """Return the published repayments less one for each that was reversed: the source lists those like the others."""
    left = list(rows)
    for row in answer["transactions"]:
        if row["reversed"]:
            left.remove(next(shown for shown in left if shown[:2] == [row["on"], row["amount"]]))
    return left


@pytest.mark.parametrize("case", cases("settlements"))
def test_a_published_settlement_is_ours(case: dict[str, Any]) -> None:
    assert life_of(case)["payoff"]["total"] == case["payoff"]


def test_what_is_left_out_says_why() -> None:
    left_out = json.loads((PUBLISHED / "left_out.json").read_text())["cases"]

    assert all(case["at"] and case["why"] for case in left_out)
