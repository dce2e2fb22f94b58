"""Every page that a machine can show, laid out by a channel's own renderer and measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from conversations.check.examples import worst_example
from conversations.check.messages import notices_by_screen, refusals_of
from conversations.check.report import Finding, FindingName, ScreenRow
from conversations.check.worst import Worst
from conversations.engine import (
    Confirmation,
    End,
    Machine,
    Menu,
    Notice,
    OptionView,
    Resume,
    Scope,
    ScreenView,
    Text,
    Work,
    notice_view,
)
from conversations.engine.screens import Visible
from conversations.engine.showing import kind_of, options_of


class Medium(Protocol):
    """A channel's renderer, as the checker needs it: what it sends is what is measured."""

    @property
    def size_max(self) -> int:
        """The most that a page may measure."""
        ...

    def pages(self, view: ScreenView) -> tuple[str, ...]:
        """The pages of a view, as they are sent."""
        ...

    def option_page(self, view: ScreenView, key: str) -> int:
        """On which page of a view, counted from 0, the option of a key stands."""
        ...

    def measure(self, text: str) -> int:
        """What a text costs once it is folded."""
        ...

    def unfit(self, text: str) -> str:
        """The characters of a text that the channel cannot carry, nor fold into something alike."""
        ...


def worst_views(machine: Machine, worst: Worst, language: str) -> Iterator[ScreenView]:
    """Every screen with worst values, plain and under each sentence that may stand above it; then the notices."""
    above = notices_by_screen(machine)
    values = worst.values(language)
    for name, screen in machine.screens.items():
        if isinstance(screen, Work):
            continue
        for scope in _scopes(machine, screen, values):
            plain = full_view(machine, name, screen, scope, language)
            yield plain
            example = worst_example(screen, scope)
            for message in sorted(refusals_of(screen)):
                yield replace(plain, notice=Text(message, example))
            for message in sorted(above.get(name, ())):
                yield replace(plain, notice=Text(message))
    for notice in Notice:
        yield replace(notice_view(notice, language), screen=notice.value)


def _scopes(machine: Machine, screen: Visible, values: Scope) -> Iterator[Scope]:
    """The worst values; for the resume screen, with the title of each form."""
    if not isinstance(screen, Resume):
        yield values
        return
    for flow in machine.flows:
        if flow.keeps_draft:
            yield {**values, "form": Text(flow.draft_title)}


def full_view(machine: Machine, name: str, screen: Visible, scope: Scope, language: str) -> ScreenView:
    """A screen with all its options and every key it may have: the fullest it can be."""
    ends = isinstance(screen, End)
    may_leave = not ends and name not in machine.home_screens
    return ScreenView(
        screen=name,
        kind=kind_of(screen),
        language=language,
        text=Text(screen.text),
        values=scope,
        options=_all_options(screen, scope),
        can_go_back=may_leave,
        can_go_home=may_leave,
        is_confirmation=isinstance(screen, Confirmation),
    )


def _all_options(screen: Visible, scope: Scope) -> tuple[OptionView, ...]:
    """The options as if every condition were met."""
    if isinstance(screen, Menu | Confirmation):
        return tuple(OptionView(option.key, Text(option.label)) for option in screen.options)
    return options_of(screen, scope)


def measure_screens(
    machine: Machine, worst: Worst, medium: Medium, language: str
) -> tuple[list[ScreenRow], list[Finding]]:
    """The worst row of each screen in a language, and a finding for each screen with a page over the budget."""
    rows: dict[str, ScreenRow] = {}
    for view in worst_views(machine, worst, language):
        row = _measure(view, medium)
        held = rows.get(row.screen)
        if held is None or (row.size_max, row.pages) > (held.size_max, held.pages):
            rows[row.screen] = row
    over = [
        Finding(FindingName.PAGE_OVER_BUDGET, row.screen, language, f"{row.size_max} of {medium.size_max}: {row.text}")
        for row in rows.values()
        if row.size_max > medium.size_max
    ]
    return list(rows.values()), over


def _measure(view: ScreenView, medium: Medium) -> ScreenRow:
    pages = medium.pages(view)
    longest = max(pages, key=medium.measure)
    return ScreenRow(view.screen, view.language, len(pages), medium.measure(longest), longest)
