"""The document of `letsema schedule`."""

from __future__ import annotations

import json

from core.loans.calculator import calculate_schedules, has_errors
from core.loans.fields import read_document

GOOD = """{"id": "a", "principal": "1000", "annual_rate_percent": 24.5, "method": "%s", "periods": 3,
"period_unit": "month", "disbursed_on": "2026-01-31",
"fees": [{"name": "in", "when": "upfront", "percent": "2"}, {"name": "adm", "when": "spread", "amount": 10}]}"""


def test_a_schedule_is_answered_in_full() -> None:
    (answer,) = calculate_schedules(read_document(f"[{GOOD % 'emi'}]"))

    assert answer == {
        "id": "a",
        "instalments": [
            {
                "n": 1,
                "due_on": "2026-02-28",
                "principal": "326.62",
                "interest": "20.42",
                "fees": "3.33",
                "total": "350.37",
                "balance": "673.38",
            },
            {
                "n": 2,
                "due_on": "2026-03-31",
                "principal": "333.29",
                "interest": "13.75",
                "fees": "3.33",
                "total": "350.37",
                "balance": "340.09",
            },
            {
                "n": 3,
                "due_on": "2026-04-30",
                "principal": "340.09",
                "interest": "6.94",
                "fees": "3.34",
                "total": "350.37",
                "balance": "0.00",
            },
        ],
        "level_instalment": "347.04",
        "totals": {"principal": "1000.00", "interest": "41.11", "fees": "30.00", "total": "1071.11"},
        "total_cost_of_credit": "71.11",
        "effective_annual_rate_percent": "52.62",
    }


def test_equal_principal_has_no_level_instalment() -> None:
    (answer,) = calculate_schedules(read_document(f"[{GOOD % 'equal_principal'}]"))

    assert answer["level_instalment"] is None


def test_a_bad_object_is_answered_in_its_place() -> None:
    answers = calculate_schedules(
        read_document(f'[{GOOD % "emi"}, {{"id": 2.5, "principal": 0}}, 7, {GOOD % "flat"}, {GOOD % "annuity"}]')
    )

    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    assert answers[1]["id"] == "2.5"
    assert answers[1]["error"]["field"] == "annual_rate_percent"
    assert answers[2] == {"id": None, "error": {"field": "terms", "message": "an object is expected"}}
    assert answers[4]["error"]["field"] == "method"
    assert has_errors(answers)
    assert not has_errors(answers[:1])


def test_the_answer_is_json_whatever_was_asked() -> None:
    answers = calculate_schedules(read_document(f'[{GOOD % "flat"}, {{"id": [1.5]}}, null]'))

    assert json.loads(json.dumps(answers)) == answers
