"""The lender's file: the runbook's example is one, and each wrong field has a sentence of its own."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.money import Money
from letsema.lender_file import WrongLenderFileError, lender_of, read_lender_file
from letsema.setting_values import WrongSettingError

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", RUNBOOK.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def document() -> dict[str, Any]:
    return tomllib.loads(example(), parse_float=Decimal)


def test_the_runbooks_example_is_a_lender_and_its_product() -> None:
    lender = lender_of(document())

    mfi = lender.mfi(UUID(int=1))
    (product,) = lender.versions(mfi.id, lambda: UUID(int=2))
    assert (mfi.code, mfi.approval_limit_1, mfi.rail_accounts) == ("khotso", Money.of(5_000), {"simulated": "32001"})
    assert (product.amount_max, product.instalment_share_limit) == (Money.of(20_000), Decimal("0.3333"))
    assert product.late_fee is not None
    assert product.late_fee.amount == Money.of(50)


def test_the_example_names_every_field_there_is() -> None:
    lender = lender_of(document())

    assert lender.model_fields_set == set(type(lender).model_fields)
    assert lender.products[0].model_fields_set == set(type(lender.products[0]).model_fields)


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (("code",), "Khotso Finance", "code: "),
        (("name",), "x" * 25, "name: "),
        (("name",), "漢字", "name: a plain phone cannot show 漢, 字"),
        (("name",), " Khotso", "name: "),
        (("licence_tier",), 4, "licence_tier: "),
        (("regulatory_status",), "fine", "regulatory_status: "),
        (("phone",), "22310041", "phone: "),
        (("districts",), [], "districts: "),
        (("districts",), ["LS-A", "LS-A"], "districts: each is named once"),
        (("sms_sender_id",), "much too long a name", "sms_sender_id: "),
        (("limits", "approval_1"), 0, "limits.approval_1: an amount is more than nothing"),
        (("limits", "approval_1"), True, "limits.approval_1: an amount is in maloti"),
        (("limits", "approval_1"), Decimal("0.005"), "limits.approval_1: an amount has at most 2 decimals"),
        (("limits", "approval_1"), 10_000_000, "limits.approval_1: an amount is more than nothing and at most"),
        (("rail_accounts",), {}, "rail_accounts: "),
        (("products",), [], "products: "),
        (("products", 0, "code"), "", "products[1].code: "),
        (("products", 0, "names"), {"en": "Loan"}, "products[1].names.st_LS: "),
        (("products", 0, "amount_min"), "five", "products[1].amount_min: an amount is a decimal number"),
        (("products", 0, "terms_months"), [0], "products[1].terms_months[1]: "),
        (("products", 0, "annual_rate_percent"), -1, "products[1].annual_rate_percent: "),
        (("products", 0, "method"), "magic", "products[1].method: "),
        (("products", 0, "late_fee"), {"after_days": 1}, "products[1].late_fee: a late fee has an amount or a percent"),
        (("products", 0, "allocation_due"), ["fee"], "products[1].allocation_due: an order names each of"),
        (("products", 0, "instalment_share_limit"), 2, "products[1].instalment_share_limit: "),
        (("products", 0, "interest"), 3, "products[1].interest: "),
        (("nonsense",), 3, "nonsense: "),
    ],
)
def test_a_wrong_field_has_its_sentence(place: tuple[str | int, ...], value: object, sentence: str) -> None:
    wrong = document()
    inner: Any = wrong
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value

    with pytest.raises(WrongLenderFileError) as refused:
        lender_of(wrong)

    (said,) = refused.value.sentences
    assert said.startswith(sentence)
    assert said.endswith(".")
    assert "\n" not in said


def test_all_wrong_fields_are_told_at_once() -> None:
    wrong = document() | {"licence_tier": 9, "phone": "x"}
    del wrong["address"]

    with pytest.raises(WrongLenderFileError) as refused:
        lender_of(wrong)

    assert {said.partition(":")[0] for said in refused.value.sentences} == {"licence_tier", "phone", "address"}


def test_a_product_has_a_code_of_its_own() -> None:
    wrong = document()
    wrong["products"] *= 2

    with pytest.raises(WrongLenderFileError, match="a code of its own"):
        lender_of(wrong)


@pytest.mark.parametrize("content", [b"code =", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mfi.toml"
    file.write_bytes(content)

    with pytest.raises(WrongSettingError, match=r"mfi\.toml is not"):
        read_lender_file(file)
    with pytest.raises(WrongSettingError, match="cannot be read"):
        read_lender_file(tmp_path / "nowhere.toml")
