"""The second opinion's schedule, from (c3) to (c6): a table is filled row by row, as one would on paper."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.core.loans.second_opinion.calendar_by_hand import PERIODS_IN_A_YEAR, Share, due_dates, shares
from tests.core.loans.second_opinion.rounding import divided, to_multiple

Row = dict[str, Any]
"""n, due_on, charged (interest of the period), principal, interest (due with the row), fees, total, balance."""

DEFAULTS: dict[str, Any] = {
    "period_every": 1,
    "first_due_on": None,
    "day_count": "equal_periods",
    "rounding_mode": "half_even",
    "instalment_multiple": None,
    "instalment_rounding": "nearest",
    "residue": "last",
    "emi_basis": "nominal",
    "principal_grace": 0,
    "interest_grace": 0,
    "interest_free": 0,
    "fees": [],
}


class NoPrincipalLeft(Exception):
    """A row after the principal grace would have no principal."""


def completed(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the terms with every default filled in and money and rate as decimals."""
    whole = {**DEFAULTS, **terms}
    whole["principal"] = Decimal(whole["principal"])
    whole["annual_rate_percent"] = Decimal(whole["annual_rate_percent"])
    if whole["instalment_multiple"] is not None:
        whole["instalment_multiple"] = Decimal(whole["instalment_multiple"])
    return whole


def rows(terms: dict[str, Any]) -> tuple[list[Row], Decimal | None]:
    """Return the rows of completed terms, and the level instalment where the method has one."""
    if terms["method"] == "emi":
        table, level = levelled(terms) if terms["residue"] == "levelled" else emi_table(terms, first_level(terms))
    elif terms["method"] == "equal_principal":
        table, level = equal_principal_table(terms), None
    else:
        table, level = flat_table(terms)
    for row, due_on, fees in zip(table, due_dates(terms), fee_column(terms), strict=True):
        row["due_on"], row["fees"] = due_on, fees
        row["total"] = row["principal"] + row["interest"] + fees
    return table, level


def periods_charged(terms: dict[str, Any]) -> list[Share]:
    """Return each period's share, nothing for the interest-free ones."""
    free = terms["interest_free"]
    return [Share(Decimal(0), Decimal(1)) if k < free else share for k, share in enumerate(shares(terms))]


def interest_on(terms: dict[str, Any], balance: Decimal, share: Share) -> Decimal:
    """Return the balance's interest for the share of a year, rounded to the cent."""
    over = balance * terms["annual_rate_percent"] * share.over
    return divided(over, Decimal(100) * share.under, terms["rounding_mode"])


# -- equal instalments -------------------------------------------------------------------------------------------------


def first_level(terms: dict[str, Any]) -> Decimal:
    """Return the level instalment before any levelling of the residue."""
    amortising = terms["periods"] - terms["principal_grace"]
    if terms["emi_basis"] == "nominal":
        factors = [Share(Decimal(terms["period_every"]), PERIODS_IN_A_YEAR[terms["period_unit"]])] * amortising
    else:
        factors = periods_charged(terms)[terms["principal_grace"] :]
    over, under = annuity(terms["annual_rate_percent"], factors)
    return to_instalment(terms, terms["principal"] * over, under)


def annuity(rate_percent: Decimal, factors: list[Share]) -> tuple[Decimal, Decimal]:
    """Return the payment per unit that repays over the factors, as a fraction: B = sum of payments, each discounted."""
    all_grown, all_shrunk, discounted = Decimal(1), Decimal(1), Decimal(0)
    for factor in factors:
        shrunk = Decimal(100) * factor.under
        grown = shrunk + rate_percent * factor.over
        all_grown, all_shrunk = all_grown * grown, all_shrunk * shrunk
        discounted = discounted * grown + all_shrunk
    return all_grown, discounted


def to_instalment(terms: dict[str, Any], over: Decimal, under: Decimal) -> Decimal:
    """Return the fraction rounded to the multiple where there is one, else to the cent."""
    multiple = terms["instalment_multiple"]
    if multiple is None:
        return divided(over, under, terms["rounding_mode"])
    return to_multiple(over, under, multiple, terms["instalment_rounding"], terms["rounding_mode"])


def emi_table(terms: dict[str, Any], level: Decimal) -> tuple[list[Row], Decimal]:
    """Return the rows that pay the level instalment, with the last row paying whatever is left."""
    table: list[Row] = []
    balance, deferred = terms["principal"], Decimal(0)
    for k, share in enumerate(periods_charged(terms)):
        charged = interest_on(terms, balance, share)
        if k < terms["principal_grace"]:
            principal = Decimal(0)
        elif k == terms["periods"] - 1:
            principal = balance
        else:
            principal = level - charged
        check_principal(terms, k, principal, balance)
        deferred, interest = defer(terms, k, deferred, charged)
        balance -= principal
        table.append({"n": k + 1, "charged": charged, "principal": principal, "interest": interest, "balance": balance})
    return table, level


def check_principal(terms: dict[str, Any], k: int, principal: Decimal, balance: Decimal) -> None:
    """Refuse a row after the grace that repays nothing, or that leaves nothing for the rows after it."""
    is_last = k == terms["periods"] - 1
    if k >= terms["principal_grace"] and (principal <= 0 or (principal >= balance and not is_last)):
        raise NoPrincipalLeft(k + 1)


def defer(terms: dict[str, Any], k: int, deferred: Decimal, charged: Decimal) -> tuple[Decimal, Decimal]:
    """Return what stays deferred, and the interest due with the row: grace collects it for the first row after."""
    if k < terms["interest_grace"]:
        return deferred + charged, Decimal(0)
    return Decimal(0), deferred + charged


