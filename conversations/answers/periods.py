"""How long and how often, in words: "12 weeks", "monthly", and what is paid at a time."""

from __future__ import annotations

from typing import Final

from conversations.engine import Text, Value
from core.calendar import PeriodUnit
from core.loans.disclosure import KeyFacts

_ONE: Final = {
    PeriodUnit.MONTH: "apply.one_month",
    PeriodUnit.WEEK: "apply.one_week",
    PeriodUnit.DAY: "apply.one_day",
}
_MANY: Final = {
    PeriodUnit.MONTH: ("apply.months", "months"),
    PeriodUnit.WEEK: ("apply.weeks", "weeks"),
    PeriodUnit.DAY: ("apply.days", "term_days"),
}
_EACH: Final = {PeriodUnit.MONTH: "each.month", PeriodUnit.WEEK: "each.week", PeriodUnit.DAY: "each.day"}
_EVERY: Final = {PeriodUnit.MONTH: "each.months", PeriodUnit.WEEK: "each.weeks", PeriodUnit.DAY: "each.days"}
_FORTNIGHT_WEEKS: Final = 2


def term(periods: int, unit: PeriodUnit, every: int) -> Text:
    """For how long: months, weeks or days where each is a period, else the payments and how far apart they are."""
    if every == 1:
        many, name = _MANY[unit]
        return Text(_ONE[unit]) if periods == 1 else Text(many, {name: periods})
    if unit is PeriodUnit.WEEK and every == _FORTNIGHT_WEEKS:
        return Text("apply.one_fortnight") if periods == 1 else Text("apply.fortnights", {"fortnights": periods})
    if periods == 1:
        return term(every, unit, 1)
    return Text("apply.payments", {"payments_count": periods, "each": each(unit, every)})


def each(unit: PeriodUnit, every: int) -> Text:
    """How often something is paid."""
    return Text(_EACH[unit]) if every == 1 else Text(_EVERY[unit], {"every": every})


def payments(facts: KeyFacts) -> Text:
    """What is paid how many times; only the most of it where the instalments differ by more than the last one.

    A last one that is larger than the others, and not by rounding alone, is said apart.
    """
    often = each(facts.period_unit, facts.period_every)
    if facts.instalments == 1:
        return Text("payments.one", {"instalment": facts.instalment})
    if facts.has_larger_last:
        others: dict[str, Value] = {"instalment": facts.level_instalment, "instalments": facts.instalments - 1}
        return Text("payments.larger_last", {**others, "each": often, "last_instalment": facts.last_instalment})
    if facts.is_level:
        level: dict[str, Value] = {"instalment": facts.level_instalment, "instalments": facts.instalments}
        return Text("payments.level", {**level, "each": often})
    most: dict[str, Value] = {"largest_instalment": facts.largest_instalment, "instalments": facts.instalments}
    return Text("payments.varying", {**most, "each": often})
