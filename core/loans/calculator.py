"""What `letsema schedule` prints: a list of terms in, a list of schedules out, a bad object answered in its place.

Amounts leave as decimal strings and dates as ISO 8601, so that the document is the same for every reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import InvalidInput
from core.loans.disclosure import effective_annual_rate_percent
from core.loans.fields import read_id, read_object
from core.loans.schedule import Schedule, schedule
from core.loans.terms import LoanTerms


def calculate_schedules(document: Sequence[object]) -> list[dict[str, Any]]:
    """Answer each object with its schedule, or with `{"id", "error": {"field", "message"}}`."""
    return [_answer(item) for item in document]


def has_errors(answers: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any object was refused: the command then exits with 1."""
    return any("error" in answer for answer in answers)


def schedule_to_json(plan: Schedule) -> dict[str, Any]:
    """A schedule as the calculator prints it. Upfront fees are in the totals and in no instalment."""
    level = plan.level_instalment
    return {
        "instalments": [
            {
                "n": row.n,
                "due_on": row.due_on.isoformat(),
                "principal": row.principal.plain,
                "interest": row.interest.plain,
                "fees": row.fees.plain,
                "total": row.total.plain,
                "balance": row.balance.plain,
            }
            for row in plan.rows
        ],
        "level_instalment": None if level is None else level.plain,
        "totals": {
            "principal": plan.terms.principal.plain,
            "interest": plan.interest.plain,
            "fees": plan.fees.plain,
            "total": (plan.terms.principal + plan.total_cost_of_credit).plain,
        },
        "total_cost_of_credit": plan.total_cost_of_credit.plain,
        "effective_annual_rate_percent": str(effective_annual_rate_percent(plan.terms, plan)),
    }


def _answer(item: object) -> dict[str, Any]:
    name = read_id(item)
    try:
        fields = {field: value for field, value in read_object(item, "terms").items() if field != "id"}
        return {"id": name} | schedule_to_json(schedule(LoanTerms.from_json(fields)))
    except InvalidInput as error:
        return {"id": name, "error": {"field": error.field, "message": error.message}}
