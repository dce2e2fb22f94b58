"""The figures of a Key Fact Statement as facts of a conversation: the same names wherever a loan's cost is shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from conversations.answers.periods import payments
from conversations.answers.telephones import telephone
from conversations.engine import Choice, Text, Value
from core.loans.disclosure import FeeFact, KeyFacts
from core.loans.policy import LateFeeRule, PayoffInterest
from core.loans.terms import Method
from core.records.catalogue import Mfi, ProductVersion

FEE_OF_BEFORE: Final = "upfront"
"""The name that a product's only fee has in versions of before fees were named."""


def figures(facts: KeyFacts) -> dict[str, Value]:
    """Every cost, the finance cost (interest and fees) apart from what is repaid."""
    return {
        "principal": facts.principal,
        "cash_received": facts.cash_received,
        "interest": facts.interest,
        "fees": facts.total_cost - facts.interest,
        "total_cost": facts.total_cost,
        "total_repaid": facts.total_repaid,
        "effective_rate": facts.effective_annual_rate_percent,
        "payments": payments(facts),
        "first_due_on": facts.first_due_on,
    }


def each_fee(facts: KeyFacts, language: str) -> Text:
    """Every fee by its name, apart from the interest."""
    if not facts.fees:
        return Text("terms.no_fees")
    lines = tuple(
        Choice(str(n), Text("terms.fee_line", {"fee_name": fee_name(fee, language), "fee": fee.amount}))
        for n, fee in enumerate(facts.fees)
    )
    return Text("terms.fees", {"fee_lines": lines})


def fee_name(fee: FeeFact, language: str) -> str | Text:
    """What the lender calls a fee in a language; the one fee that products had before they named theirs has a text."""
    return Text("terms.upfront_fee") if fee.name == FEE_OF_BEFORE else fee.name_in(language)


def conditions(product: ProductVersion, mfi: Mfi) -> dict[str, Value]:
    """What the terms say beside the cost: who lends, what being late costs, cooling-off, and where to complain."""
    return {
        "mfi_name": mfi.name,
        "complaints_phone": telephone(mfi.complaints_phone),
        "cooling_off": cooling_off(product.cooling_off_days),
        "late_fee": late_fee(product.policy.late_fee),
        "arrears_interest": arrears_interest(product.policy.arrears_interest_percent),
        "paying_early": Text(_paying_early(product)),
    }


def late_fee(rule: LateFeeRule | None) -> Text:
    """A late fee in a sentence of the borrower's language."""
    if rule is None:
        return Text("terms.no_late_fee")
    late = Text("terms.late_after", {"late_days": rule.after_days}) if rule.after_days else Text("terms.late")
    if rule.amount is not None:
        return Text("terms.late_fee_amount", {"late": late, "fee": rule.amount})
    base = Text("terms.unpaid" if rule.with_interest else "terms.unpaid_principal")
    return Text("terms.late_fee_percent", {"late": late, "percent": rule.percent or Decimal(0), "late_base": base})


def arrears_interest(percent: Decimal) -> Text:
    """What late principal bears besides."""
    if not percent:
        return Text("terms.no_arrears_interest")
    return Text("terms.arrears_interest", {"arrears_percent": percent})


def _paying_early(product: ProductVersion) -> str:
    """A flat loan owes the interest of each period that has begun, whatever the product says of other loans."""
    by_period = product.policy.payoff_interest is PayoffInterest.PERIOD_END or product.terms.method is Method.FLAT
    return "terms.early_by_period" if by_period else "terms.early_by_day"


def cooling_off(days: int) -> Text:
    """For how long a loan may be undone after it was paid out."""
    return Text("terms.cooling_off", {"days": days}) if days else Text("terms.no_cooling_off")


def as_reason(code: str | None, known: Mapping[str, str], otherwise: str) -> Text:
    """The sentence of a reason code; a general one for a code that this release does not know."""
    return Text(known.get(code or "", otherwise))
