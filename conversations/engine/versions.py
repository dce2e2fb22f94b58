"""How an unfinished form of an older release goes on: every step from one version of its flow to the next, declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from conversations.engine.screens import (
    Confirmation,
    DateQuestion,
    End,
    Menu,
    MoneyQuestion,
    PagedList,
    Question,
    Resume,
    Screen,
    Work,
)
from conversations.engine.values import Choice, Text, Value
from core.money import Money
from core.references import Reference

if TYPE_CHECKING:
    from conversations.engine.flows import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What of a form depends on its flow's version: where it stands (a screen's own name), and what was answered.

    Personal answers are among the others: where each is kept follows from the screen that asks for it today.
    """

    screen: str
    answers: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """The step to version `to` is a pure change of the form, which then goes on where it says."""

    to: int
    change: Callable[[Form], Form]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """The step to version `to` begins the form again, with the answers that still hold; those in `forgets` do not."""

    to: int
    forgets: tuple[str, ...] = ()


VersionStep: TypeAlias = Migrated | Restarted

Answering: TypeAlias = Menu | Confirmation | Question | MoneyQuestion | DateQuestion | PagedList


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtUp:
    """A form as today's flow takes it. `screen` is qualified; without `stands`, it is the flow's entry."""

    screen: str
    stands: bool
    answers: Mapping[str, Value] = field(repr=False)
    personal: Mapping[str, Value] = field(repr=False)


def bring_up(flow: Flow, form: Form, since: int) -> BroughtUp:
    """A form of version `since` in today's version of its flow. Of its answers those stay that a screen still takes.

    What no step leads up from (a later version, after a release was taken back) begins again in the same way.
    """
    steps = [step for step in flow.steps if step.to > since]
    stands = since <= flow.version
    for step in steps:
        form, is_there = _taken(step, form)
        stands = stands and is_there
    stands = stands and any(screen.name == form.screen and can_wait(screen) for screen in flow.screens)
    answers, personal = _that_hold(flow, form.answers)
    return BroughtUp(
        screen=f"{flow.name}.{form.screen}" if stands else flow.entry,
        stands=stands,
        answers=answers,
        personal=personal,
    )


def _taken(step: VersionStep, form: Form) -> tuple[Form, bool]:
    """The form after a step, and whether it still stands where it says."""
    if isinstance(step, Restarted):
        kept = {name: value for name, value in form.answers.items() if name not in step.forgets}
        return replace(form, answers=kept), False
    try:
        return step.change(form), True
    except (KeyError, TypeError, ValueError):
        # A form that its migration did not foresee is begun again: its borrower must not be kept out by it.
        return form, False


def can_wait(screen: Screen) -> bool:
    """Whether a form can wait at a screen."""
    return not isinstance(screen, Work | End | Resume)


def _that_hold(flow: Flow, answers: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """The answers that a screen of the flow still asks for and takes: the plain ones, and those that are personal."""
    plain: dict[str, Value] = {}
    personal: dict[str, Value] = {}
    for name, value in answers.items():
        for screen in _asking_for(flow, name):
            if (taken := _as_today(screen, value)) is not None:
                (personal if _is_personal(screen) else plain)[name] = taken
                break
    return plain, personal


def _asking_for(flow: Flow, name: str) -> Iterator[Answering]:
    for screen in flow.screens:
        if (
            isinstance(screen, Menu | Confirmation | Question | MoneyQuestion | DateQuestion | PagedList)
            and screen.saves == name
        ):
            yield screen


def _as_today(screen: Answering, value: Value) -> Value | None:
    """A value as a screen would save it today; None when it is of another kind, or an option that is gone.

    Bounds are not looked at: whoever acts on the answer checks those.
    """
    if isinstance(screen, Menu | Confirmation):
        code = value.code if isinstance(value, Choice) else None
        return next((Choice(each.code, Text(each.label)) for each in screen.options if each.code == code), None)
    kinds: dict[type[Answering], tuple[type, ...]] = {
        PagedList: (Choice,),
        MoneyQuestion: (Money,),
        DateQuestion: (date,),
        Question: (str, int, Reference),
    }
    return value if isinstance(value, kinds[type(screen)]) else None


def _is_personal(screen: Answering) -> bool:
    return isinstance(screen, Question | MoneyQuestion | DateQuestion) and screen.personal
