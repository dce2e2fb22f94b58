"""An answer that a screen would take, for the sentence that refuses another: from the screen's own limits.

A screen for a secret has none: a PIN that is shown as an example would be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, assert_never

from conversations.engine.answering import Answerable, amount_bound
from conversations.engine.reading import years_from
from conversations.engine.screens import (
    Confirmation,
    DateQuestion,
    Menu,
    MoneyQuestion,
    PagedList,
    PinQuestion,
    Question,
    Resume,
)
from conversations.engine.showing import RESUME_CONTINUE, offered
from conversations.engine.values import Scope, Value
from core.money import Money

EXAMPLE: Final = "example"
"""The placeholder for it in every refusal."""

_FIRST_OF_A_LIST: Final = "1"


def example_for(screen: Answerable | PinQuestion | Resume, scope: Scope, today: date) -> Mapping[str, Value]:
    """The example as a value for texts; nothing where the screen has none."""
    example = example_of(screen, scope, today)
    return {} if example is None else {EXAMPLE: example}


def example_of(screen: Answerable | PinQuestion | Resume, scope: Scope, today: date) -> Value | None:
    """An answer that the screen takes now. Raises `ConversationDefect` when a bound was not brought."""
    match screen:
        case Menu() | Confirmation():
            return offered(screen.options, scope)[0].key
        case PagedList():
            return _FIRST_OF_A_LIST
        case Resume():
            return RESUME_CONTINUE
        case Question():
            return screen.check.example(scope)
        case MoneyQuestion():
            return _amount(screen, scope)
        case DateQuestion():
            return _date(screen, today)
        case PinQuestion():
            return None
        case _:
            assert_never(screen)


def _amount(screen: MoneyQuestion, scope: Scope) -> Money:
    """The least that is taken."""
    low = amount_bound(screen.low, scope)
    if screen.multiple is None:
        return low
    multiple = amount_bound(screen.multiple, scope).minor
    return Money(-(-low.minor // multiple) * multiple)


def _date(screen: DateQuestion, today: date) -> str:
    """The middle of the range, typed as a phone types it."""
    earliest, latest = years_from(today, screen.earliest_years), years_from(today, screen.latest_years)
    return f"{earliest + (latest - earliest) // 2:%d%m%Y}"
