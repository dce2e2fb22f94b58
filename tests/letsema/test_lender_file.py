"""The lender's file: the runbook's example is one, and each wrong field has a sentence of its own."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.calendar import PeriodUnit
from core.credit.checks import STANDARD_CHECKS, Check, Severity
from core.loans.policy import LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import Fee, FeeTiming, LoanTerms, Method
from core.money import Money
from letsema.lender_file import WrongLenderFileError, lender_of, read_lender_file
from letsema.setting_values import WrongSettingError

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"


UPFRONT = {"name": "Upfront fee", "translations": {"st_LS": "Tefiso ea pele"}, "when": "upfront", "percent": 3}


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", RUNBOOK.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def document() -> dict[str, Any]:
    return tomllib.loads(example(), parse_float=Decimal)


def test_the_runbooks_example_is_a_lender_and_its_product() -> None:
    lender = lender_of(document())

    mfi = lender.mfi(UUID(int=1))
    product, weekly = lender.versions(mfi.id, lambda: UUID(int=2))
    assert (mfi.code, mfi.approval_limit_1, mfi.rail_accounts) == ("khotso", Money.of(5_000), {"simulated": "32001"})
    assert (product.amount_max, product.terms.periods_offered) == (Money.of(20_000), (1, 2, 3, 6, 9, 12))
    assert product.policy == Policy(late_fee=LateFeeRule(Money.of(50), None, with_interest=False, after_days=0))
    assert weekly.terms == ProductTerms(
        annual_rate_percent=Decimal(36),
        periods_offered=(4, 8, 12, 16),
        period_unit=PeriodUnit.WEEK,
        method=Method.FLAT,
        instalment_multiple=Money.of(5),
        fees=(
            Fee("Upfront fee", FeeTiming.UPFRONT, None, Decimal(2), (("st_LS", "Tefiso ea pele"),)),
            Fee("Service fee", FeeTiming.SPREAD, Money.of(40), None, (("st_LS", "Tefiso ea ts'ebeletso"),)),
        ),
    )


def test_what_is_left_out_is_as_the_calculator_has_it() -> None:
    product = lender_of(document()).products[0].version(UUID(int=1), UUID(int=2))
    least = {"principal": 1000, "annual_rate_percent": 36, "method": "emi", "periods": 6, "period_unit": "month"}
    calculated = LoanTerms.from_json(least | {"disbursed_on": "2026-11-23", "fees": [UPFRONT]})

    assert product.terms.loan_terms(Money.of(1_000), 6, date(2026, 11, 23)) == calculated


def test_a_third_of_the_pay_is_exactly_a_third_where_nothing_else_is_said() -> None:
    product = lender_of(document()).products[0].version(UUID(int=1), UUID(int=2))

    assert product.instalment_share_limit == Decimal(1) / 3


def test_a_file_that_says_nothing_about_checks_means_the_standard_ones() -> None:
    silent = document()
    del silent["products"][1]["checks"]

    (_, product) = lender_of(silent).versions(UUID(int=1), lambda: UUID(int=2))

    assert product.checks == STANDARD_CHECKS


def test_checks_may_be_switched_off_and_their_limits_moved() -> None:
    own = document()
    own["products"][1]["checks"] = {"one_third": "off", "enquiries": "block", "limits": {"enquiries_90_days": 0}}

    (_, product) = lender_of(own).versions(UUID(int=1), lambda: UUID(int=2))

    assert product.checks.severities[Check.ONE_THIRD] is Severity.OFF
    assert product.checks.severities[Check.ENQUIRIES] is Severity.BLOCK
    assert product.checks.limits == replace(STANDARD_CHECKS.limits, enquiries_90_days=0)


def test_the_example_names_every_field_there_is() -> None:
    lender = lender_of(document())

    assert lender.model_fields_set == set(type(lender).model_fields)
    for table in (lender.products[1], lender.products[1].checks, lender.products[1].checks.limits):
        assert table.model_fields_set == set(type(table).model_fields)


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (("code",), "Khotso Finance", "code: a code is a small letter and 1 to 23 more"),
        (("name",), "x" * 25, "name: "),
        (
            ("name",),
            "T\u0161epo le T\u0161eliso Mot\u0161eko",
            "name: a phone has room for 24 letters of it, this has 27",
        ),
        (("name",), "Thusano [Savings] Maseru", "name: a phone has room for 24 letters of it, this has 26"),
        (("address",), "x" * 55, "address: a phone has room for 54 letters of it, this has 55"),
        (("address",), "\u6f22", "address: a plain phone cannot show \u6f22"),
        (("name",), "漢字", "name: a plain phone cannot show 漢, 字"),
        (("name",), "\U0001f600", "name: a plain phone cannot show \U0001f600"),
        (("name",), "Khotso\x07Finance", "name: "),
        (("name",), " Khotso", "name: it is one line of text, with no space before or after it"),
        (("licence_tier",), 4, "licence_tier: "),
        (("regulatory_status",), "fine", "regulatory_status: "),
        (("phone",), "22310041", "phone: a number in Lesotho looks like +26622310041"),
        (("districts",), [], "districts: "),
        (("districts",), ["LS-A", "LS-A"], "districts: each is named once"),
        (("sms_sender_id",), "much too long a name", "sms_sender_id: a sender is 1 to 11"),
        (("limits", "approval_1"), 0, "limits.approval_1: an amount is more than nothing"),
        (("limits", "approval_1"), True, "limits.approval_1: an amount is in maloti"),
        (("limits", "approval_1"), Decimal("0.005"), "limits.approval_1: an amount has at most 2 decimals"),
        (("limits", "approval_1"), 10_000_000, "limits.approval_1: an amount is more than nothing and at most"),
        (("rail_accounts",), {}, "rail_accounts: "),
        (
            ("rail_accounts",),
            {"mpesa": "M-Pesa 32001", "ecocash": "EcoCash 62001"},
            "rail_accounts: a phone has room for 16 letters of them together, these have 27",
        ),
        (("products",), [], "products: "),
        (("products", 0, "code"), "", "products[1].code: "),
        (("products", 0, "names"), {"en": "Loan"}, "products[1].names.st_LS: "),
        (
            ("products", 0, "names", "st_LS"),
            "Kalimo ea t\u0161ebetsoa",
            "products[1].names.st_LS: a phone has room for 19 letters of it, this has 20",
        ),
        (("products", 0, "amount_min"), "five", "products[1].amount_min: an amount is a decimal number"),
        (("products", 0, "periods_offered"), [0], "products[1].periods_offered[1]: "),
        (("products", 0, "periods_offered"), [3, 367], "products[1].periods_offered[2]: Input should be less than or"),
        (("products", 0, "periods_offered"), [3, 3], "products[1].periods_offered: each is named once"),
        (("products", 0, "period_every"), 367, "products[1].period_every: Input should be less than or equal to 366"),
        (("products", 0, "period_unit"), "year", "products[1].period_unit: "),
        (("products", 0, "day_count"), "365", "products[1].day_count: "),
        (("products", 0, "annual_rate_percent"), 10_001, "products[1].annual_rate_percent: Input should be less than"),
        (("products", 0, "annual_rate_percent"), Decimal("1e-11"), "products[1]: annual_rate_percent: the rate has at"),
        (("products", 0, "instalment_multiple"), 0, "products[1].instalment_multiple: an amount is more than nothing"),
        (("products", 0, "principal_grace"), -1, "products[1].principal_grace: "),
        (
            ("products", 1, "interest_free"),
            4,
            "products[2]: interest_free is shorter than the shortest term, 4",
        ),
        (("products", 0, "fees", 0, "percent"), 101, "products[1].fees[1].percent: Input should be less than or equal"),
        (
            ("products", 0, "fees", 0, "amount"),
            5,
            "products[1].fees[1]: a fee has an amount or a percent",
        ),
        (("products", 0, "fees", 0, "when"), "later", "products[1].fees[1].when: "),
        (("products", 0, "fees", 0, "name"), "upfront", "products[1].fees[1].name: "),
        (("products", 0, "fees", 0, "names"), {"en": "Upfront fee"}, "products[1].fees[1].names.st_LS: "),
        (
            ("products", 0, "fees", 0, "names", "st_LS"),
            "Tefiso ea tšebeletso ea tš",
            "products[1].fees[1].names.st_LS: a phone has room for 24 letters of it, this has 28",
        ),
        (("products", 0, "fees", 0, "names", "en"), "Fee \u20bf", "products[1].fees[1].names.en: a plain phone cannot"),
        (("products", 0, "cap"), "none", "products[1].cap: "),
        (("products", 0, "payoff_interest"), "all", "products[1].payoff_interest: "),
        (("products", 0, "annual_rate_percent"), -1, "products[1].annual_rate_percent: "),
        (("products", 0, "method"), "magic", "products[1].method: "),
        (("products", 0, "late_fee"), {"after_days": 1}, "products[1].late_fee: a fee has an amount or a percent"),
        (("products", 0, "allocation_due"), ["fee"], "products[1].allocation_due: an order names each of"),
        (("products", 0, "instalment_share_limit"), 2, "products[1].instalment_share_limit: "),
        (("products", 0, "interest"), 3, "products[1].interest: "),
        (("products", 1, "checks", "enquiries"), "shout", "products[2].checks.enquiries: "),
        (("products", 1, "checks", "astrology"), "warn", "products[2].checks.astrology: "),
        (("products", 1, "checks", "limits", "income_change"), 11, "products[2].checks.limits.income_change: "),
        (("products", 1, "checks", "limits", "enquiries_90_days"), -1, "products[2].checks.limits.enquiries_90_days: "),
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
