"""One canonical form of a phone number, whatever a provider or a person wrote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers

from core.errors import InvalidInput

_REGION = "LS"
_COUNTRY_CODE = 266
_NUMBERS_KEPT: Final = 4_096
"""A session brings its caller's number with every hop, and to judge one takes longer than to answer a hop."""


class NotALesothoMobile(InvalidInput):
    """The number is not a mobile number of Lesotho (+266, then eight digits beginning with 5 or 6)."""

    code = "not_a_lesotho_mobile"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A Lesotho mobile number in E.164: "+26658851234". `repr` masks it, so that logs cannot leak it."""

    e164: str

    @classmethod
    def parse(cls, written: str) -> PhoneNumber:
        """Read `+266…`, `266…`, `00266…` or the eight local digits; a form that lost its `+` to a space is mended."""
        return cls(_canonical(written.strip()))

    @property
    def masked(self) -> str:
        """The last three digits only, for screens: "+266 ••••• 234"."""
        return f"+{_COUNTRY_CODE} ••••• {self.e164[-3:]}"

    def __repr__(self) -> str:
        return f"PhoneNumber(…{self.e164[-3:]})"

    def __str__(self) -> str:
        return self.e164


@lru_cache(_NUMBERS_KEPT)
def _canonical(text: str) -> str:
    """The E.164 form. Raises `NotALesothoMobile`, which is not kept."""
    if text.startswith("00"):
        text = "+" + text[2:]
    elif text.isdigit() and text.startswith(str(_COUNTRY_CODE)) and len(text) > 8:
        text = "+" + text
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException as error:
        raise NotALesothoMobile(field="phone") from error
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if number.country_code != _COUNTRY_CODE or not is_mobile or not phonenumbers.is_valid_number(number):
        raise NotALesothoMobile(field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
