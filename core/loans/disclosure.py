"""The Key Fact Statement: what a loan costs, in the figures that the law wants shown before a contract.

Disclosure of Credit Information Regulations 2023 (L.N. 24 of 2023): amount, each fee, interest, total cost, effective
rate, instalments. The statement that was accepted is kept by its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

from core.calendar import PeriodUnit
from core.loans.day_count import has_broken_first_period, nominal_years_per_period
from core.loans.schedule import Schedule
from core.loans.terms import InvalidTerms, LoanTerms, read_translations
from core.money import Money

_PRECISION: Final = 60
_GUARD: Final = Decimal("1e-20")
_CONVERGED: Final = Decimal("1e-35")
_STEPS_MAX: Final = 1_000
_EFFECTIVE_RATE_PERCENT_MAX: Final = Decimal(10) ** 40
"""Beyond this the digits that are worked with run out, and no reader is told anything by more of them."""
_DAYS_PER_YEAR: Final = 365
_LARGER_PERCENT: Final = 1
"""A last instalment that is larger by no more than this is the level one, rounded."""


@dataclass(frozen=True, slots=True)
class FeeFact:
    """A fee as the statement lists it, and what it is called: `name` in English, `translations` elsewhere."""

    name: str
    amount: Money
    translations: tuple[tuple[str, str], ...] = ()

    def name_in(self, language: str) -> str:
        """The fee's name in a language, English where it has no other."""
        return dict(self.translations).get(language, self.name)

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the contract. A statement of before fees were translated keeps its hash."""
        kept: dict[str, Any] = {"name": self.name, "amount": self.amount.plain}
        return kept | {"translations": dict(self.translations)} if self.translations else kept


@dataclass(frozen=True, slots=True)
class InstalmentFact:
    """An instalment as the statement lists it."""

    n: int
    due_on: date
    total: Money


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The figures. `total_cost` is interest and all fees; the effective rate is in percent a year, two decimals.

    `instalment` is the first one that pays principal, `largest_instalment` the one that a budget must carry.
    """

    principal: Money
    cash_received: Money
    fees: tuple[FeeFact, ...]
    interest: Money
    total_cost: Money
    total_repaid: Money
    annual_rate_percent: Decimal
    effective_annual_rate_percent: Decimal
    instalment: Money
    largest_instalment: Money
    last_instalment: Money
    rows: tuple[InstalmentFact, ...]
    disbursed_on: date
    period_unit: PeriodUnit
    period_every: int

    @property
    def is_level(self) -> bool:
        """Whether every instalment but the last is the same, so that one amount tells them all."""
        return len({row.total for row in self.rows[:-1]}) <= 1

    @property
    def level_instalment(self) -> Money:
        """What every instalment before the last one is, where they are level; of a single one, itself."""
        return self.rows[0].total

    @property
    def has_larger_last(self) -> bool:
        """Whether the instalments are level and the last one is so much larger that a borrower must be told."""
        return self.is_level and self.last_instalment.minor * 100 > self.level_instalment.minor * (
            100 + _LARGER_PERCENT
        )

    @property
    def instalments(self) -> int:
        """How many instalments there are."""
        return len(self.rows)

    @property
    def first_due_on(self) -> date:
        """When the first instalment is due."""
        return self.rows[0].due_on

    @property
    def last_due_on(self) -> date:
        """When the last instalment is due."""
        return self.rows[-1].due_on

    def to_json(self) -> dict[str, Any]:
        """The figures as they are kept with the contract."""
        return {
            "principal": self.principal.plain,
            "cash_received": self.cash_received.plain,
            "fees": [fee.to_json() for fee in self.fees],
            "interest": self.interest.plain,
            "total_cost": self.total_cost.plain,
            "total_repaid": self.total_repaid.plain,
            "annual_rate_percent": str(self.annual_rate_percent),
            "effective_annual_rate_percent": str(self.effective_annual_rate_percent),
            "instalment": self.instalment.plain,
            "largest_instalment": self.largest_instalment.plain,
            "last_instalment": self.last_instalment.plain,
            "instalments": self.instalments,
            "period_unit": self.period_unit.value,
            "period_every": self.period_every,
            "first_due_on": self.first_due_on.isoformat(),
            "last_due_on": self.last_due_on.isoformat(),
            "disbursed_on": self.disbursed_on.isoformat(),
            "rows": [{"n": row.n, "due_on": row.due_on.isoformat(), "total": row.total.plain} for row in self.rows],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> KeyFacts:
        """The figures that were kept with the contract."""
        return cls(
            principal=Money.of(kept["principal"]),
            cash_received=Money.of(kept["cash_received"]),
            fees=tuple(FeeFact(fee["name"], Money.of(fee["amount"]), read_translations(fee)) for fee in kept["fees"]),
            interest=Money.of(kept["interest"]),
            total_cost=Money.of(kept["total_cost"]),
            total_repaid=Money.of(kept["total_repaid"]),
            annual_rate_percent=Decimal(kept["annual_rate_percent"]),
            effective_annual_rate_percent=Decimal(kept["effective_annual_rate_percent"]),
            instalment=Money.of(kept["instalment"]),
            largest_instalment=Money.of(kept["largest_instalment"]),
            last_instalment=Money.of(kept["last_instalment"]),
            rows=tuple(
                InstalmentFact(row["n"], date.fromisoformat(row["due_on"]), Money.of(row["total"]))
                for row in kept["rows"]
            ),
            disbursed_on=date.fromisoformat(kept["disbursed_on"]),
            # Statements of before products had other periods do not say theirs: it was the month.
            period_unit=PeriodUnit(kept.get("period_unit", PeriodUnit.MONTH)),
            period_every=kept.get("period_every", 1),
        )

    @property
    def sha256(self) -> bytes:
        """The hash of the canonical JSON of the figures."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True, separators=(",", ":")).encode()).digest()


def key_facts(terms: LoanTerms, schedule: Schedule) -> KeyFacts:
    """The statement of a loan."""
    rows = schedule.rows
    return KeyFacts(
        principal=terms.principal,
        cash_received=terms.cash_received,
        fees=tuple(
            FeeFact(fee.name, fee.of(terms.principal, terms.rounding_mode), fee.translations) for fee in terms.fees
        ),
        interest=schedule.interest,
        total_cost=schedule.total_cost_of_credit,
        total_repaid=schedule.total,
        annual_rate_percent=terms.annual_rate_percent,
        effective_annual_rate_percent=effective_annual_rate_percent(terms, schedule),
        instalment=rows[terms.principal_grace].total,
        largest_instalment=max(row.total for row in rows),
        last_instalment=rows[-1].total,
        rows=tuple(InstalmentFact(row.n, row.due_on, row.total) for row in rows),
        disbursed_on=terms.disbursed_on,
        period_unit=terms.period_unit,
        period_every=terms.period_every,
    )


def effective_annual_rate_percent(terms: LoanTerms, schedule: Schedule) -> Decimal:
    """The yearly rate i at which the instalments are worth the cash: cash = sum of total_k / (1 + i)^t_k.

    t_k in years: k periods of a twelfth (month), a fifty-second (week) or a 365th (day) part; a broken first period
    counts its days of 365. Two decimals, half up. Raises `InvalidTerms` where it would have more than forty digits.
    """
    with localcontext(Context(prec=_PRECISION, rounding=ROUND_HALF_EVEN)):
        payments = [Decimal(row.total.minor) for row in schedule.rows]
        first, later = _years_to_first(terms), nominal_years_per_period(terms)
        force = _force_of_interest(payments, _decimal(first), _decimal(later), Decimal(terms.cash_received.minor))
        percent = (force.exp() - 1) * 100
        if percent >= _EFFECTIVE_RATE_PERCENT_MAX:
            field = "fees" if terms.fees else "annual_rate_percent"
            raise InvalidTerms("the effective annual rate has more than forty digits", field=field)
        # A rate that is a tie on paper must not fall below it by the last of sixty digits.
        return percent.quantize(_GUARD).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _years_to_first(terms: LoanTerms) -> Fraction:
    if terms.first_due_on is not None and has_broken_first_period(terms):
        return Fraction((terms.first_due_on - terms.disbursed_on).days, _DAYS_PER_YEAR)
    return nominal_years_per_period(terms)


def _force_of_interest(payments: Sequence[Decimal], first: Decimal, later: Decimal, cash: Decimal) -> Decimal:
    """ln(1 + i) by Newton's method.

    Worth as a function of the force falls and is convex, and at zero it is at least the cash (nothing in a schedule is
    negative), so from zero each step goes towards the root and never past it.
    """
    force = Decimal(0)
    for _ in range(_STEPS_MAX):
        worth, slope = _worth(payments, first, later, force)
        towards = (worth - cash) / slope
        force += towards
        if towards <= _CONVERGED:
            return force
    raise ArithmeticError("the effective rate does not converge")  # pragma: no cover - excluded by convexity


def _worth(payments: Sequence[Decimal], first: Decimal, later: Decimal, force: Decimal) -> tuple[Decimal, Decimal]:
    """What the payments are worth on the day of disbursement, and how fast that falls as the force grows."""
    discount, per_period = (-force * first).exp(), (-force * later).exp()
    years = first
    worth = slope = Decimal(0)
    for payment in payments:
        worth += payment * discount
        slope += payment * discount * years
        discount *= per_period
        years += later
    return worth, slope


def _decimal(fraction: Fraction) -> Decimal:
    return Decimal(fraction.numerator) / fraction.denominator
