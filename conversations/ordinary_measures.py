"""The ordinary values with which a task's inputs are counted, beside the worst that every page must hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from conversations.answers.periods import each
from conversations.check import Candidates
from conversations.engine import Text
from core.calendar import PeriodUnit
from core.money import Money

_ORDINARY_AMOUNTS: Final = {
    **dict.fromkeys(("amount", "principal"), Money(20_000_00)),
    **dict.fromkeys(("cash_received", "cash_back"), Money(19_400_00)),
    **dict.fromkeys(("instalment", "owed", "payoff", "pay_total"), Money(2_009_24)),
    "total_repaid": Money(24_110_88),
    "total_cost": Money(4_710_88),
    "interest": Money(4_110_88),
    "fees": Money(600_00),
    "net_pay": Money(6_000_00),
}
ORDINARY_VALUES: Final[Candidates] = {
    **{name: (amount,) for name, amount in _ORDINARY_AMOUNTS.items()},
    **dict.fromkeys(("mfi_name", "lender"), ("Khotso Finance",)),
    "effective_rate": (Decimal("94.82"),),
    "payments": tuple(
        Text("payments.level", {"instalment": Money(2_009_24), "instalments": 12, "each": each(unit, 1)})
        for unit in (PeriodUnit.MONTH, PeriodUnit.WEEK)
    ),
}
"""The largest loan that most lenders make, M20,000 over 12 months with an upfront fee, from a lender of usual name.
With these the inputs of tasks are counted: a figure beyond them may take a second page, and so one input more.
"""
