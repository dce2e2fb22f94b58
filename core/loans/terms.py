"""What a loan was agreed on: everything that its schedule is computed from, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from core.calendar import PeriodUnit
from core.errors import InvalidInput
from core.loans.exact import MultipleRounding, round_money
from core.loans.fields import (
    read_choice,
    read_date,
    read_decimal,
    read_integer,
    read_money,
    read_object,
    read_optional_date,
    read_optional_money,
    read_text,
    refuse_unknown,
)
from core.money import LARGEST_MINOR, ZERO, Money, Rounding, total

PERIODS_MAX: Final = 1_200
PERIOD_EVERY_MAX: Final = 366
RATE_PERCENT_MAX: Final = Decimal(10_000)
RATE_DECIMALS_MAX: Final = 10
FEES_MAX: Final = 20
FEE_LANGUAGES_MAX: Final = 10
_PERCENT: Final = 100
_LARGEST: Final = Money(LARGEST_MINOR)


class Method(StrEnum):
    """How interest and principal are spread over the instalments."""

    EMI = "emi"
    EQUAL_PRINCIPAL = "equal_principal"
    FLAT = "flat"


class DayCount(StrEnum):
    """What share of a year a period is: all periods alike, or by its days."""

    EQUAL_PERIODS = "equal_periods"
    THIRTY_360 = "30/360"
    ACTUAL_365 = "actual/365"
    ACTUAL_364 = "actual/364"
    ACTUAL_360 = "actual/360"
    ACTUAL_ACTUAL = "actual/actual"


class Residue(StrEnum):
    """Where the residue of rounding goes: all on the last row, or levelled out of the equal instalment first (c3)."""

    LAST = "last"
    LEVELLED = "levelled"


class EmiBasis(StrEnum):
    """Whether the level instalment comes from rate / periods a year, or from each period's own day-count factor."""

    NOMINAL = "nominal"
    EXACT = "exact"


class FeeTiming(StrEnum):
    """When a fee is paid. An upfront fee is held back from the cash and stands in no instalment."""

    UPFRONT = "upfront"
    FIRST = "first"
    SPREAD = "spread"


