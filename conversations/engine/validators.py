"""Small values that turn what was typed into an answer, or say why not. Each lists the sentences it may answer with."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Protocol

from conversations.engine.errors import ConversationDefect, Refused
from conversations.engine.values import Scope, Text, Value
from core.errors import DomainError
from core.phones import PhoneNumber
from core.references import Reference


class Validator(Protocol):
    """Turns cleaned text into a value. Raises `Refused` with one of `refusals`."""

    @property
    def refusals(self) -> tuple[str, ...]:
        """The ids of every sentence this may refuse with: the checker measures each under the question."""
        ...

    def __call__(self, text: str, scope: Scope, /) -> Value:
        """Read the answer. `text` has no control characters and is within the length limit."""
        ...

    def example(self, scope: Scope, /) -> Value | None:
        """An answer that this takes, to be shown with a refusal; None when it was declared without one.

        The checker refuses a screen without an example, and one whose example is refused itself.
        """
        ...


@dataclass(frozen=True, slots=True)
class FreeText:
    """Any text of `shortest` to `longest` characters. `such_as` is the id of an example in words."""

    shortest: int = 1
    longest: int = 80
    refusal: str = "refused.text"
    such_as: str = ""

    @property
    def refusals(self) -> tuple[str, ...]:
        return (self.refusal,)

    def __call__(self, text: str, _scope: Scope, /) -> str:
        if not self.shortest <= len(text) <= self.longest:
            raise Refused(self.refusal, {"longest": self.longest})
        return text

    def example(self, _scope: Scope, /) -> Text | None:
        return Text(self.such_as) if self.such_as else None


SPELT_LONGER_MAX: Final = 10
"""By how much a name may be longer where only plain letters can be shown: `tš` is `ts'` there, `ŋ` is `ng`."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name: letters of any script with spaces, apostrophes, hyphens and full stops, at least `shortest` letters.

    A ligature is its letters, so that a name of `longest` letters has room wherever one of plain letters has.
    """

    shortest: int = 2
    longest: int = 40
    refusal: str = "refused.name"
    such_as: str = "Palesa"

    @property
    def refusals(self) -> tuple[str, ...]:
        return (self.refusal,)

    def __call__(self, text: str, _scope: Scope, /) -> str:
        straight = unicodedata.normalize("NFKC", text).translate(_STRAIGHT)
        letters = sum(character.isalpha() for character in straight)
        allowed = all(character.isalpha() or character in " '-." for character in straight)
        spelt_longer = sum(not character.isascii() for character in straight)
        too_long = len(straight) > self.longest or len(straight) + spelt_longer > self.longest + SPELT_LONGER_MAX
        if not allowed or letters < self.shortest or too_long:
            raise Refused(self.refusal)
        return straight

    def example(self, _scope: Scope, /) -> str:
        return self.such_as


@dataclass(frozen=True, slots=True)
class Matching:
    """Text that matches a whole regular expression, after `drop`ped characters (spaces, dashes) are gone."""

    pattern: str
    refusal: str
    such_as: str
    drop: str = " -"

    @property
    def refusals(self) -> tuple[str, ...]:
        return (self.refusal,)

    def __call__(self, text: str, _scope: Scope, /) -> str:
        kept = "".join(character for character in text if character not in self.drop)
        if not re.fullmatch(self.pattern, kept, re.ASCII):
            raise Refused(self.refusal)
        return kept

    def example(self, _scope: Scope, /) -> str:
        return self.such_as


def national_id(refusal: str = "refused.national_id") -> Matching:
    """A Lesotho national identity number: twelve digits, or thirteen as some older cards have."""
    return Matching(r"[0-9]{12,13}", refusal, such_as="012345678901")


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number from `low` to `high`: numbers, or the names of answers or facts that hold them."""

    low: int | str
    high: int | str
    refusal: str = "refused.number"

    @property
    def refusals(self) -> tuple[str, ...]:
        return (self.refusal,)

    def __call__(self, text: str, scope: Scope, /) -> int:
        low, high = (_whole(bound, scope) for bound in (self.low, self.high))
        number = int(text) if text.isascii() and text.isdigit() else None
        if number is None or not low <= number <= high:
            raise Refused(self.refusal, {"low": low, "high": high})
        return number

    def example(self, scope: Scope, /) -> int:
        return _whole(self.low, scope)


@dataclass(frozen=True, slots=True)
class ReferenceNumber:
    """One of our ten-digit references; a slip of the thumb is known by its check digit."""

    refusal: str = "refused.reference"

    @property
    def refusals(self) -> tuple[str, ...]:
        return (self.refusal,)

    def __call__(self, text: str, _scope: Scope, /) -> Reference:
        try:
            return Reference.parse(text)
        except DomainError as error:
            raise Refused(self.refusal) from error

    def example(self, _scope: Scope, /) -> Reference:
        return Reference.make(10, lambda _below: 1_234_567)


@dataclass(frozen=True, slots=True)
class MobileNumber:
    """A Lesotho mobile number, kept in E.164."""

    refusal: str = "refused.phone"
    such_as: str = "58123456"

    @property
    def refusals(self) -> tuple[str, ...]:
        return (self.refusal,)

    def __call__(self, text: str, _scope: Scope, /) -> str:
        try:
            return PhoneNumber.parse(text).e164
        except DomainError as error:
            raise Refused(self.refusal) from error

    def example(self, _scope: Scope, /) -> str:
        return self.such_as


_STRAIGHT = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u2010": "-", "\u2011": "-"})


def _whole(bound: int | str, scope: Scope) -> int:
    value = scope.get(bound) if isinstance(bound, str) else bound
    if not isinstance(value, int):
        raise ConversationDefect(f"{bound} is not there as a whole number")
    return value
