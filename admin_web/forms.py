"""Reading what was posted, field by field, into domain values, keeping everything typed when one of them is refused.

Only the fields that a view asks for are read, so an extra one (`status`, `mfi_id`) cannot change anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from admin_web.languages import Text, mark
from core.errors import DomainError, InvalidInput
from core.money import ZERO, Money
from core.references import InvalidReference, Reference

_LONGEST: Final = 2_000
_LONGEST_WHOLE_DIGITS: Final = 9
_AMOUNT: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,2})?")
"""Digits, and at most two decimals: no sign, no exponent, nothing that only a computer would write."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Not the other ways in which a machine may write one: a mistyped day should not turn out to be a week."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Control, format (such as right-to-left marks), surrogate and private characters: nobody types or sees them."""

Choice = TypeVar("Choice", bound=StrEnum)


class FormRefused(InvalidInput):
    """At least one field cannot be read; the form that raised it says which, and why."""

    code = "form_refused"


@dataclass(slots=True)
class Form:
    """Typed values out of text, with what is wrong beside each field. `values` are shown again as they came."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, Text] = field(default_factory=dict)

    def raw(self, name: str) -> str:
        """What was typed, trimmed, bounded and visible; empty when there is nothing."""
        return "".join(filter(_is_visible, self.values.get(name, ""))).strip()[:_LONGEST]

    def secret(self, name: str) -> str:
        """What was typed, untouched: spaces belong to a password."""
        return self.values.get(name, "")[:_LONGEST]

    def required(self, name: str) -> str:
        """Text that must be there."""
        text = self.raw(name)
        if not text:
            self.refuse(name, Text(mark("Fill this in.")))
        return text

    def money(self, name: str) -> Money:
        """An amount above zero, written as people do: "5000", "M5,000.00", "5 000"."""
        text = self.raw(name).upper().removeprefix("M").replace(",", "").replace(" ", "")
        amount = Money.of(text) if _AMOUNT.fullmatch(text) else ZERO
        if amount == ZERO:
            self.refuse(name, Text(mark("Write an amount in maloti, such as 5000 or 1,250.50.")))
        return amount

    def day(self, name: str) -> date | None:
        """A date, as a date field sends it and as people without one type it: "2026-11-23". None when refused."""
        text = self.raw(name)
        try:
            on = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:  # a thirty-first of June
            on = None
        if on is None:
            self.refuse(name, Text(mark("Write a day as year, month and day, such as 2026-11-23.")))
        return on

    def reference(self, name: str) -> Reference | None:
        """One of our numbers, spaces and dashes allowed; None when refused."""
        try:
            return Reference.parse(self.raw(name))
        except InvalidReference:
            self.refuse(name, Text(mark("That number is not one of ours: a digit may be wrong or swapped.")))
            return None

    def whole(self, name: str) -> int:
        """A whole number, zero or more."""
        text = self.raw(name)
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_WHOLE_DIGITS):
            self.refuse(name, Text(mark("Write a whole number.")))
            return 0
        return int(text)

    def choice(self, name: str, among: type[Choice]) -> Choice | None:
        """One of the values of an enumeration; None when refused."""
        text = self.raw(name)
        if text in {member.value for member in among}:
            return among(text)
        self.refuse(name, Text(mark("Choose one.")))
        return None

    def one_of(self, name: str, among: tuple[str, ...]) -> str:
        """One of some codes; empty when refused."""
        text = self.raw(name)
        if text in among:
            return text
        self.refuse(name, Text(mark("Choose one.")))
        return ""

    def among(self, name: str, known: Collection[str], otherwise: str = "") -> str:
        """What an address asks for where it is known, else what is shown unasked: an old address is no mistake."""
        text = self.raw(name)
        return text if text in known else otherwise

    def refuse(self, name: str, why: Text) -> None:
        """Note what is wrong with a field; the first complaint about it stays."""
        self.errors.setdefault(name, why)

    def check(self) -> None:
        """Raise `FormRefused` when a field was refused."""
        if self.errors:
            raise FormRefused(field=next(iter(self.errors)))

    def refused_by(self, error: DomainError, sentence: Text) -> None:
        """Put a refusal of a use case beside the field that it names, or above the form when it names none."""
        if not isinstance(error, FormRefused):
            self.refuse(error.field or "", sentence)


def _is_visible(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in _INVISIBLE