class InvalidTerms(InvalidInput):
    """Terms that no schedule can be made from; `field` says which."""

    code = "invalid_terms"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee of the loan: a fixed amount, or a percentage of the principal; exactly one of the two.

    `name` is the English one; `translations` are pairs (language, name) for others, by language. Raises `InvalidTerms`
    with field `fees`.
    """

    name: str
    when: FeeTiming
    amount: Money | None = None
    percent: Decimal | None = None
    translations: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.percent is None):
            raise InvalidTerms("a fee has an amount or a percent, and not both", field="fees")
        if self.amount is not None and not ZERO < self.amount <= _LARGEST:
            raise InvalidTerms(f"a fee's amount is more than nothing and at most {_LARGEST}", field="fees")
        if self.percent is not None and not 0 < self.percent <= _PERCENT:
            raise InvalidTerms("a fee's percent is more than 0 and at most 100", field="fees")
        languages = [language for language, _ in self.translations]
        if languages != sorted(set(languages)) or len(languages) > FEE_LANGUAGES_MAX:
            raise InvalidTerms(f"a fee is named in up to {FEE_LANGUAGES_MAX} languages, once in each", field="fees")

    def of(self, principal: Money, mode: Rounding) -> Money:
        """What the fee comes to for a principal."""
        if self.percent is None:
            return self.amount or ZERO
        return round_money(principal.minor * Fraction(self.percent) / _PERCENT, mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """How a price and its instalments come about: all that a product fixes before anybody asks for an amount.

    The rate is in percent a year; a period is `period_every` units. `instalment_multiple` None: to the lisente. The
    three graces count rows: no principal, interest charged but not yet due, no interest at all.
    """

    annual_rate_percent: Decimal
    method: Method = Method.EMI
    period_unit: PeriodUnit = PeriodUnit.MONTH
    period_every: int = 1
    day_count: DayCount = DayCount.EQUAL_PERIODS
    rounding_mode: Rounding = Rounding.HALF_EVEN
    instalment_multiple: Money | None = None
    instalment_rounding: MultipleRounding = MultipleRounding.NEAREST
    residue: Residue = Residue.LAST
    emi_basis: EmiBasis = EmiBasis.NOMINAL
    principal_grace: int = 0
    interest_grace: int = 0
    interest_free: int = 0
    fees: tuple[Fee, ...] = ()

    @property
    def annual_rate(self) -> Fraction:
        """The yearly rate as an exact fraction of one."""
        return Fraction(self.annual_rate_percent) / _PERCENT

    def pricing_to_json(self) -> dict[str, Any]:
        """These fields as `pricing_from_json` reads them."""
        return {
            "annual_rate_percent": str(self.annual_rate_percent),
            "method": self.method.value,
            "period_unit": self.period_unit.value,
            "period_every": self.period_every,
            "day_count": self.day_count.value,
            "rounding_mode": self.rounding_mode.value,
            "instalment_multiple": self.instalment_multiple.plain if self.instalment_multiple else None,
            "instalment_rounding": self.instalment_rounding.value,
            "residue": self.residue.value,
            "emi_basis": self.emi_basis.value,
            "principal_grace": self.principal_grace,
            "interest_grace": self.interest_grace,
            "interest_free": self.interest_free,
            "fees": [_fee_to_json(fee) for fee in self.fees],
        }


PRICING_FIELDS: Final = frozenset(field.name for field in fields(Pricing))


def pricing_of(pricing: Pricing) -> dict[str, Any]:
    """The fields of a price, to make something else that has them."""
    return {name: getattr(pricing, name) for name in PRICING_FIELDS}


def pricing_from_json(known: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a price; absent ones but the rate have their defaults. Raises `InvalidInput` naming it."""
    return {
        "annual_rate_percent": read_decimal(known, "annual_rate_percent"),
        "method": read_choice(known, "method", Method),
        "period_unit": read_choice(known, "period_unit", PeriodUnit),
        "period_every": read_integer(known, "period_every", 1),
        "day_count": read_choice(known, "day_count", DayCount, DayCount.EQUAL_PERIODS),
        "rounding_mode": read_choice(known, "rounding_mode", Rounding, Rounding.HALF_EVEN),
        "instalment_multiple": read_optional_money(known, "instalment_multiple"),
        "instalment_rounding": read_choice(known, "instalment_rounding", MultipleRounding, MultipleRounding.NEAREST),
        "residue": read_choice(known, "residue", Residue, Residue.LAST),
        "emi_basis": read_choice(known, "emi_basis", EmiBasis, EmiBasis.NOMINAL),
        "principal_grace": read_integer(known, "principal_grace", 0),
        "interest_grace": read_integer(known, "interest_grace", 0),
        "interest_free": read_integer(known, "interest_free", 0),
        "fees": tuple(_fees_from_json(known.get("fees"))),
    }


def check_pricing(pricing: Pricing) -> None:
    """Raise `InvalidTerms` for what no amount and no number of periods could put right."""
    rate = pricing.annual_rate_percent
    if not (rate.is_finite() and 0 <= rate <= RATE_PERCENT_MAX):
        raise InvalidTerms(f"the rate is 0 to {RATE_PERCENT_MAX} percent a year", field="annual_rate_percent")
    if rate != round(rate, RATE_DECIMALS_MAX):
        raise InvalidTerms(f"the rate has at most {RATE_DECIMALS_MAX} decimals", field="annual_rate_percent")
    if pricing.instalment_multiple is not None and pricing.instalment_multiple <= ZERO:
        raise InvalidTerms("the multiple is more than nothing", field="instalment_multiple")
    if not 1 <= pricing.period_every <= PERIOD_EVERY_MAX:
        raise InvalidTerms(f"a period is 1 to {PERIOD_EVERY_MAX} units long", field="period_every")
    if len(pricing.fees) > FEES_MAX:
        raise InvalidTerms(f"a loan has at most {FEES_MAX} fees", field="fees")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms(Pricing):
    """A price with an amount (in lisente), `periods` instalments, and the day that the money is lent.

    `first_due_on` None: one period after disbursement. `priced_on` None: the interest of each period is that of its own
    days; else of the days that it would have had with the money lent on `priced_on`, and only the dates are those of
    `disbursed_on`: this is how a contract keeps the figures that were accepted. Raises `InvalidTerms`.
    """

    principal: Money
    periods: int
    disbursed_on: date
    first_due_on: date | None = None
    priced_on: date | None = None

    def __post_init__(self) -> None:
        if not ZERO < self.principal <= _LARGEST:
            raise InvalidTerms(f"the principal is more than nothing and at most {_LARGEST}", field="principal")
        check_pricing(self)
        _check_periods(self)
        _check_graces(self)
        if self.cash_received <= ZERO:
            raise InvalidTerms("upfront fees leave nothing to pay out", field="fees")

    @property
    def upfront_fees(self) -> Money:
        """The fees that are held back from the cash."""
        return self.fees_charged(FeeTiming.UPFRONT)

    @property
    def cash_received(self) -> Money:
        """What reaches the borrower."""
        return self.principal - self.upfront_fees

    def fees_charged(self, *timings: FeeTiming) -> Money:
        """What the fees of these timings come to."""
        return total(fee.of(self.principal, self.rounding_mode) for fee in self.fees if fee.when in timings)

    def to_json(self) -> dict[str, Any]:
        """The terms as they are kept with the contract and read by `letsema schedule`."""
        kept = self.pricing_to_json() | {
            "principal": self.principal.plain,
            "periods": self.periods,
            "disbursed_on": self.disbursed_on.isoformat(),
            "first_due_on": self.first_due_on.isoformat() if self.first_due_on else None,
        }
        return kept | {"priced_on": self.priced_on.isoformat()} if self.priced_on else kept

    @classmethod
    def from_json(cls, document: object) -> LoanTerms:
        """Read the terms that `to_json` kept or a person wrote. Raises `InvalidInput` naming the field."""
        known = read_object(document, "terms")
        refuse_unknown(known, _FIELDS)
        principal, pricing = read_money(known, "principal"), pricing_from_json(known)
        return cls(
            principal=principal,
            periods=read_integer(known, "periods"),
            disbursed_on=read_date(known, "disbursed_on"),
            first_due_on=read_optional_date(known, "first_due_on"),
            priced_on=read_optional_date(known, "priced_on"),
            **pricing,
        )


