"""What a loan was agreed on: everything that its schedule is computed from, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from core.calendar import PeriodUnit
from core.errors import InvalidInput
from core.money import LARGEST_MINOR, Money, Rounding

PERIODS_MAX: Final = 1_200


class Method(StrEnum):
    """How interest and principal are spread over the instalments."""

    EMI = "emi"


class FeeTiming(StrEnum):
    """When a fee is paid. An upfront fee is held back from the cash and stands in no instalment."""

    UPFRONT = "upfront"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee of the loan: a fixed amount, or a percentage of the principal."""

    name: str
    when: FeeTiming
    amount: Money | None = None
    percent: Decimal | None = None

    def of(self, principal: Money, mode: Rounding) -> Money:
        """What the fee comes to for a principal."""
        if self.amount is not None:
            return self.amount
        return Money.rounded(principal.minor * (self.percent or Decimal(0)) / 100, mode)


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """Principal in lisente, rate in percent a year, `periods` instalments every `period_every` units.

    `first_due_on` None: one period after disbursement. Raises `InvalidInput` naming the field.
    """

    principal: Money
    annual_rate_percent: Decimal
    periods: int
    disbursed_on: date
    method: Method = Method.EMI
    period_unit: PeriodUnit = PeriodUnit.MONTH
    period_every: int = 1
    first_due_on: date | None = None
    rounding_mode: Rounding = Rounding.HALF_EVEN
    fees: tuple[Fee, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.principal.minor <= LARGEST_MINOR:
            raise InvalidInput("the principal is more than nothing", field="principal")
        if not 1 <= self.periods <= PERIODS_MAX:
            raise InvalidInput(f"there are 1 to {PERIODS_MAX} periods", field="periods")
        if not (self.annual_rate_percent.is_finite() and 0 <= self.annual_rate_percent <= 1_000):
            raise InvalidInput("the rate is 0 to 1000 percent a year", field="annual_rate_percent")
        if self.period_every < 1:
            raise InvalidInput("a period is at least one unit long", field="period_every")
        if self.first_due_on is not None and self.first_due_on <= self.disbursed_on:
            raise InvalidInput("the first instalment is due after disbursement", field="first_due_on")
        if self.upfront_fees >= self.principal:
            raise InvalidInput("upfront fees leave nothing to pay out", field="fees")

    @property
    def upfront_fees(self) -> Money:
        """The fees that are held back from the cash."""
        held = [fee for fee in self.fees if fee.when is FeeTiming.UPFRONT]
        return Money(sum(fee.of(self.principal, self.rounding_mode).minor for fee in held))

    @property
    def cash_received(self) -> Money:
        """What reaches the borrower."""
        return self.principal - self.upfront_fees

    def to_json(self) -> dict[str, Any]:
        """The terms as they are kept with the contract and read by `letsema schedule`."""
        return {
            "principal": self.principal.plain,
            "annual_rate_percent": str(self.annual_rate_percent),
            "method": self.method,
            "periods": self.periods,
            "period_unit": self.period_unit,
            "period_every": self.period_every,
            "disbursed_on": self.disbursed_on.isoformat(),
            "first_due_on": self.first_due_on.isoformat() if self.first_due_on else None,
            "rounding_mode": self.rounding_mode,
            "fees": [_fee_to_json(fee) for fee in self.fees],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> LoanTerms:
        """The terms that `to_json` kept."""
        first = kept["first_due_on"]
        return cls(
            principal=Money.of(kept["principal"]),
            annual_rate_percent=Decimal(kept["annual_rate_percent"]),
            method=Method(kept["method"]),
            periods=int(kept["periods"]),
            period_unit=PeriodUnit(kept["period_unit"]),
            period_every=int(kept["period_every"]),
            disbursed_on=date.fromisoformat(kept["disbursed_on"]),
            first_due_on=date.fromisoformat(first) if first else None,
            rounding_mode=Rounding(kept["rounding_mode"]),
            fees=tuple(_fee_from_json(fee) for fee in kept["fees"]),
        )


def _fee_to_json(fee: Fee) -> dict[str, Any]:
    kept: dict[str, Any] = {"name": fee.name, "when": fee.when}
    if fee.amount is not None:
        return kept | {"amount": fee.amount.plain}
    return kept | {"percent": str(fee.percent)}


def _fee_from_json(kept: Mapping[str, Any]) -> Fee:
    amount = Money.of(kept["amount"]) if "amount" in kept else None
    percent = Decimal(kept["percent"]) if "percent" in kept else None
    return Fee(kept["name"], FeeTiming(kept["when"]), amount, percent)
