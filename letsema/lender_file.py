"""A lender and its products in a TOML file, as an operator writes it: read strictly, every complaint told at once.

What the file looks like is in docs/runbook.md; a test reads that example.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from channels.ussd.gsm0338 import unfoldable
from conversations.check.worst import LARGEST_AMOUNT
from conversations.measures import LONGEST_LENDER, LONGEST_PRODUCT
from core.errors import InvalidInput
from core.loans.parts import DEFAULT_ORDER, Part
from core.loans.policy import AFTER_DAYS_MAX, LateFeeBase
from core.loans.terms import RATE_PERCENT_MAX, Method
from core.money import ZERO, Money
from core.records.catalogue import LateFee, Mfi, ProductVersion, RegulatoryStatus
from letsema.setting_values import WrongSettingError

TERM_MONTHS_MAX: Final = 60


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
    if unfoldable(text):
        raise ValueError(f"a plain phone cannot show {', '.join(unfoldable(text))}")
    return text


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
Line = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f\x7f](.*[^\s\x00-\x1f\x7f])?$")]
Lender = Annotated[Line, Field(max_length=len(LONGEST_LENDER)), AfterValidator(_on_every_phone)]
Product = Annotated[Line, Field(max_length=len(LONGEST_PRODUCT)), AfterValidator(_on_every_phone)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,23}$")]
Phone = Annotated[str, Field(pattern=r"^\+266\d{8}$")]
Order = Annotated[tuple[Part, ...], AfterValidator(_whole_order)]
Months = Annotated[int, Field(ge=1, le=TERM_MONTHS_MAX)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)


class _Names(_Table):
    en: Product
    st_LS: Product  # noqa: N815 (a language's code)


class _LateFee(_Table):
    amount: Amount | None = None
    percent: Annotated[Decimal, BeforeValidator(_exact), Field(gt=0, le=100)] | None = None
    of: LateFeeBase = LateFeeBase.PRINCIPAL
    after_days: int = Field(0, ge=0, le=AFTER_DAYS_MAX)

    @model_validator(mode="after")
    def _one_of_two(self) -> _LateFee:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("a late fee has an amount or a percent, and not both")
        return self


class _Product(_Table):
    code: Code
    names: _Names
    amount_min: Amount
    amount_max: Amount
    amount_step: Amount
    terms_months: Annotated[tuple[Months, ...], AfterValidator(_each_once)]
    annual_rate_percent: Percent
    method: Method = Method.EMI
    upfront_fee_percent: Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, lt=100)] = Decimal(0)
    late_fee: _LateFee | None = None
    arrears_interest_percent: Percent = Decimal(0)
    allocation_due: Order = DEFAULT_ORDER
    allocation_advance: Order = DEFAULT_ORDER
    instalment_share_limit: Annotated[Decimal, BeforeValidator(_exact), Field(gt=0, le=1)] = Decimal("0.3333")
    offer_valid_days: int = Field(ge=1, le=90)
    cooling_off_days: int = Field(ge=0, le=60)
    retired: bool = False

    def version(self, product_id: UUID, mfi_id: UUID) -> ProductVersion:
        """As the catalogue has a first version."""
        fee = self.late_fee
        return ProductVersion(
            product_id=product_id,
            version=1,
            mfi_id=mfi_id,
            code=self.code,
            names=self.names.model_dump(),
            amount_min=self.amount_min,
            amount_max=self.amount_max,
            amount_step=self.amount_step,
            terms_months=tuple(sorted(self.terms_months)),
            annual_rate_percent=self.annual_rate_percent,
            method=self.method.value,
            upfront_fee_percent=self.upfront_fee_percent,
            late_fee=LateFee(fee.amount, fee.percent, fee.of.value, fee.after_days) if fee else None,
            allocation_due=tuple(part.value for part in self.allocation_due),
            allocation_advance=tuple(part.value for part in self.allocation_advance),
            instalment_share_limit=self.instalment_share_limit,
            offer_valid_days=self.offer_valid_days,
            cooling_off_days=self.cooling_off_days,
            arrears_interest_percent=self.arrears_interest_percent,
            retired=self.retired,
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
    address: Line
    phone: Phone
    complaints_phone: Phone
    head_office_district: str
    districts: Annotated[tuple[str, ...], AfterValidator(_each_once)]
    sms_sender_id: str | None = Field(None, pattern=r"^[A-Za-z0-9]{1,11}$")
    limits: _Limits
    rail_accounts: dict[Code, Line] = Field(min_length=1)
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