def levelled(terms: dict[str, Any]) -> tuple[list[Row], Decimal]:
    """Return the table after one nudge of the instalment by difference / n, if the last row then stands out less."""
    level, count = first_level(terms), terms["periods"]
    plain = emi_table(terms, level)
    gap = last_own_total(plain[0]) - level
    if abs(gap) * 100 <= count // 2:
        return plain
    moved = to_instalment(terms, level * count + gap, Decimal(count))
    try:
        nudged = emi_table(terms, moved)
    except NoPrincipalLeft:
        return plain
    return nudged if abs(last_own_total(nudged[0]) - moved) < abs(gap) else plain


def last_own_total(table: list[Row]) -> Decimal:
    """Return the last row's principal and own interest, without what grace brought forward."""
    own: Decimal = table[-1]["principal"] + table[-1]["charged"]
    return own


# -- equal principal and flat ------------------------------------------------------------------------------------------


def equal_principal_table(terms: dict[str, Any]) -> list[Row]:
    """Return the rows that repay the same principal each, the last one the rest."""
    part = to_instalment(terms, terms["principal"], Decimal(terms["periods"] - terms["principal_grace"]))
    table: list[Row] = []
    balance, deferred = terms["principal"], Decimal(0)
    for k, share in enumerate(periods_charged(terms)):
        charged = interest_on(terms, balance, share)
        principal = part_of_row(terms, k, part, balance)
        deferred, interest = defer(terms, k, deferred, charged)
        balance -= principal
        table.append({"n": k + 1, "charged": charged, "principal": principal, "interest": interest, "balance": balance})
    return table


def part_of_row(terms: dict[str, Any], k: int, part: Decimal, balance: Decimal) -> Decimal:
    """Return a row's principal where it is the same in every row but the last."""
    if k < terms["principal_grace"]:
        return Decimal(0)
    principal = balance if k == terms["periods"] - 1 else part
    check_principal(terms, k, principal, balance)
    return principal


def flat_table(terms: dict[str, Any]) -> tuple[list[Row], Decimal]:
    """Return the rows of flat interest: one total on the whole principal, the same in each charged row."""
    column = flat_interest(terms)
    usual = column[terms["interest_free"]] if terms["interest_free"] < terms["periods"] else Decimal(0)
    part = flat_principal(terms, usual)
    table: list[Row] = []
    balance, deferred = terms["principal"], Decimal(0)
    for k, charged in enumerate(column):
        principal = part_of_row(terms, k, part, balance)
        deferred, interest = defer(terms, k, deferred, charged)
        balance -= principal
        table.append({"n": k + 1, "charged": charged, "principal": principal, "interest": interest, "balance": balance})
    return table, part + usual


def flat_interest(terms: dict[str, Any]) -> list[Decimal]:
    """Return each period's interest: the total spread over the charged periods, the residue in the last."""
    over, under = Decimal(0), Decimal(1)
    for share in periods_charged(terms):
        over, under = over * share.under + share.over * under, under * share.under
    total = interest_on(terms, terms["principal"], Share(over, under))
    charged_count = terms["periods"] - terms["interest_free"]
    if charged_count <= 0:
        return [Decimal(0)] * terms["periods"]
    usual = divided(total, Decimal(charged_count), terms["rounding_mode"])
    return [Decimal(0)] * terms["interest_free"] + shared_out(total, usual, charged_count)


def shared_out(total: Decimal, usual: Decimal, count: int) -> list[Decimal]:
    """Return the usual amount for each row while it lasts, and the residue on the last row: no cell is negative."""
    column: list[Decimal] = []
    for _row in range(count - 1):
        column.append(min(usual, total - sum(column)))
    return [*column, total - sum(column)]


def flat_principal(terms: dict[str, Any], usual_interest: Decimal) -> Decimal:
    """Return the usual row's principal; with a multiple it is bent so that principal and interest land on it (c5)."""
    count = Decimal(terms["periods"] - terms["principal_grace"])
    part = to_instalment(terms, terms["principal"], count)
    if terms["instalment_multiple"] is None:
        return part
    return part + to_instalment(terms, usual_interest, Decimal(1)) - usual_interest


# -- fees --------------------------------------------------------------------------------------------------------------


def fee_amount(terms: dict[str, Any], fee: dict[str, Any]) -> Decimal:
    """Return what one fee costs over the loan's life."""
    if "percent" in fee:
        return divided(terms["principal"] * Decimal(fee["percent"]), Decimal(100), terms["rounding_mode"])
    return Decimal(fee["amount"])


def fee_column(terms: dict[str, Any]) -> list[Decimal]:
    """Return the fees due with each row; what is taken upfront is in none."""
    count = terms["periods"]
    column = [Decimal(0)] * count
    for fee in terms["fees"]:
        amount = fee_amount(terms, fee)
        if fee["when"] == "first":
            column[0] += amount
        elif fee["when"] == "spread":
            each = divided(amount, Decimal(count), terms["rounding_mode"])
            column = [before + part for before, part in zip(column, shared_out(amount, each, count), strict=True)]
    return column


def upfront_fees(terms: dict[str, Any]) -> Decimal:
    """Return what is kept back from the money that the borrower receives."""
    return sum((fee_amount(terms, fee) for fee in terms["fees"] if fee["when"] == "upfront"), Decimal(0))


def on(value: str | date) -> date:
    """Return a date from a document's text."""
    return value if isinstance(value, date) else date.fromisoformat(value)
