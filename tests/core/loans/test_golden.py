"""The engine against golden tables: every method, day count, grace and kind of period, and lives under all rules.

The expected documents are the second opinion's (`second_opinion/corners.py` writes them), never the engine's own. A
test that the second opinion still says so keeps the files honest.
"""

from __future__ import annotations

import json
from typing import Any

from core.loans.calculator import calculate_schedules
from core.loans.simulation import simulate_loans
from tests.core.loans.second_opinion.corners import GOLDEN, life_corners, numbered, packed, schedule_corners
from tests.core.loans.second_opinion.document import schedule_document
from tests.core.loans.second_opinion.life_document import simulation_document
from tests.core.loans.test_second_opinion import in_any_order

SAMPLE = 23
"""Every so many cases the second opinion is asked again; all of them would take a minute."""


def golden(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((GOLDEN / f"{name}.json").read_text())
    return cases


def test_golden_schedules_are_the_engines() -> None:
    cases = golden("schedules")

    answers = calculate_schedules([case["asked"] for case in cases])

    assert [packed(answer) for answer in answers] == [case["answer"] for case in cases]


def test_golden_lives_are_the_engines() -> None:
    cases = golden("lives")

    answers = simulate_loans([case["asked"] for case in cases])

    assert [in_any_order(packed(answer)) for answer in answers] == [in_any_order(case["answer"]) for case in cases]


def test_golden_tables_are_still_the_second_opinions() -> None:
    schedules, lives = golden("schedules"), golden("lives")

    assert [case["asked"] for case in schedules] == numbered(schedule_corners(), "s")
    assert [case["asked"] for case in lives] == numbered(life_corners(), "l")
    for case in schedules[::SAMPLE]:
        assert packed(schedule_document(case["asked"])) == case["answer"]
    for case in lives[::SAMPLE]:
        assert packed(simulation_document(case["asked"])) == case["answer"]