_FIELDS: Final = frozenset(field.name for field in fields(LoanTerms))
_FEE_FIELDS: Final = frozenset(Fee.__slots__)


def _check_periods(terms: LoanTerms) -> None:
    if not 1 <= terms.periods <= PERIODS_MAX:
        raise InvalidTerms(f"there are 1 to {PERIODS_MAX} periods", field="periods")
    if terms.first_due_on is not None and terms.first_due_on <= terms.disbursed_on:
        raise InvalidTerms("the first instalment is due after disbursement", field="first_due_on")
    if terms.first_due_on is not None and terms.priced_on is not None:
        raise InvalidTerms("a contract with its first due date fixed is priced by its own days", field="priced_on")


def _check_graces(terms: LoanTerms) -> None:
    """The last row always pays principal and interest; all rows may be free of interest."""
    limits = {
        "principal_grace": (terms.principal_grace, terms.periods - 1),
        "interest_grace": (terms.interest_grace, terms.periods - 1),
        "interest_free": (terms.interest_free, terms.periods),
    }
    for field, (rows, most) in limits.items():
        if not 0 <= rows <= most:
            raise InvalidTerms(f"this grace is 0 to {most} of {terms.periods} periods", field=field)


def _fee_to_json(fee: Fee) -> dict[str, Any]:
    kept: dict[str, Any] = {"name": fee.name, "when": fee.when.value}
    # Left out where there are none, so that what was kept before fees had them is written as it was.
    if fee.translations:
        kept["translations"] = dict(fee.translations)
    if fee.amount is not None:
        return kept | {"amount": fee.amount.plain}
    return kept | {"percent": str(fee.percent)}


def read_translations(fields: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The names in other languages, by language; none where they are absent. Raises `InvalidInput`."""
    if fields.get("translations") is None:
        return ()
    names = read_object(fields["translations"], "translations")
    return tuple((language, read_text(names, language)) for language in sorted(names))


def _fees_from_json(value: object) -> Iterable[Fee]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidTerms("the fees are a list", field="fees")
    return [_fee_from_json(item) for item in value]


def _fee_from_json(value: object) -> Fee:
    try:
        known = read_object(value, "fees")
        refuse_unknown(known, _FEE_FIELDS)
        percent = None if known.get("percent") is None else read_decimal(known, "percent")
        return Fee(
            name=read_text(known, "name"),
            when=read_choice(known, "when", FeeTiming),
            amount=read_optional_money(known, "amount"),
            percent=percent,
            translations=read_translations(known),
        )
    except InvalidInput as error:
        # The field of the terms is `fees`; which of a fee's own it is goes into the sentence.
        where = f"{error.field}: " if error.field != "fees" else ""
        raise InvalidTerms(f"{where}{error.message}", field="fees") from error
