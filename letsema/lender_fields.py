"""What a field of a lender's file may hold, and the sentence that says what it may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from conversations.check.worst import LARGEST_AMOUNT
from conversations.measures import LONGEST_ACCOUNT, LONGEST_ADDRESS, LONGEST_FEE, LONGEST_LENDER, LONGEST_PRODUCT
from core.errors import InvalidInput
from core.gsm0338 import fold, septets, unfoldable
from core.loans.parts import Part
from core.loans.terms import RATE_PERCENT_MAX
from core.money import ZERO, Money

PERIODS_MAX: Final = 366
"""A year of daily instalments, or seven of weekly ones. The engine takes more; no borrower should be asked to."""


class Table(BaseModel):
    """A table of the file: a field that nobody knows is a mistake of whoever wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)


def _amount(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("an amount is in maloti, such as 5000 or 1250.50")  # noqa: TRY004 (pydantic collects these)
    try:
        amount = Money.of(value)
    except InvalidInput as error:
        raise ValueError(error.message) from None
    if not ZERO < amount <= LARGEST_AMOUNT:
        raise ValueError(f"an amount is more than nothing and at most {LARGEST_AMOUNT}, which screens have room for")
    return amount


def _exact(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("a number is expected, such as 36 or 2.5")  # noqa: TRY004 (pydantic collects these)
    return value


def _on_every_phone(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    # Of a message a picture is dropped and the rest still said; of a name nothing may be missing.
    lost = dict.fromkeys([*unfoldable(composed), *(each for each in composed if not fold(each))])
    if lost:
        raise ValueError(f"a plain phone cannot show {', '.join(lost)}")
    return text


def _on_a_screen(longest: str) -> Callable[[str], str]:
    """What has no more room than the longest one with which the pages are measured. It is measured as it is shown:
    folding makes two letters of some, and some count as two.
    """
    room = septets(longest)

    def check(text: str) -> str:
        needed = septets(fold(text))
        if needed > room:
            raise ValueError(f"a phone has room for {room} letters of it, this has {needed}")
        return text

    return check


def _together(accounts: dict[str, str]) -> dict[str, str]:
    # As `conversations.answers.loans.rail_account` says them, one after the other.
    room, needed = septets(LONGEST_ACCOUNT), septets(fold(", ".join(accounts.values())))
    if needed > room:
        raise ValueError(f"a phone has room for {room} letters of them together, these have {needed}")
    return accounts


def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("at least one is needed")
    return values


def each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise ValueError("each is named once")
    return some(values)


def _whole_order(order: tuple[Part, ...]) -> tuple[Part, ...]:
    if sorted(order) != sorted(Part):
        raise ValueError(f"an order names each of {', '.join(Part)} once")
    return order


def like(pattern: str, sentence: str) -> AfterValidator:
    """What is written wholly as a pattern says. An operator reads the sentence, never the pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(sentence)
        return text

    return AfterValidator(check)


Amount = Annotated[Money, BeforeValidator(_amount)]
Exact = Annotated[Decimal, BeforeValidator(_exact)]
Percent = Annotated[Exact, Field(ge=0, le=RATE_PERCENT_MAX)]
PartPercent = Annotated[Exact, Field(gt=0, le=100)]
_LINE: Final = r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?"
Line = Annotated[
    str, Field(min_length=1, max_length=100), like(_LINE, "it is one line of text, with no space before or after it")
]
Shown = Annotated[Line, AfterValidator(_on_every_phone)]
LenderName = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_LENDER))]
ProductName = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_PRODUCT))]
FeeName = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_FEE))]
Address = Annotated[Shown, AfterValidator(_on_a_screen(LONGEST_ADDRESS))]
Code = Annotated[
    str, like(r"[a-z][a-z0-9_-]{1,23}", "a code is a small letter and 1 to 23 more, or digits, - or _ after it")
]
Phone = Annotated[str, like(r"\+266[0-9]{8}", "a number in Lesotho looks like +26622310041")]
SenderId = Annotated[str, like(r"[A-Za-z0-9]{1,11}", "a sender is 1 to 11 letters or digits")]
Accounts = Annotated[dict[Code, Shown], Field(min_length=1), AfterValidator(_together)]
Order = Annotated[tuple[Part, ...], AfterValidator(_whole_order)]
Periods = Annotated[int, Field(ge=1, le=PERIODS_MAX)]
Grace = Annotated[int, Field(ge=0, lt=PERIODS_MAX)]
