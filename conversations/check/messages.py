"""Which messages a machine uses, and what can stand above each of its screens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from conversations.check.report import Finding, FindingName
from conversations.check.worst import Worst
from conversations.engine import (
    Again,
    Confirmation,
    DateQuestion,
    End,
    FreeText,
    Machine,
    Menu,
    Migrated,
    MoneyQuestion,
    Notice,
    PagedList,
    PinQuestion,
    Question,
    Resume,
    Screen,
    Work,
)
from conversations.engine import messages as own
from conversations.engine.asks import OutcomeTarget, To
from conversations.engine.screens import ask_of
from conversations.engine.versions import can_wait
from conversations.texts import Texts


def messages_of(machine: Machine) -> frozenset[str]:
    """Every message id that the machine, its engine and its notices can show."""
    used = {own.FOOTER_BACK, own.FOOTER_HOME, own.FOOTER_MORE, own.CHANGED, *Notice}
    used |= {flow.draft_title for flow in machine.flows if flow.keeps_draft}
    for screen in machine.screens.values():
        used |= {*_shown_by(screen), *refusals_of(screen), *_examples(screen)}
    return frozenset(str(message) for message in used).union(*notices_by_screen(machine).values())


def _shown_by(screen: Screen) -> Iterator[str]:
    if isinstance(screen, Work):
        return
    yield screen.text
    if isinstance(screen, Menu | Confirmation):
        yield from (option.label for option in screen.options)
    if isinstance(screen, Resume):
        yield from (screen.continue_label, screen.again_label)


def _examples(screen: Screen) -> Iterator[str]:
    """The example of free text is in words. Every other is a value."""
    if isinstance(screen, Question) and isinstance(screen.check, FreeText) and screen.check.such_as:
        yield screen.check.such_as


def refusals_of(screen: Screen) -> tuple[str, ...]:
    """What may stand above a screen after a wrong answer."""
    if isinstance(screen, Work | End):
        return ()
    if isinstance(screen, PinQuestion):
        again = (target.message for target in screen.check.outcomes.values() if isinstance(target, Again))
        return (own.REFUSED_PIN_DIGITS, *again)
    return (own.REFUSED_TOO_LONG, *_particular_refusals(screen))


def _particular_refusals(
    screen: Menu | Confirmation | PagedList | Resume | Question | MoneyQuestion | DateQuestion,
) -> tuple[str, ...]:
    match screen:
        case Menu() | Confirmation() | PagedList() | Resume():
            return (own.REFUSED_OPTION,)
        case Question(check=check):
            return check.refusals
        case MoneyQuestion(multiple=multiple):
            return (own.REFUSED_AMOUNT, *([own.REFUSED_MULTIPLE] if multiple is not None else []))
        case DateQuestion():
            return (own.REFUSED_DATE, own.REFUSED_DATE_RANGE)


def notices_by_screen(machine: Machine) -> Mapping[str, frozenset[str]]:
    """By screen, what a transition can put above it (`To`), and what a change of version does."""
    notices: dict[str, set[str]] = defaultdict(set)
    for name, screen in machine.screens.items():
        for target in targets_of(screen):
            if isinstance(target, To):
                for shown in machine.shown_from(machine.qualify(name, target.screen)):
                    notices[shown].add(target.notice)
    for arrived in _after_a_change(machine):
        for shown in machine.shown_from(arrived):
            if not isinstance(machine.screens[shown], End):
                notices[shown].add(own.CHANGED)
    return {name: frozenset(found) for name, found in notices.items()}


def _after_a_change(machine: Machine) -> Iterator[str]:
    """Where a release can lead that changed a flow: home, to a form's entry, and to where a migration leaves it."""
    yield machine.entry
    for flow in machine.flows:
        if flow.keeps_draft:
            yield flow.entry
        if any(isinstance(step, Migrated) for step in flow.steps):
            yield from (f"{flow.name}.{screen.name}" for screen in flow.screens if can_wait(screen))


def targets_of(screen: Screen) -> Iterator[OutcomeTarget]:
    """Every target that a screen declares."""
    if (ask := ask_of(screen)) is not None:
        yield from ask.outcomes.values()
    match screen:
        case Menu(options=options) | Confirmation(options=options):
            yield from (option.to for option in options)
        case Question(to=to) | MoneyQuestion(to=to) | DateQuestion(to=to) | PagedList(to=to):
            yield to
        case _:
            return


def check_lists(machine: Machine, worst: Worst) -> Iterator[Finding]:
    """Lists that there is no longest example of."""
    for name, screen in machine.screens.items():
        if isinstance(screen, PagedList) and screen.items not in worst.names():
            yield Finding(FindingName.MISSING_VALUE, name, "", f"{screen.items} have no worst example to measure")


def check_messages(
    texts: Texts, languages: Iterable[str], used: frozenset[str], worst: Worst, unfit: Mapping[str, str]
) -> Iterator[Finding]:
    """Messages that are missing, unused, or differ in placeholders; those without a worst value; characters that the
    channel cannot carry (`unfit`: by template, the characters).
    """
    for language in languages:
        yield from _check_language(texts, language, used, worst, unfit)


def _check_language(
    texts: Texts, language: str, used: frozenset[str], worst: Worst, unfit: Mapping[str, str]
) -> Iterator[Finding]:
    there = texts.messages.get(language, {})
    for message in sorted(used | set(there)):
        template = texts.template(language, message)
        if template is None:
            yield Finding(FindingName.MISSING_MESSAGE, message, language, "there is no text")
        elif message not in used:
            yield Finding(FindingName.UNUSED_MESSAGE, message, language, "no screen shows it")
        else:
            yield from _check_template(texts, language, message, worst, unfit.get(template, ""))


def _check_template(texts: Texts, language: str, message: str, worst: Worst, unfit: str) -> Iterator[Finding]:
    wanted = texts.wanted(language, message)
    if unfit:
        yield Finding(FindingName.FOREIGN_CHARACTER, message, language, f"the channel cannot carry {unfit}")
    for name in sorted(wanted - worst.names()):
        yield Finding(FindingName.MISSING_VALUE, message, language, f"{{{name}}} has no worst value to measure")
    in_english = texts.wanted("en", message)
    if wanted != in_english:
        differing = ", ".join(sorted(wanted ^ in_english))
        yield Finding(FindingName.PLACEHOLDERS_DIFFER, message, language, f"not as in English: {differing}")
