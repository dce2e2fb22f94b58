"""Reading an ask's arguments as the types that a use case takes. A wrong type is a defect of the flows."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from conversations.engine import Ask, ConversationDefect
from core.money import Money
from core.references import Reference


def text(ask: Ask, name: str) -> str:
    """A text, or a choice's code."""
    value = ask.arguments.get(name)
    if not isinstance(value, str):
        raise ConversationDefect(f"{ask.kind} needs the text {name}")
    return value


def whole(ask: Ask, name: str) -> int:
    """A whole number, or a choice whose code is one."""
    value = ask.arguments.get(name)
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise ConversationDefect(f"{ask.kind} needs the whole number {name}")


def money(ask: Ask, name: str) -> Money:
    """An amount."""
    value = ask.arguments.get(name)
    if not isinstance(value, Money):
        raise ConversationDefect(f"{ask.kind} needs the amount {name}")
    return value


def day(ask: Ask, name: str) -> date:
    """A date."""
    value = ask.arguments.get(name)
    if not isinstance(value, date):
        raise ConversationDefect(f"{ask.kind} needs the date {name}")
    return value


def reference(ask: Ask, name: str) -> Reference:
    """One of our numbers, or a choice whose code is one. Raises `InvalidReference`."""
    value = ask.arguments.get(name)
    return value if isinstance(value, Reference) else Reference.parse(text(ask, name))


def identifier(ask: Ask, name: str) -> UUID:
    """An id that a choice carries as its code."""
    return UUID(text(ask, name))


def named_by(ask: Ask) -> UUID:
    """What a command's key names: the draft of `apply:{draft}`."""
    return UUID(ask.key.partition(":")[2])
