"""A lender and its products in a TOML file, as an operator writes it: read strictly, every complaint told at once.

What the file looks like is in docs/runbook.md; a test reads that example.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from conversations.check.worst import LARGEST_AMOUNT
from conversations.measures import LONGEST_ACCOUNT, LONGEST_ADDRESS, LONGEST_FEE, LONGEST_LENDER, LONGEST_PRODUCT
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
from core.gsm0338 import fold, septets, unfoldable
from core.loans.exact import MultipleRounding
from core.loans.parts import DEFAULT_ORDER, Part
from core.loans.policy import AFTER_DAYS_MAX, Cap, LateFeeBase, LateFeeRule, PayoffInterest, Policy
from core.loans.product_terms import PERIODS_OFFERED_MAX, ProductTerms
from core.loans.terms import (
    FEES_MAX,
    PERIOD_EVERY_MAX,
    RATE_PERCENT_MAX,
    DayCount,
    EmiBasis,
    Fee,
    FeeTiming,
    Method,
    Residue,
)
from core.money import ZERO, Money, Rounding
from core.records.borrower import Language
from core.records.catalogue import Mfi, ProductVersion, RegulatoryStatus
from letsema.setting_values import WrongSettingError

PERIODS_MAX: Final = 366
"""A year of daily instalments, or seven of weekly ones. The engine takes more; no borrower should be asked to."""
_THIRD: Final = Decimal(1) / 3
_STANDARD: Final = STANDARD_CHECKS.severities
_LIMITS: Final = STANDARD_CHECKS.limits


class WrongLenderFileError(ValueError):
    """The file cannot be used. `sentences`: one for each wrong field, beginning with its name."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


def _amount(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("an amount is in maloti, such as 5000 or 1250.50")  # noqa: TRY004 (pydantic collects these)
    try:
        amount = Money.of(value)
    except InvalidInput as error:
        raise ValueError(error.message) from None
    if not ZERO < amount <= LARGEST_AMOUNT:
        raise ValueError(f"an amount is more than nothing and at most {LARGEST_AMOUNT}, which screens have room for")
    return amount


def _exact(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("a number is expected, such as 36 or 2.5")  # noqa: TRY004 (pydantic collects these)
    return value


def _on_every_phone(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    # Of a message a picture is dropped and the rest still said; of a name nothing may be missing.
    lost = dict.fromkeys([*unfoldable(composed), *(each for each in composed if not fold(each))])
    if lost:
        raise ValueError(f"a plain phone cannot show {', '.join(lost)}")
    return text


def _on_a_screen(longest: str) -> Callable[[str], str]:
    """What has no more room than the longest one with which the pages are measured. It is measured as it is shown:
    folding makes two letters of some, and some count as two.
    """
    room = septets(longest)

    def check(text: str) -> str:
        needed = septets(fold(text))
        if needed > room:
            raise ValueError(f"a phone has room for {room} letters of it, this has {needed}")
        return text

    return check


def _together(accounts: dict[str, str]) -> dict[str, str]:
    # As `conversations.answers.loans.rail_account` says them, one after the other.
    room, needed = septets(LONGEST_ACCOUNT), septets(fold(", ".join(accounts.values())))
    if needed > room:
        raise ValueError(f"a phone has room for {room} letters of them together, these have {needed}")
    return accounts


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("at least one is needed")
    return values


def _each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise ValueError("each is named once")
    return _some(values)


def _whole_order(order: tuple[Part, ...]) -> tuple[Part, ...]:
    if sorted(order) != sorted(Part):
        raise ValueError(f"an order names each of {', '.join(Part)} once")
    return order


Amount = Annotated[Money, BeforeValidator(_amount)]
Percent = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=RATE_PERCENT_MAX)]
_LINE: Final = r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"
Line = Annotated[str, Field(min_length=1, max_length=100, pattern=_LINE)]
Shown = Annotated[Line, AfterValidator(_on_every_phone)]
Lender = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_LENDER))]
Product = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_PRODUCT))]
FeeName = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_FEE))]
Address = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_ADDRESS))]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,23}$")]
Phone = Annotated[str, Field(pattern=r"^\+266\d{8}$")]
Accounts = Annotated[dict[Code, Shown], Field(min_length=1), AfterValidator(_together)]
Order = Annotated[tuple[Part, ...], AfterValidator(_whole_order)]
Periods = Annotated[int, Field(ge=1, le=PERIODS_MAX)]
Grace = Annotated[int, Field(ge=0, lt=PERIODS_MAX)]
PartPercent = Annotated[Decimal, BeforeValidator(_exact), Field(gt=0, le=100)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)


