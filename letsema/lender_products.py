"""A product in a lender's file. What a loan's schedule is made of has the names and defaults of `letsema schedule`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from core.calendar import PeriodUnit
from core.credit.checks import (
    COUNT_LIMIT_MAX,
    DAYS_LIMIT_MAX,
    INCOME_CHANGE_MAX,
    STANDARD_CHECKS,
    Check,
    CheckLimits,
    ProductChecks,
    Severity,
)
from core.errors import InvalidInput
from core.loans.exact import MultipleRounding
from core.loans.parts import DEFAULT_ORDER
from core.loans.policy import AFTER_DAYS_MAX, Cap, LateFeeBase, LateFeeRule, PayoffInterest, Policy
from core.loans.product_terms import PERIODS_OFFERED_MAX, ProductTerms
from core.loans.terms import FEES_MAX, PERIOD_EVERY_MAX, DayCount, EmiBasis, Fee, FeeTiming, Method, Residue
from core.money import Rounding
from core.records.borrower import Language
from core.records.catalogue import ProductVersion
from letsema.lender_fields import (
    Amount,
    Code,
    Exact,
    FeeName,
    Grace,
    Order,
    PartPercent,
    Percent,
    Periods,
    ProductName,
    Table,
    each_once,
)

_THIRD: Final = Decimal(1) / 3
_STANDARD: Final = STANDARD_CHECKS.severities
_LIMITS: Final = STANDARD_CHECKS.limits


class _Names(Table):
    en: ProductName
    st_LS: ProductName  # noqa: N815 (a language's code)


class _FeeNames(Table):
    en: FeeName
    st_LS: FeeName  # noqa: N815 (a language's code)


class _AmountOrPercent(Table):
    amount: Amount | None = None
    percent: PartPercent | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("a fee has an amount or a percent, and not both")
        return self


class _Fee(_AmountOrPercent):
    names: _FeeNames
    when: FeeTiming

    def fee(self) -> Fee:
        translations = ((Language.SESOTHO.value, self.names.st_LS),)
        return Fee(self.names.en, self.when, self.amount, self.percent, translations)


class _LateFee(_AmountOrPercent):
    of: LateFeeBase = LateFeeBase.PRINCIPAL
    after_days: int = Field(0, ge=0, le=AFTER_DAYS_MAX)

    def rule(self) -> LateFeeRule:
        with_interest = self.of is LateFeeBase.PRINCIPAL_AND_INTEREST
        return LateFeeRule(self.amount, self.percent, with_interest=with_interest, after_days=self.after_days)


class _CheckLimits(Table):
    live_loans_elsewhere: int = Field(default=_LIMITS.live_loans_elsewhere, ge=0, le=COUNT_LIMIT_MAX)
    days_late_elsewhere: int = Field(default=_LIMITS.days_late_elsewhere, ge=0, le=DAYS_LIMIT_MAX)
    enquiries_90_days: int = Field(default=_LIMITS.enquiries_90_days, ge=0, le=COUNT_LIMIT_MAX)
    income_change: Annotated[Exact, Field(ge=0, le=INCOME_CHANGE_MAX)] = _LIMITS.income_change


class _Checks(Table):
    affordability: Severity = _STANDARD[Check.AFFORDABILITY]
    one_third: Severity = _STANDARD[Check.ONE_THIRD]
    live_loans_elsewhere: Severity = _STANDARD[Check.LIVE_LOANS_ELSEWHERE]
    late_elsewhere: Severity = _STANDARD[Check.LATE_ELSEWHERE]
    enquiries: Severity = _STANDARD[Check.ENQUIRIES]
    income_mismatch: Severity = _STANDARD[Check.INCOME_MISMATCH]
    limits: _CheckLimits = _CheckLimits()

    def of_product(self) -> ProductChecks:
        """As the catalogue has them."""
        severities = {check: getattr(self, check.value) for check in Check}
        return ProductChecks(severities, CheckLimits(**self.limits.model_dump()))


class ProductTable(Table):
    """The whole table."""

    code: Code
    names: _Names
    amount_min: Amount
    amount_max: Amount
    amount_step: Amount
    periods_offered: Annotated[tuple[Periods, ...], Field(max_length=PERIODS_OFFERED_MAX), AfterValidator(each_once)]
    period_unit: PeriodUnit = PeriodUnit.MONTH
    period_every: int = Field(1, ge=1, le=PERIOD_EVERY_MAX)
    annual_rate_percent: Percent
    method: Method = Method.EMI
    day_count: DayCount = DayCount.EQUAL_PERIODS
    rounding_mode: Rounding = Rounding.HALF_EVEN
    instalment_multiple: Amount | None = None
    instalment_rounding: MultipleRounding = MultipleRounding.NEAREST
    residue: Residue = Residue.LAST
    emi_basis: EmiBasis = EmiBasis.NOMINAL
    principal_grace: Grace = 0
    interest_grace: Grace = 0
    interest_free: Grace = 0
    fees: Annotated[tuple[_Fee, ...], Field(max_length=FEES_MAX)] = ()
    late_fee: _LateFee | None = None
    arrears_interest_percent: Percent = Decimal(0)
    allocation_due: Order = DEFAULT_ORDER
    allocation_advance: Order = DEFAULT_ORDER
    cap: Cap = Cap.INTEREST
    payoff_interest: PayoffInterest = PayoffInterest.TO_DATE
    instalment_share_limit: Annotated[Exact, Field(gt=0, le=1)] = _THIRD
    offer_valid_days: int = Field(ge=1, le=90)
    cooling_off_days: int = Field(ge=0, le=60)
    payoff_quote_days: int = Field(0, ge=0, le=30)
    checks: _Checks = _Checks()
    retired: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        shortest = min(self.periods_offered)
        for name in ("principal_grace", "interest_grace", "interest_free"):
            if getattr(self, name) >= shortest:
                raise ValueError(f"{name} is shorter than the shortest term, {shortest} periods")
        try:
            self.terms()
        except InvalidInput as error:
            raise ValueError(f"{error.field}: {error.message}") from None
        return self

    def terms(self) -> ProductTerms:
        """What loans are made of. Raises `InvalidTerms`."""
        return ProductTerms(
            periods_offered=tuple(sorted(self.periods_offered)),
            period_unit=self.period_unit,
            period_every=self.period_every,
            annual_rate_percent=self.annual_rate_percent,
            method=self.method,
            day_count=self.day_count,
            rounding_mode=self.rounding_mode,
            instalment_multiple=self.instalment_multiple,
            instalment_rounding=self.instalment_rounding,
            residue=self.residue,
            emi_basis=self.emi_basis,
            principal_grace=self.principal_grace,
            interest_grace=self.interest_grace,
            interest_free=self.interest_free,
            fees=tuple(fee.fee() for fee in self.fees),
        )

    def policy(self) -> Policy:
        """What loans run by."""
        return Policy(
            due_order=self.allocation_due,
            advance_order=self.allocation_advance,
            late_fee=self.late_fee.rule() if self.late_fee else None,
            arrears_interest_percent=self.arrears_interest_percent,
            cap=self.cap,
            payoff_interest=self.payoff_interest,
        )

    def version(self, product_id: UUID, mfi_id: UUID) -> ProductVersion:
        """As the catalogue has a first version."""
        return ProductVersion(
            product_id=product_id,
            version=1,
            mfi_id=mfi_id,
            code=self.code,
            names=self.names.model_dump(),
            amount_min=self.amount_min,
            amount_max=self.amount_max,
            amount_step=self.amount_step,
            terms=self.terms(),
            policy=self.policy(),
            instalment_share_limit=self.instalment_share_limit,
            offer_valid_days=self.offer_valid_days,
            cooling_off_days=self.cooling_off_days,
            payoff_quote_days=self.payoff_quote_days,
            retired=self.retired,
            checks=self.checks.of_product(),
        )
