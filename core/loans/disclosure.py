"""The Key Fact Statement: what a loan costs, in the figures that the law wants shown before a contract.

Disclosure of Credit Information Regulations 2023 (L.N. 24 of 2023): amount, each fee, interest, total cost, effective
rate, instalments. The statement that was accepted is kept by its hash.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any, Final

from core.calendar import PeriodUnit
from core.loans.schedule import Schedule, ScheduleRow
from core.loans.terms import LoanTerms
from core.money import Money

_PRECISION: Final = 40
_BISECTIONS: Final = 120
_YEAR: Final = {PeriodUnit.MONTH: 12, PeriodUnit.WEEK: 52, PeriodUnit.DAY: 365}
_RATE_MAX: Final = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The figures. `total_cost` is interest and all fees; the effective rate is in percent a year, two decimals."""

    principal: Money
    cash_received: Money
    fees: tuple[tuple[str, Money], ...]
    interest: Money
    total_cost: Money
    total_repaid: Money
    annual_rate_percent: Decimal
    effective_annual_rate_percent: Decimal
    instalment: Money
    last_instalment: Money
    instalments: int
    first_due_on: date
    last_due_on: date
    disbursed_on: date

    def to_json(self) -> dict[str, Any]:
        """The figures as they are kept with the contract."""
        return {
            "principal": self.principal.plain,
            "cash_received": self.cash_received.plain,
            "fees": [{"name": name, "amount": amount.plain} for name, amount in self.fees],
            "interest": self.interest.plain,
            "total_cost": self.total_cost.plain,
            "total_repaid": self.total_repaid.plain,
            "annual_rate_percent": str(self.annual_rate_percent),
            "effective_annual_rate_percent": str(self.effective_annual_rate_percent),
            "instalment": self.instalment.plain,
            "last_instalment": self.last_instalment.plain,
            "instalments": self.instalments,
            "first_due_on": self.first_due_on.isoformat(),
            "last_due_on": self.last_due_on.isoformat(),
            "disbursed_on": self.disbursed_on.isoformat(),
        }

    @property
    def sha256(self) -> bytes:
        """The hash of the canonical JSON of the figures."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True, separators=(",", ":")).encode()).digest()


def key_facts(terms: LoanTerms, schedule: Schedule) -> KeyFacts:
    """The statement of a loan."""
    fees = tuple((fee.name, fee.of(terms.principal, terms.rounding_mode)) for fee in terms.fees)
    first, last = schedule.rows[0], schedule.rows[-1]
    return KeyFacts(
        principal=terms.principal,
        cash_received=terms.cash_received,
        fees=fees,
        interest=schedule.interest,
        total_cost=Money(schedule.interest.minor + sum(amount.minor for _, amount in fees)),
        total_repaid=schedule.total,
        annual_rate_percent=terms.annual_rate_percent,
        effective_annual_rate_percent=effective_annual_rate_percent(terms, schedule),
        instalment=first.total,
        last_instalment=last.total,
        instalments=len(schedule.rows),
        first_due_on=first.due_on,
        last_due_on=last.due_on,
        disbursed_on=terms.disbursed_on,
    )


def effective_annual_rate_percent(terms: LoanTerms, schedule: Schedule) -> Decimal:
    """The yearly rate i at which the instalments are worth the cash: cash = sum of total_k / (1 + i)^t_k.

    t_k in years: k periods of a twelfth (month), a fifty-second (week) or a 365th (day) part. Two decimals, half up.
    """
    with localcontext(Context(prec=_PRECISION)):
        low, high = Decimal(0), _RATE_MAX
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if _present_value(terms, schedule.rows, middle) > terms.cash_received.minor:
                low = middle
            else:
                high = middle
        return (high * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _present_value(terms: LoanTerms, rows: tuple[ScheduleRow, ...], rate: Decimal) -> Decimal:
    years = Decimal(terms.period_every) / _YEAR[terms.period_unit]
    per_period = (1 + rate) ** -years
    value, discount = Decimal(0), Decimal(1)
    for row in rows:
        discount *= per_period
        value += row.total.minor * discount
    return value
