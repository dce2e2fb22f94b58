"""Reading the fields of a JSON object: each value checked where it enters, each refusal naming its field.

Numbers come as strings or JSON numbers (integers, or `Decimal`s as `read_document` makes them) and never as binary
floating point.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

from core.errors import InvalidInput
from core.money import Money

Choice = TypeVar("Choice", bound=StrEnum)

_ISO_DATE_LENGTH: Final = len("2026-11-23")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""What a number is written like; Python would also read `1_000`, `NaN` and the digits of other scripts."""
_BYTE_ORDER_MARK: Final = "\ufeff"
"""What editors of one maker put before a text; it is no part of it."""
_DIGITS_MAX: Final = 30
"""Before and after the point. Beyond this a number is no amount and no rate, and arithmetic with it has no end."""


def read_document(text: str) -> list[Any]:
    """Parse a JSON document that is a list, its numbers exact. Raises `InvalidInput`."""
    try:
        document = json.loads(
            text.removeprefix(_BYTE_ORDER_MARK),
            parse_int=_whole_number,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
        )
        json.dumps(document, ensure_ascii=False, default=str).encode()  # half a character could not be given back
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the document is not JSON: {error}", field="document") from error
    if not isinstance(document, list):
        raise InvalidInput("the document is a list of objects", field="document")
    return document


def read_object(value: object, field: str) -> Mapping[str, Any]:
    """An object, as a mapping."""
    if not isinstance(value, dict):
        raise InvalidInput("an object is expected", field=field)
    return value


def read_id(item: object) -> str | int | None:
    """What an object of a list calls itself, to be given back with its answer; None where it does not say."""
    name = item.get("id") if isinstance(item, dict) else None
    return name if name is None or isinstance(name, (str, int)) else str(name)


def refuse_unknown(fields: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raise `InvalidInput` for a field that nothing reads: a misspelt one would silently get its default."""
    for name in fields:
        if name not in known:
            raise InvalidInput(f"there is no such field; the fields are {', '.join(sorted(known))}", field=name)


def read_text(fields: Mapping[str, Any], field: str) -> str:
    """A text that is not empty."""
    value = _required(fields, field)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput("a text is expected", field=field)
    return value


def read_decimal(fields: Mapping[str, Any], field: str) -> Decimal:
    """An exact number."""
    value = _required(fields, field)
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise InvalidInput('a number is expected, as "18.5" or 18.5', field=field)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise InvalidInput('a number is expected, as "18.5" or 18.5', field=field)
    number = Decimal(value)
    if number.adjusted() >= _DIGITS_MAX or -_exponent(number) > _DIGITS_MAX:
        raise InvalidInput(f"a number of at most {_DIGITS_MAX} digits is expected", field=field)
    return number


def read_money(fields: Mapping[str, Any], field: str) -> Money:
    """An amount in maloti with at most two decimals."""
    number = read_decimal(fields, field)
    try:
        return Money.of(number)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=field) from error


def read_optional_money(fields: Mapping[str, Any], field: str) -> Money | None:
    """An amount, or None where it is absent or null."""
    return None if fields.get(field) is None else read_money(fields, field)


def read_integer(fields: Mapping[str, Any], field: str, default: int | None = None) -> int:
    """A whole number."""
    if default is not None and field not in fields:
        return default
    number = read_decimal(fields, field)
    if abs(number) >= 10**9 or number != number.to_integral_value():
        raise InvalidInput("a whole number is expected", field=field)
    return int(number)


def read_date(fields: Mapping[str, Any], field: str) -> date:
    """A date as 2026-11-23."""
    value = _required(fields, field)
    if not isinstance(value, str) or len(value) != _ISO_DATE_LENGTH:
        raise InvalidInput("a date is expected, as 2026-11-23", field=field)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidInput("a date is expected, as 2026-11-23", field=field) from error


def read_optional_date(fields: Mapping[str, Any], field: str) -> date | None:
    """A date, or None where it is absent or null."""
    return None if fields.get(field) is None else read_date(fields, field)


def read_choice(fields: Mapping[str, Any], field: str, choices: type[Choice], default: Choice | None = None) -> Choice:
    """One of an enumeration's values."""
    if default is not None and field not in fields:
        return default
    value = _required(fields, field)
    for choice in choices:
        if value == choice.value:
            return choice
    raise InvalidInput(f"one of {', '.join(choice.value for choice in choices)} is expected", field=field)


def _required(fields: Mapping[str, Any], field: str) -> Any:
    if field not in fields:
        raise InvalidInput("this field is required", field=field)
    return fields[field]


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0  # of a finite number it is one


def _whole_number(digits: str) -> int | Decimal:
    """A whole number; one of very many digits as a decimal, to be refused where it stands and not with all others."""
    return Decimal(digits) if len(digits) > _DIGITS_MAX else int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
