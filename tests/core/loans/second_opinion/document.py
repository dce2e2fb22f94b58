"""The documents of `letsema schedule` as the second opinion would print them, and the effective rate by bisection."""

import decimal
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.core.loans.second_opinion.calendar_by_hand import PERIODS_IN_A_YEAR, is_broken
from tests.core.loans.second_opinion.rounding import WORKING, written
from tests.core.loans.second_opinion.table import Row, completed, rows, upfront_fees

BEYOND_REASON = Decimal(10) ** 40


class NoSensibleRate(Exception):
    """The fees come so soon after so little money that the yearly rate has more than forty digits."""


class NothingReceived(Exception):
    """The upfront fees leave the borrower no money, so that no rate exists."""


def schedule_document(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the whole document of one object, as strings."""
    with decimal.localcontext(WORKING):
        return worked_out(terms)


def worked_out(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the whole document; the decimals of the caller's context must have digits to spare."""
    whole = completed(terms)
    table, level = rows(whole)
    upfront = upfront_fees(whole)
    interest = sum((row["interest"] for row in table), Decimal(0))
    fees = sum((row["fees"] for row in table), Decimal(0)) + upfront
    return {
        "id": terms["id"],
        "instalments": [written_row(row) for row in table],
        "level_instalment": None if level is None else written(level),
        "totals": {
            "principal": written(whole["principal"]),
            "interest": written(interest),
            "fees": written(fees),
            "total": written(whole["principal"] + interest + fees),
        },
        "total_cost_of_credit": written(interest + fees),
        "effective_annual_rate_percent": effective_rate(whole, table, whole["principal"] - upfront),
    }


def written_row(row: Row) -> dict[str, Any]:
    """Return one row as the document shows it."""
    money = {name: written(row[name]) for name in ("principal", "interest", "fees", "total", "balance")}
    return {"n": row["n"], "due_on": row["due_on"].isoformat(), **money}


def first_and_step(terms: dict[str, Any], table: list[Row]) -> tuple[Decimal, Decimal]:
    """Return the first row's time and the time between rows, in years: a broken first period is its days over 365."""
    step = Decimal(terms["period_every"]) / PERIODS_IN_A_YEAR[terms["period_unit"]]
    if not is_broken(terms):
        return step, step
    return Decimal((table[0]["due_on"] - date.fromisoformat(terms["disbursed_on"])).days) / 365, step


def effective_rate(terms: dict[str, Any], table: list[Row], received: Decimal) -> str:
    """Return i, in percent, with received = sum of total / (1 + i)^t: halved until it is known to the printed digit."""
    if received <= 0:
        raise NothingReceived
    with decimal.localcontext(prec=80):
        first, step = first_and_step(terms, table)
        low, high = Decimal(0), Decimal(1)
        while present_value(table, first, step, high) > received:
            high *= 2
            if high > BEYOND_REASON:
                raise NoSensibleRate
        for _halving in range(240):
            middle = (low + high) / 2
            if present_value(table, first, step, middle) > received:
                low = middle
            else:
                high = middle
        if high * 100 >= BEYOND_REASON:
            raise NoSensibleRate
        percent = (high * 100).quantize(Decimal("0.000000000001"))
        return str(percent.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def present_value(table: list[Row], first: Decimal, step: Decimal, rate: Decimal) -> Decimal:
    """Return what the rows are worth on the day of disbursement."""
    logarithm = (1 + rate).ln()
    discount, each = (-first * logarithm).exp(), (-step * logarithm).exp()
    worth = Decimal(0)
    for row in table:
        worth += row["total"] * discount
        discount *= each
    return worth
