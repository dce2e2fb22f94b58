"""What is paid at a time, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conversations.answers.periods import payments
from conversations.texts import load_texts
from core.calendar import PeriodUnit
from core.loans.disclosure import key_facts
from core.loans.exact import MultipleRounding
from core.loans.schedule import schedule
from core.loans.terms import LoanTerms, Method
from core.money import Money

WEEKLY = LoanTerms(
    principal=Money.of("800"),
    annual_rate_percent=Decimal(36),
    method=Method.FLAT,
    periods=8,
    period_unit=PeriodUnit.WEEK,
    disbursed_on=date(2026, 11, 23),
)
DOWN = replace(WEEKLY, instalment_multiple=Money.of("5"), instalment_rounding=MultipleRounding.DOWN)


@pytest.mark.parametrize(
    ("terms", "english", "sesotho"),
    [
        (WEEKLY, "M105.54 x8 weekly", "M105.54 x8 ka beke"),
        (DOWN, "M105.00 x7 weekly, last M109.31", "M105.00 x7 ka beke, ea ho qetela M109.31"),
        (replace(WEEKLY, method=Method.EQUAL_PRINCIPAL), "up to M105.54 x8 weekly", "ho fihla ho M105.54 x8 ka beke"),
        (replace(WEEKLY, periods=4, principal_grace=3), "M5.54 x3 weekly, last M805.53", "M5.54 x3 ka beke, ea ho"),
    ],
)
def test_a_last_instalment_that_is_larger_is_said_apart(terms: LoanTerms, english: str, sesotho: str) -> None:
    said = payments(key_facts(terms, schedule(terms)))
    texts = load_texts()

    assert texts.say("en", said, {}) == english
    assert texts.say("st_LS", said, {}).startswith(sesotho)
