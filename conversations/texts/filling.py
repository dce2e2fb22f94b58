"""Placeholders filled by type, in one pass: a borrower's own words are never read as a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from conversations.engine import Choice, Text, Value
from core.references import Reference

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""`{amount}`: lower case, so that a typed `{}` or `{0}` stays what it is."""

ABSENT: Final = "?"
"""Stands where a value was never given: the checker refuses such a screen, and a borrower is not left without one."""

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Translate: TypeAlias = Callable[[Text], str]
"""Turns a text among the values into words of the same language."""


def placeholders(template: str) -> frozenset[str]:
    """The names that a template wants filled."""
    return frozenset(PLACEHOLDER.findall(template))


def fill(template: str, values: Mapping[str, Value], translate: Translate) -> str:
    """The template with each placeholder replaced by its value's written form, `?` where there is none."""

    def written(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return ABSENT if value is None else write(value, translate)

    return PLACEHOLDER.sub(written, template)


def write(value: Value, translate: Translate) -> str:
    """A value as people read it, alike in every language but for texts: `M1,234.50`, `5 Oct 2026`, `1234 567 890`."""
    match value:
        case Text():
            return translate(value)
        case Choice(label=label):
            return label if isinstance(label, str) else translate(label)
        case tuple():
            return ", ".join(write(item, translate) for item in value)
        case date():
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        case Reference():
            return value.spaced
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return str(value)