class _Names(_Table):
    en: Product
    st_LS: Product  # noqa: N815 (a language's code)


class _FeeNames(_Table):
    en: FeeName
    st_LS: FeeName  # noqa: N815 (a language's code)


class _AmountOrPercent(_Table):
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


class _CheckLimits(_Table):
    live_loans_elsewhere: int = Field(default=_LIMITS.live_loans_elsewhere, ge=0, le=COUNT_LIMIT_MAX)
    days_late_elsewhere: int = Field(default=_LIMITS.days_late_elsewhere, ge=0, le=DAYS_LIMIT_MAX)
    enquiries_90_days: int = Field(default=_LIMITS.enquiries_90_days, ge=0, le=COUNT_LIMIT_MAX)
    income_change: Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=INCOME_CHANGE_MAX)] = (
        _LIMITS.income_change
    )


class _Checks(_Table):
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


class _Product(_Table):
    """A product. What a loan's schedule is made of has the names and defaults of `letsema schedule`."""

    code: Code
    names: _Names
    amount_min: Amount
    amount_max: Amount
    amount_step: Amount
    periods_offered: Annotated[tuple[Periods, ...], Field(max_length=PERIODS_OFFERED_MAX), AfterValidator(_each_once)]
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
    instalment_share_limit: Annotated[Decimal, BeforeValidator(_exact), Field(gt=0, le=1)] = _THIRD
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


class _Limits(_Table):
    approval_1: Amount
    disbursement_2: Amount


class LenderFile(_Table):
    """The whole file."""

    code: Code
    name: Lender
    licence_number: Line
    licence_tier: int = Field(ge=1, le=3)
    regulatory_status: RegulatoryStatus
    address: Address
    phone: Phone
    complaints_phone: Phone
    head_office_district: str
    districts: Annotated[tuple[str, ...], AfterValidator(_each_once)]
    sms_sender_id: str | None = Field(None, pattern=r"^[A-Za-z0-9]{1,11}$")
    limits: _Limits
    rail_accounts: Accounts
    products: Annotated[tuple[_Product, ...], AfterValidator(_some)]

    def mfi(self, mfi_id: UUID) -> Mfi:
        """The lender as the catalogue has it."""
        return Mfi(
            id=mfi_id,
            code=self.code,
            name=self.name,
            licence_number=self.licence_number,
            licence_tier=self.licence_tier,
            regulatory_status=self.regulatory_status,
            address=self.address,
            phone=self.phone,
            complaints_phone=self.complaints_phone,
            head_office_district=self.head_office_district,
            districts=frozenset(self.districts),
            approval_limit_1=self.limits.approval_1,
            disbursement_limit_2=self.limits.disbursement_2,
            rail_accounts=dict(self.rail_accounts),
            sms_sender_id=self.sms_sender_id,
        )

    def versions(self, mfi_id: UUID, new_id: Callable[[], UUID]) -> list[ProductVersion]:
        """The products, each with an id of its own."""
        return [product.version(new_id(), mfi_id) for product in self.products]


def read_lender_file(path: Path) -> LenderFile:
    """Read the file. Raises `WrongSettingError` when it is no TOML, `WrongLenderFileError` when a field is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise WrongSettingError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise WrongSettingError(f"{path} is not in UTF-8.") from None
    try:
        return lender_of(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise WrongSettingError(f"{path} is not TOML: {error}.") from None


def lender_of(document: Mapping[str, Any]) -> LenderFile:
    """The lender in a document. Raises `WrongLenderFileError`."""
    try:
        lender = LenderFile.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise WrongLenderFileError([_sentence(detail["loc"], detail["msg"]) for detail in details]) from None
    codes = [product.code for product in lender.products]
    if len(set(codes)) != len(codes):
        raise WrongLenderFileError(["products: each product has a code of its own."])
    return lender


def _sentence(place: Sequence[int | str], message: str) -> str:
    """`products[1].amount_min: …`, counted from one as people count."""
    name = ""
    for part in place:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return f"{name}: {message.removeprefix('Value error, ').rstrip('.')}."
