"""What staff may choose as a password: long, not one that everybody tries first, not the lender's own name.

No rule about kinds of characters and no expiry: both make people choose worse passwords.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from core.errors import InvalidInput

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 128
_FEWEST_CHARACTERS: Final = 5
"""Fewer different characters than this, and a password is one key held down."""
_SHORTEST_NAME: Final = 4
"""A lender called "Ab" forbids no password with "cab" in it."""


class PasswordTooShort(InvalidInput):
    """The password has fewer than twelve characters."""

    code = "password_too_short"


class PasswordTooLong(InvalidInput):
    """The password has more than 128 characters."""

    code = "password_too_long"


class PasswordTooCommon(InvalidInput):
    """The password is among those that are tried first."""

    code = "password_too_common"


class PasswordNamesLender(InvalidInput):
    """The password contains the name of the lender, of its product or of the person."""

    code = "password_names_lender"


def check_password(password: str, *, names: Iterable[str]) -> None:
    """Raise the refusal that fits, with field `password`. `names` are what whoever attacks this lender tries first."""
    if len(password) < LENGTH_MIN:
        raise PasswordTooShort(field="password")
    if len(password) > LENGTH_MAX:
        raise PasswordTooLong(field="password")
    folded = _squeezed(password)
    if folded in _common() or len(set(folded)) < _FEWEST_CHARACTERS:
        raise PasswordTooCommon(field="password")
    if any(len(name) >= _SHORTEST_NAME and name in folded for name in map(_squeezed, names)):
        raise PasswordNamesLender(field="password")


def _squeezed(text: str) -> str:
    """Without spaces and capitals: neither makes a guess harder."""
    return "".join(text.casefold().split())


@cache
def _common() -> frozenset[str]:
    """The list beside this module: one a line, notes behind `#` at its head."""
    lines = files("core").joinpath("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))
