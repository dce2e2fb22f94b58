"""Reading a provider's form post strictly: bounded, each field once, nothing decoded by guess.

Web frameworks forgive (the last of two equal fields wins, `%ZZ` stays as it is, bad UTF-8 becomes a replacement
character). A callback that moves money or holds a PIN is better refused than guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote_plus

from channels.transport import MalformedHook
from core.errors import InvalidInput
from core.phones import PhoneNumber

BODY_BYTES_MAX: Final = 64 * 1024
_FIELDS_MAX: Final = 64
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_INTERNATIONAL_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_WHITE_SPACE_CONTROLS: Final = "\t\n\r\v\f"
_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def read_form(body: bytes, known: Collection[str]) -> dict[str, str]:
    """Decode an `application/x-www-form-urlencoded` body, keeping only the known fields.

    Raises `MalformedHook` for a body that is too large, wrongly encoded, or says a known field twice.
    """
    if len(body) > BODY_BYTES_MAX:
        raise MalformedHook(f"the body is larger than {BODY_BYTES_MAX} bytes")
    try:
        raw = body.decode("utf-8")
        if _BAD_PERCENT.search(raw):
            raise MalformedHook("the percent-encoding is wrong")
        if raw.count("&") >= _FIELDS_MAX:
            raise MalformedHook(f"the body has more than {_FIELDS_MAX} fields")
        return _each_once(raw, known)
    except UnicodeDecodeError as error:
        raise MalformedHook("the body is not UTF-8") from error


def _pairs(raw: str) -> Iterator[tuple[str, str]]:
    for pair in raw.split("&"):
        name, _, value = pair.partition("=")
        yield _decoded(name), _decoded(value)


def _decoded(text: str) -> str:
    """Most fields have nothing to decode."""
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def _each_once(raw: str, known: Collection[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in _pairs(raw):
        if name not in known:
            continue
        if name in fields:
            raise MalformedHook(f"{name} is there twice")
        fields[name] = value
    return fields


def required(fields: dict[str, str], name: str, *, characters_max: int) -> str:
    """A field that must be there, with visible characters and no more than the limit. Raises `MalformedHook`."""
    value = optional(fields, name, characters_max=characters_max)
    if not value:
        raise MalformedHook(f"{name} is missing")
    return value


def optional(fields: dict[str, str], name: str, *, characters_max: int) -> str:
    """A field that may be absent or empty: "" then. Raises `MalformedHook` when it is longer than the limit."""
    value = visible(fields.get(name, "")).strip()
    if len(value) > characters_max:
        raise MalformedHook(f"{name} is longer than {characters_max} characters")
    return value


def international_number(written: str, name: str) -> str:
    """A phone number of any country as "+…" and digits; a `+` that a form turned into a space is mended.

    Not a `PhoneNumber`: a caller from abroad must still be told, politely, that the service is for Lesotho.
    Raises `MalformedHook`.
    """
    if _INTERNATIONAL_NUMBER.fullmatch(written):
        return written
    try:
        return PhoneNumber.parse(written).e164
    except InvalidInput:
        digits = written.strip().removeprefix("+")
    if not _INTERNATIONAL_NUMBER.fullmatch("+" + digits):
        raise MalformedHook(f"{name} is not a phone number")
    return "+" + digits


def visible(text: str) -> str:
    """Text without control, format (such as right-to-left marks) and private characters; a line break is a space.

    Works character by character, so that what is appended to a text never changes how its beginning reads.
    """
    if text.isprintable():
        return text
    return "".join(
        " " if character in _WHITE_SPACE_CONTROLS else character
        for character in text
        if character in _WHITE_SPACE_CONTROLS or unicodedata.category(character) not in _INVISIBLE_CATEGORIES
    )


def instant(written: str, name: str) -> datetime:
    """An instant in UTC from "2017-05-03T06:04:45Z" or "2017-05-03 06:04:45", which Africa's Talking means as UTC.

    Raises `MalformedHook`.
    """
    try:
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedHook(f"{name} is not a date and time") from error
