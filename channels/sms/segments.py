"""How many SMS a text becomes (3GPP TS 23.038 and 23.040): what it costs, and what its budget is measured in."""

from __future__ import annotations

from typing import Final

from core.gsm0338 import is_gsm, septets

_SEPTETS_ALONE: Final = 160
_SEPTETS_A_PART: Final = 153
_UNITS_ALONE: Final = 70
_UNITS_A_PART: Final = 67


def parts_of(text: str) -> int:
    """The number of parts: 160 septets fit one alone, 153 each of several; 70 and 67 UTF-16 units outside GSM 03.38.

    An extension character or a surrogate pair that would straddle two parts may cost one more on some networks; the
    count is the usual one, as providers bill.
    """
    if is_gsm(text):
        length, alone, each = septets(text), _SEPTETS_ALONE, _SEPTETS_A_PART
    else:
        length, alone, each = len(text.encode("utf-16-le")) // 2, _UNITS_ALONE, _UNITS_A_PART
    return 1 if length <= alone else -(-length // each)
