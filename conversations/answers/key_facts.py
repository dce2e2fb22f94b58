"""The figures of a Key Fact Statement as facts of a conversation: the same names wherever a loan's cost is shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from conversations.engine import Text, Value
from core.loans.disclosure import KeyFacts
from core.records.catalogue import LateFee, Mfi, ProductVersion


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
        "instalment": facts.instalment,
        "instalments": facts.instalments,
        "first_due_on": facts.first_due_on,
    }


def conditions(product: ProductVersion, mfi: Mfi) -> dict[str, Value]:
    """What the terms say beside the cost: who lends, what being late costs, cooling-off, and where to complain."""
    return {
        "mfi_name": mfi.name,
        "complaints_phone": mfi.complaints_phone,
        "cooling_off": cooling_off(product.cooling_off_days),
        "late_fee": late_fee(product.late_fee),
    }


def late_fee(fee: LateFee | None) -> Text:
    """A late fee in a sentence of the borrower's language."""
    if fee is None:
        return Text("terms.no_late_fee")
    if fee.amount is not None:
        return Text("terms.late_fee_amount", {"fee": fee.amount})
    return Text("terms.late_fee_percent", {"percent": fee.percent or Decimal(0)})


def cooling_off(days: int) -> Text:
    """For how long a loan may be undone after it was paid out."""
    return Text("terms.cooling_off", {"days": days}) if days else Text("terms.no_cooling_off")


def as_reason(code: str | None, known: Mapping[str, str], otherwise: str) -> Text:
    """The sentence of a reason code; a general one for a code that this release does not know."""
    return Text(known.get(code or "", otherwise))
