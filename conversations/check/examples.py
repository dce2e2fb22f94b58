"""Whether each refusal shows an answer that the screen would take. One of a secret shows none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from conversations.check.messages import refusals_of
from conversations.check.report import Finding, FindingName
from conversations.check.worst import LONGEST_DATE, Worst
from conversations.engine import ConversationDefect, End, Machine, PinQuestion, Question, Refused, Scope, Value, Work
from conversations.engine.examples import EXAMPLE, example_for
from conversations.engine.reading import clean
from conversations.engine.screens import Visible
from conversations.texts import Texts
from conversations.texts.filling import write


def worst_example(screen: Visible, scope: Scope) -> Mapping[str, Value]:
    """A screen's example with the worst values; the longest of any where its bounds are not among them."""
    if isinstance(screen, End):
        return {}
    today = scope.get("today")
    try:
        return example_for(screen, scope, today if isinstance(today, date) else LONGEST_DATE)
    except ConversationDefect:
        return {EXAMPLE: scope[EXAMPLE]}


def check_examples(machine: Machine, texts: Texts, worst: Worst) -> Iterator[Finding]:
    """Screens that declare no example, refusals that do not say it, and examples that are refused themselves."""
    asking = {
        name: screen for name, screen in machine.screens.items() if not isinstance(screen, Work | End | PinQuestion)
    }
    refusals = sorted({message for screen in asking.values() for message in refusals_of(screen)})
    for language in machine.languages:
        for message in refusals:
            if texts.template(language, message) and EXAMPLE not in texts.wanted(language, message):
                yield _without(message, language, f"it does not say {{{EXAMPLE}}}")
        scope = worst.values(language)
        for name, screen in asking.items():
            if isinstance(screen, Question):
                yield from _check_question(name, screen, texts, language, scope)


def _check_question(name: str, screen: Question, texts: Texts, language: str, scope: Scope) -> Iterator[Finding]:
    example = worst_example(screen, scope).get(EXAMPLE)
    if example is None:
        yield _without(name, language, "its validator declares none")
        return
    shown = write(example, lambda text: texts.template(language, text.message) or "")
    try:
        screen.check(clean(shown), scope)
    except Refused as refusal:
        yield Finding(FindingName.EXAMPLE_REFUSED, name, language, f"{shown}: {refusal.message}")
    except ConversationDefect:
        # Its bounds are not among the worst values, so that there is nothing to hold the example against.
        return


def _without(where: str, language: str, why: str) -> Finding:
    return Finding(FindingName.REFUSAL_WITHOUT_EXAMPLE, where, language, why)
