"""The types an answer or a shown value may have, and their one JSON form. Never holds a secret: a PIN is no value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from conversations.engine.errors import CorruptState
from core.money import Money
from core.references import Reference


@dataclass(frozen=True, slots=True)
class Text:
    """A message by its id, with the values for its placeholders. As a value it is translated where it is shown."""

    message: str
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be picked or was picked: its stable code, and how it is called on screens.

    A `str` label is data (a product's name); a `Text` label is translated.
    """

    code: str
    label: str | Text


Value: TypeAlias = str | int | Decimal | Money | date | Reference | Text | Choice | tuple[Choice, ...]
"""What answers and facts are made of. Flags are 0 and 1."""

Scope: TypeAlias = Mapping[str, Value]
"""Everything a screen may read by name: facts, answers, and `today` (the district's business date) and `language`."""

_TAG: Final = "type"


def to_json(value: Value) -> Any:
    """Encode one value: text and whole numbers as they are, other types as a tagged object, a list as an array."""
    # A member of a StrEnum and a flag are what they are equal to; the other types have no subclasses here.
    kind = str if isinstance(value, str) else int if isinstance(value, int) else type(value)
    return _ENCODERS[kind](value)


def from_json(encoded: Any) -> Value:
    """Decode one value. Raises `CorruptState` for anything that `to_json` does not write."""
    match encoded:
        case bool():
            raise CorruptState("a flag is 0 or 1 in a conversation")
        case str() | int():
            return encoded
        case list():
            return tuple(_choice(item) for item in encoded)
        case dict():
            return _tagged(encoded)
        case _:
            raise CorruptState(f"a value cannot be a {type(encoded).__name__}")


def mapping_to_json(values: Mapping[str, Value]) -> dict[str, Any]:
    """Encode values by name, in the order of their names, so that equal states have equal bytes."""
    return {name: to_json(values[name]) for name in sorted(values)}


def mapping_from_json(encoded: Any) -> dict[str, Value]:
    """Decode values by name. Raises `CorruptState`."""
    if not isinstance(encoded, dict):
        raise CorruptState("values are an object")
    return {str(name): from_json(value) for name, value in encoded.items()}


def _tagged(encoded: dict[str, Any]) -> Value:
    decode = _DECODERS.get(str(encoded.get(_TAG)))
    if decode is None:
        raise CorruptState("a value has an unknown type")
    try:
        return decode(encoded)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise CorruptState(f"a value of type {encoded[_TAG]} cannot be read") from error


def _choice(encoded: Any) -> Choice:
    value = from_json(encoded)
    if not isinstance(value, Choice):
        raise CorruptState("a list holds choices only")
    return value


def _label(encoded: Any) -> str | Text:
    value = from_json(encoded)
    if not isinstance(value, str | Text):
        raise CorruptState("a label is a text")
    return value


def _money(encoded: dict[str, Any]) -> Money:
    if type(encoded["minor"]) is not int:
        raise CorruptState("money is whole minor units")
    return Money(encoded["minor"])


_ENCODERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    str: str,
    int: int,
    tuple: lambda value: [to_json(item) for item in value],
    Money: lambda value: {_TAG: "money", "minor": value.minor},
    Decimal: lambda value: {_TAG: "decimal", "number": str(value)},
    date: lambda value: {_TAG: "date", "on": value.isoformat()},
    Reference: lambda value: {_TAG: "reference", "digits": value.digits},
    Text: lambda value: {_TAG: "text", "message": value.message, "values": mapping_to_json(value.values)},
    Choice: lambda value: {_TAG: "choice", "code": value.code, "label": to_json(value.label)},
}

_DECODERS: Final[Mapping[str, Callable[[dict[str, Any]], Value]]] = {
    "money": _money,
    "decimal": lambda encoded: Decimal(encoded["number"]),
    "date": lambda encoded: date.fromisoformat(encoded["on"]),
    "reference": lambda encoded: Reference(str(encoded["digits"])),
    "text": lambda encoded: Text(str(encoded["message"]), mapping_from_json(encoded["values"])),
    "choice": lambda encoded: Choice(str(encoded["code"]), _label(encoded["label"])),
}
