"""The document of `letsema simulate` as the second opinion would print it."""

import decimal
from datetime import date
from decimal import Decimal
from typing import Any

from tests.core.loans.second_opinion.books import NAMES, History
from tests.core.loans.second_opinion.life import ZERO, Life, Line, lived, payoff_parts
from tests.core.loans.second_opinion.rounding import WORKING, written
from tests.core.loans.second_opinion.table import on

BUCKETS = ((0, "current"), (30, "1-30"), (60, "31-60"), (90, "61-90"), (180, "91-180"))


def simulation_document(loan: dict[str, Any]) -> dict[str, Any]:
    """Return the whole document of one object, as strings."""
    with decimal.localcontext(WORKING):
        return worked_out(loan)


def worked_out(loan: dict[str, Any]) -> dict[str, Any]:
    """Return the document; the decimals of the caller's context must have digits to spare."""
    history = recorded(loan)
    life = lived(loan, standing(loan, len(loan["events"])))
    days = days_past_due(life)
    return {
        "id": loan["id"],
        "status": life.status,
        "instalments": instalments(life),
        "transactions": history.shown(),
        "outstanding": parts({name: owed(life, life.left(part)) for name, part in NAMES.items()}),
        "overpaid": written(life.overpaid),
        "days_past_due": days,
        "bucket": next((name for most, name in BUCKETS if days <= most), "181+"),
        "payoff": {"on": life.today.isoformat(), **payoff(life)},
        "journal": history.journal,
    }


def recorded(loan: dict[str, Any]) -> History:
    """Return what each event changed: the loan is lived through anew after every one of them."""
    history = History()
    for count in range(1, len(loan["events"]) + 1):
        known = lived({**loan, "as_of": loan["terms"]["disbursed_on"]}, standing(loan, count))
        history.note(count - 1, known)
    return history


def standing(loan: dict[str, Any], count: int) -> list[tuple[int, dict[str, Any]]]:
    """Return the first so many events that nothing among them reverses, a payoff with what its day's quote asked."""
    first = list(enumerate(loan["events"][:count]))
    undone = {event["event"] for _n, event in first if event["kind"] == "reverse"}
    return [(n, fixed(loan, n, event)) for n, event in first if event["kind"] != "reverse" and n not in undone]


def fixed(loan: dict[str, Any], number: int, event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with what was fixed when it was recorded: its amount, and how far the days were closed."""
    closes = [on(e["on"]) for e in loan["events"][:number] if e["kind"] == "day_end"]
    event = {**event, "closed_through": max(closes, default=date.min)}
    if event["kind"] == "payoff":
        return {**event, "amount": asked(loan, number)}
    if event["kind"] == "waive" and event.get("amount") is None:
        life = lived({**loan, "as_of": event["on"]}, standing(loan, number), to_last_close=False)
        row = next(line for line in life.lines if line.n == event["instalment"])
        return {**event, "amount": row.sum("left", event["part"])}
    return event


def asked(loan: dict[str, Any], number: int) -> Decimal:
    """Return what settled the loan on the day of a payoff, as far as was known when it was recorded."""
    day = loan["events"][number]["on"]
    life = lived({**loan, "as_of": day}, standing(loan, number), to_last_close=False)
    return sum(payoff_parts(life).values(), ZERO)


def parts(amounts: dict[str, Decimal]) -> dict[str, str]:
    """Return the parts and their total as strings."""
    return {
        **{name: written(amount) for name, amount in amounts.items()},
        "total": written(sum(amounts.values(), ZERO)),
    }


def payoff(life: Life) -> dict[str, str]:
    """Return what would settle the loan on the last day."""
    if life.status != "active":
        return parts(dict.fromkeys(NAMES, ZERO))
    asked_today = payoff_parts(life)
    return parts({name: asked_today[part] for name, part in NAMES.items()})


def instalments(life: Life) -> list[dict[str, Any]]:
    """Return the rows, each with the principal that is left after it."""
    balance = life.terms["principal"]
    shown = []
    for line in life.lines:
        balance -= line.sum("amount", "principal")
        shown.append({**instalment(line, balance), "outstanding": written(owed(life, line.sum("left")))})
    return shown


def owed(life: Life, left: Decimal) -> Decimal:
    """Return what is left of something; nothing is owed before the money is out."""
    return ZERO if life.status == "pending" else left


def instalment(line: Line, balance: Decimal) -> dict[str, Any]:
    """Return one row of the document, its outstanding still to be filled in."""
    amounts = {
        **{name: line.sum("amount", part) for name, part in NAMES.items()},
        "total": line.sum("amount"),
        "paid": line.sum("paid"),
        "in_advance": line.in_advance,
        "late": line.late,
        "outstanding": ZERO,
        "balance": balance,
    }
    return {"n": line.n, "due_on": line.due_on.isoformat(), **{name: written(a) for name, a in amounts.items()}}


def days_past_due(life: Life) -> int:
    """Return the days since the oldest due date with something unpaid; the due date itself is day 0."""
    late = [line.due_on for line in life.lines if line.due_on < life.today and line.sum("left") > 0]
    return (life.today - min(late)).days if late and life.status == "active" else 0
