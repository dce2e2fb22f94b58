"""A lender and its products in a TOML file, as an operator writes it: read strictly, every complaint told at once.

What the file looks like is in docs/runbook.md; a test reads that example.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationError

from core.records.catalogue import Mfi, ProductVersion, RegulatoryStatus
from letsema.lender_fields import (
    Accounts,
    Address,
    Amount,
    Code,
    LenderName,
    Line,
    Phone,
    SenderId,
    Table,
    each_once,
    some,
)
from letsema.lender_products import ProductTable
from letsema.setting_values import WrongSettingError


class WrongLenderFileError(ValueError):
    """The file cannot be used. `sentences`: one for each wrong field, beginning with its name."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


class _Limits(Table):
    approval_1: Amount
    disbursement_2: Amount


class LenderFile(Table):
    """The whole file."""

    code: Code
    name: LenderName
    licence_number: Line
    licence_tier: int = Field(ge=1, le=3)
    regulatory_status: RegulatoryStatus
    address: Address
    phone: Phone
    complaints_phone: Phone
    head_office_district: str
    districts: Annotated[tuple[str, ...], AfterValidator(each_once)]
    sms_sender_id: SenderId | None = None
    limits: _Limits
    rail_accounts: Accounts
    products: Annotated[tuple[ProductTable, ...], AfterValidator(some)]

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
