"""A product's rules for a running loan: who is paid first, what being late costs, and what settling early takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from core.errors import InvalidInput
from core.loans.exact import round_money
from core.loans.fields import (
    read_choice,
    read_decimal,
    read_integer,
    read_object,
    read_optional_money,
    refuse_unknown,
)
from core.loans.parts import DEFAULT_ORDER, Part
from core.loans.terms import RATE_PERCENT_MAX
from core.money import LARGEST_MINOR, ZERO, Money, Rounding

AFTER_DAYS_MAX: Final = 366
_PERCENT: Final = 100
_LATE_FEE_FIELDS: Final = frozenset({"amount", "percent", "of", "after_days"})
_ALLOCATION_FIELDS: Final = frozenset({"due", "advance"})


class InvalidPolicy(InvalidInput):
    """Rules that no loan can run by; `field` says which."""

    code = "invalid_policy"


class Cap(StrEnum):
    """What the in-duplum rule holds at the outstanding principal: unpaid interest, or default fees together with it."""

    INTEREST = "interest"
    INTEREST_AND_FEES = "interest_and_fees"


class PayoffInterest(StrEnum):
    """How much of the running period's interest an early settlement pays."""

    TO_DATE = "to_date"
    PERIOD_END = "period_end"


class LateFeeBase(StrEnum):
    """What a late fee looks at: the unpaid principal of the late instalment, or its unpaid interest too."""

    PRINCIPAL = "principal"
    PRINCIPAL_AND_INTEREST = "principal_and_interest"


@dataclass(frozen=True, slots=True)
class LateFeeRule:
    """Once for each late instalment: an amount, or a percentage of the unpaid principal (and interest) of it.

    Charged by the close of the first day that is later than due date plus `after_days`, and value-dated that day.
    Raises `InvalidPolicy` with field `late_fee`.
    """

    amount: Money | None
    percent: Decimal | None
    with_interest: bool
    after_days: int

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.percent is None):
            raise InvalidPolicy("a late fee has an amount or a percent, and not both", field="late_fee")
        if self.amount is not None and not ZERO < self.amount <= Money(LARGEST_MINOR):
            raise InvalidPolicy(f"a late fee is more than nothing and at most {Money(LARGEST_MINOR)}", field="late_fee")
        if self.percent is not None and not 0 < self.percent <= _PERCENT:
            raise InvalidPolicy("a late fee's percent is more than 0 and at most 100", field="late_fee")
        if not 0 <= self.after_days <= AFTER_DAYS_MAX:
            raise InvalidPolicy(f"a late fee waits 0 to {AFTER_DAYS_MAX} days", field="late_fee")

    @property
    def base(self) -> tuple[Part, ...]:
        """The parts whose unpaid rest makes an instalment late and a percentage is taken of."""
        return (Part.PRINCIPAL, Part.INTEREST) if self.with_interest else (Part.PRINCIPAL,)

    def to_json(self) -> dict[str, Any]:
        """The rule as `Policy.to_json` has it."""
        base = LateFeeBase.PRINCIPAL_AND_INTEREST if self.with_interest else LateFeeBase.PRINCIPAL
        size = {"amount": self.amount.plain} if self.amount is not None else {"percent": str(self.percent)}
        return {**size, "of": base.value, "after_days": self.after_days}

    def on(self, unpaid: Money, mode: Rounding) -> Money:
        """The fee for an unpaid base; nothing where nothing of it is unpaid."""
        if unpaid <= ZERO:
            return ZERO
        if self.percent is None:
            return self.amount or ZERO
        return round_money(unpaid.minor * Fraction(self.percent) / _PERCENT, mode)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules. The orders name all four parts; arrears interest is in percent a year on overdue principal.

    Raises `InvalidPolicy` naming the field.
    """

    due_order: tuple[Part, ...] = DEFAULT_ORDER
    advance_order: tuple[Part, ...] = DEFAULT_ORDER
    late_fee: LateFeeRule | None = None
    arrears_interest_percent: Decimal = Decimal(0)
    cap: Cap = Cap.INTEREST
    payoff_interest: PayoffInterest = PayoffInterest.TO_DATE

    def __post_init__(self) -> None:
        for order in (self.due_order, self.advance_order):
            if sorted(order) != sorted(Part):
                raise InvalidPolicy("an order names each of penalty, fee, interest, principal once", field="allocation")
        if not 0 <= self.arrears_interest_percent <= RATE_PERCENT_MAX:
            raise InvalidPolicy(
                f"arrears interest is 0 to {RATE_PERCENT_MAX} percent a year", field="arrears_interest_percent"
            )

    def to_json(self) -> dict[str, Any]:
        """The rules as they are kept with a product's version, and read by `letsema simulate`."""
        return {
            "allocation": {
                "due": [part.value for part in self.due_order],
                "advance": [part.value for part in self.advance_order],
            },
            "late_fee": None if self.late_fee is None else self.late_fee.to_json(),
            "arrears_interest_percent": str(self.arrears_interest_percent),
            "cap": self.cap.value,
            "payoff_interest": self.payoff_interest.value,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Policy:
        """Read the rules from an object of `letsema simulate`; absent ones have their defaults."""
        due, advance = _orders(fields.get("allocation"))
        percent = "arrears_interest_percent"
        return cls(
            due_order=due,
            advance_order=advance,
            late_fee=_late_fee(fields.get("late_fee")),
            arrears_interest_percent=read_decimal(fields, percent) if percent in fields else Decimal(0),
            cap=read_choice(fields, "cap", Cap, Cap.INTEREST),
            payoff_interest=read_choice(fields, "payoff_interest", PayoffInterest, PayoffInterest.TO_DATE),
        )


def _orders(value: object) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    if value is None:
        return DEFAULT_ORDER, DEFAULT_ORDER
    fields = read_object(value, "allocation")
    refuse_unknown(fields, _ALLOCATION_FIELDS)
    due = _order(fields["due"]) if "due" in fields else DEFAULT_ORDER
    return due, _order(fields["advance"]) if "advance" in fields else due


def _order(value: object) -> tuple[Part, ...]:
    if not isinstance(value, list):
        raise InvalidPolicy("an order is a list of parts", field="allocation")
    return tuple(read_choice({"allocation": part}, "allocation", Part) for part in value)


def _late_fee(value: object) -> LateFeeRule | None:
    if value is None:
        return None
    try:
        fields = read_object(value, "late_fee")
        refuse_unknown(fields, _LATE_FEE_FIELDS)
        base = read_choice(fields, "of", LateFeeBase, LateFeeBase.PRINCIPAL_AND_INTEREST)
        return LateFeeRule(
            amount=read_optional_money(fields, "amount"),
            percent=None if fields.get("percent") is None else read_decimal(fields, "percent"),
            with_interest=base is LateFeeBase.PRINCIPAL_AND_INTEREST,
            after_days=read_integer(fields, "after_days", 0),
        )
    except InvalidInput as error:
        raise InvalidPolicy(error.message, field="late_fee") from error
