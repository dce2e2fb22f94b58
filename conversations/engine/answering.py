"""What an answer means at a screen: the value to save and where to go, or why it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.engine.asks import Target
from conversations.engine.errors import ConversationDefect, Refused
from conversations.engine.messages import REFUSED_OPTION
from conversations.engine.reading import amount_within, date_within, years_from
from conversations.engine.screens import Confirmation, DateQuestion, Menu, MoneyQuestion, PagedList, Question
from conversations.engine.showing import choices_in, offered
from conversations.engine.state import Conversation
from conversations.engine.values import Choice, Scope, Text, Value
from core.money import Money

Answerable = Menu | Confirmation | Question | MoneyQuestion | DateQuestion | PagedList


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was taken: saved under a name (none when it is empty), and leading on."""

    saves: str
    value: Value
    to: Target
    is_personal: bool = False


def answer(conversation: Conversation, screen: Answerable, text: str) -> Answered:
    """Read an answer at a screen. Raises `Refused` with the sentence for the borrower."""
    scope = conversation.scope
    match screen:
        case Menu() | Confirmation():
            return _picked(screen, text, scope)
        case PagedList():
            return Answered(screen.saves, _listed(choices_in(scope, screen.items), text), screen.to)
        case Question():
            return Answered(screen.saves, screen.check(text, scope), screen.to, screen.personal)
        case MoneyQuestion():
            return Answered(screen.saves, _amount(screen, text, scope), screen.to, screen.personal)
        case _:
            earliest = years_from(conversation.today, screen.earliest_years)
            latest = years_from(conversation.today, screen.latest_years)
            return Answered(screen.saves, date_within(text, earliest, latest), screen.to, screen.personal)


def _picked(screen: Menu | Confirmation, text: str, scope: Scope) -> Answered:
    for option in offered(screen.options, scope):
        if option.key == text:
            return Answered(screen.saves, Choice(option.code, Text(option.label)), option.to)
    raise Refused(REFUSED_OPTION)


def _listed(choices: tuple[Choice, ...], text: str) -> Choice:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= len(choices):
        raise Refused(REFUSED_OPTION)
    return choices[number - 1]


def _amount(screen: MoneyQuestion, text: str, scope: Scope) -> Money:
    multiple = None if screen.multiple is None else amount_bound(screen.multiple, scope)
    return amount_within(text, amount_bound(screen.low, scope), amount_bound(screen.high, scope), multiple)


def amount_bound(bound: Money | str, scope: Scope) -> Money:
    """A bound that is declared, or that an answer or a fact holds. Raises `ConversationDefect` when it is not there."""
    value = scope.get(bound) if isinstance(bound, str) else bound
    if not isinstance(value, Money):
        raise ConversationDefect(f"{bound} is not there as an amount")
    return value
