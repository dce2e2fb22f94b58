"""The engine against a second implementation by another hand: whole documents, on random terms and random lives.

The second opinion works on paper, so to say: decimals, tables, day by day, everything anew after each event. Where both
agree on a document to the last string, a mistake would have to have been made twice.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings

from core.loans.calculator import calculate_schedules
from core.loans.simulation import simulate_loans
from tests.core.loans.lives import LIVES
from tests.core.loans.second_opinion.document import NoSensibleRate, NothingReceived, schedule_document
from tests.core.loans.second_opinion.drawn_lives import lives
from tests.core.loans.second_opinion.drawn_terms import terms
from tests.core.loans.second_opinion.life_document import simulation_document
from tests.core.loans.second_opinion.table import NoPrincipalLeft

MANY = settings(max_examples=100 * LIVES, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=50 * LIVES, deadline=None, suppress_health_check=list(HealthCheck))


def in_any_order(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the rows of one event, and the lines of one journal entry, in a fixed order."""
    journal = [{**entry, "lines": sorted(entry["lines"], key=json.dumps)} for entry in document["journal"]]
    ordered = {
        "transactions": sorted(document["transactions"], key=json.dumps),
        "journal": sorted(journal, key=json.dumps),
    }
    return document | ordered


def without_refused_events(loan: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the loan with the events that the engine takes, and the engine's document of it."""
    loan = copy.deepcopy(loan)
    while True:
        (answer,) = simulate_loans([loan])
        if "error" not in answer:
            return loan, answer
        refused = answer["error"]["event"]
        assume(refused)
        loan["events"] = renumbered(loan["events"], refused)


def renumbered(events: list[dict[str, Any]], gone: int) -> list[dict[str, Any]]:
    """Return the events without one, and without what would reverse it."""
    kept = [n for n, event in enumerate(events) if n != gone and event.get("event") != gone]
    numbers = {old: new for new, old in enumerate(kept)}
    return [
        {**events[n], "event": numbers.get(events[n]["event"], 0)} if "event" in events[n] else events[n] for n in kept
    ]


@MANY
@given(terms())
def test_schedules_are_those_of_the_second_opinion(drawn: dict[str, Any]) -> None:
    (answer,) = calculate_schedules([drawn])

    try:
        expected = schedule_document(drawn)
    except (NoPrincipalLeft, NothingReceived, NoSensibleRate):
        assert answer["error"]["field"]
    else:
        assert answer == expected


@SOME
@given(lives())
def test_lives_are_those_of_the_second_opinion(drawn: dict[str, Any]) -> None:
    loan, answer = without_refused_events(drawn)

    assert in_any_order(answer) == in_any_order(simulation_document(loan))
