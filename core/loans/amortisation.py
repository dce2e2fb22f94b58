"""Principal and interest of each row by the method of the terms: equal instalments, equal principal, or flat.

Each method gives rows whose principal sums to the loan's, exactly, with no negative cell. Interest here is what a
period earns; when it falls due is the schedule's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from core.loans.day_count import has_broken_first_period, nominal_years_per_period
from core.loans.exact import round_money, round_to_multiple, spread_evenly
from core.loans.terms import DayCount, EmiBasis, InvalidTerms, LoanTerms, Method, Residue
from core.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Amortised:
    """Principal and interest earned, row by row, and the level instalment where the method has one."""

    principal: tuple[Money, ...]
    interest: tuple[Money, ...]
    level_instalment: Money | None


def amortise(terms: LoanTerms, rates: Sequence[Fraction]) -> Amortised:
    """Spread a loan over its rows; `rates` is each period's exact rate. Raises `InvalidTerms`."""
    methods = {Method.EMI: _equal_instalments, Method.EQUAL_PRINCIPAL: _equal_principal, Method.FLAT: _flat}
    return methods[terms.method](terms, rates)


def _equal_instalments(terms: LoanTerms, rates: Sequence[Fraction]) -> Amortised:
    level = _rounded(_exact_level(terms, rates), terms)
    amortised = _with_level(terms, rates, level)
    if terms.residue is Residue.LEVELLED:
        return _levelled(terms, rates, amortised, level)
    return amortised


def _with_level(terms: LoanTerms, rates: Sequence[Fraction], level: Money) -> Amortised:
    """Rows of one level: principal is what interest leaves of it, and the last row takes the rest."""
    principal: list[Money] = []
    interest: list[Money] = []
    balance = terms.principal
    for k, rate in enumerate(rates):
        interest.append(round_money(balance.minor * rate, terms.rounding_mode))
        principal.append(_row_principal(terms, k, level - interest[-1], balance))
        balance -= principal[-1]
    return Amortised(tuple(principal), tuple(interest), level)


def _row_principal(terms: LoanTerms, k: int, regular: Money, balance: Money) -> Money:
    """The principal of row k (from 0), or a refusal where a row would have none."""
    if k == terms.periods - 1:
        return balance
    if k < terms.principal_grace:
        return ZERO
    if not ZERO < regular < balance:
        raise _row_without_principal(terms, "pays no principal" if regular <= ZERO else "leaves none for later rows", k)
    return regular


def _row_without_principal(terms: LoanTerms, what: str, k: int) -> InvalidTerms:
    if terms.instalment_multiple is not None:
        field = "instalment_multiple"
    elif terms.day_count is not DayCount.EQUAL_PERIODS and has_broken_first_period(terms):
        field = "first_due_on"
    elif terms.interest_free:
        field = "interest_free"
    else:
        field = "periods"
    return InvalidTerms(
        f"row {k + 1} {what}: every instalment after the grace has a part of the principal", field=field
    )


def _exact_level(terms: LoanTerms, rates: Sequence[Fraction]) -> Fraction:
    """The instalment that repays the principal over the rows after the grace, before rounding (c3)."""
    if terms.emi_basis is EmiBasis.EXACT:
        return _annuity(terms.principal, rates[terms.principal_grace :])
    nominal = terms.annual_rate * nominal_years_per_period(terms)
    return _annuity(terms.principal, [nominal] * (terms.periods - terms.principal_grace))


def _annuity(principal: Money, rates: Sequence[Fraction]) -> Fraction:
    """P * product(1 + f_k) / F_n, with F_1 = 1 and F_k = 1 + F_(k-1) * (1 + f_k); all f alike, P*r / (1 - (1+r)^-n).

    Worked in whole numbers over a common denominator: reducing a fraction at each step would take most of the time.
    """
    growths = [(rate.denominator + rate.numerator, rate.denominator) for rate in rates]
    factor, scale = 1, 1  # F_k is factor / scale
    for grown, denominator in growths[1:]:
        scale *= denominator
        factor = scale + factor * grown
    return Fraction(principal.minor * prod(grown for grown, _ in growths), growths[0][1] * factor)


def _levelled(terms: LoanTerms, rates: Sequence[Fraction], first: Amortised, level: Money) -> Amortised:
    """Nudge the level by its share of the last row's difference, when that narrows the difference."""
    difference = _last_total(first) - level
    if abs(difference.minor) <= terms.periods // 2:
        return first
    nudged = _rounded(level.minor + Fraction(difference.minor, terms.periods), terms)
    try:
        second = _with_level(terms, rates, nudged)
    except InvalidTerms:
        return first  # the nudged level would leave a row without principal: the first one stands
    return second if abs((_last_total(second) - nudged).minor) < abs(difference.minor) else first


def _last_total(amortised: Amortised) -> Money:
    return amortised.principal[-1] + amortised.interest[-1]


def _equal_principal(terms: LoanTerms, rates: Sequence[Fraction]) -> Amortised:
    regular = _rounded(Fraction(terms.principal.minor, terms.periods - terms.principal_grace), terms)
    principal: list[Money] = []
    interest: list[Money] = []
    balance = terms.principal
    for k, rate in enumerate(rates):
        interest.append(round_money(balance.minor * rate, terms.rounding_mode))
        principal.append(_row_principal(terms, k, regular, balance))
        balance -= principal[-1]
    return Amortised(tuple(principal), tuple(interest), None)


def _flat(terms: LoanTerms, rates: Sequence[Fraction]) -> Amortised:
    """Interest on the full principal throughout; the last row takes the residue of both parts (c5)."""
    interest = _flat_interest(terms, rates)
    # A row in mid-term stands for all: free rows come first and the residue last.
    charged = interest[terms.interest_free] if terms.interest_free < terms.periods else ZERO
    regular = _flat_principal(terms, charged)
    principal: list[Money] = []
    balance = terms.principal
    for k in range(terms.periods):
        principal.append(_row_principal(terms, k, regular, balance))
        balance -= principal[-1]
    return Amortised(tuple(principal), tuple(interest), regular + charged)


def _flat_interest(terms: LoanTerms, rates: Sequence[Fraction]) -> list[Money]:
    charged_rows = terms.periods - terms.interest_free
    whole = round_money(terms.principal.minor * sum(rates, Fraction(0)), terms.rounding_mode)
    if charged_rows == 0:
        return [ZERO] * terms.periods
    return [ZERO] * terms.interest_free + spread_evenly(whole, charged_rows, terms.rounding_mode)


def _flat_principal(terms: LoanTerms, interest: Money) -> Money:
    """The principal of a regular row; with a multiple, such that principal and interest together land on it."""
    share = Fraction(terms.principal.minor, terms.periods - terms.principal_grace)
    if terms.instalment_multiple is None:
        return round_money(share, terms.rounding_mode)
    return _rounded(share, terms) + _rounded(Fraction(interest.minor), terms) - interest


def _rounded(exact_minor: Fraction, terms: LoanTerms) -> Money:
    if terms.instalment_multiple is None:
        return round_money(exact_minor, terms.rounding_mode)
    return round_to_multiple(exact_minor, terms.instalment_multiple, terms.instalment_rounding, terms.rounding_mode)
