"""The default alphabet of GSM phones (3GPP TS 23.038, section 6.2.1): what a text costs in it, and how to fold into it.

One character outside it makes a network send the whole text as UCS-2, which halves the room. So texts for USSD and SMS
are folded first. Folding never drops a letter: what has no likeness becomes `?`, and only pictures disappear.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
"""Characters of one septet."""

EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""Characters of two septets: an escape and a second table."""

_EXTENDED: Final = re.compile(f"[{re.escape(''.join(sorted(EXTENSION)))}]")
_FOREIGN: Final = re.compile(f"[^{re.escape(''.join(sorted(BASIC | EXTENSION)))}]")

UNKNOWN: Final = "?"
"""Stands for a letter that the alphabet has no likeness of."""

_LIKENESS: Final = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bb\u02bc\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"),
    "\u2026": "...",
    "\u00d7": "x",
    "\u0131": "i",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "þ": "th",
    "Þ": "Th",
    "œ": "oe",
    "Œ": "Oe",
    "ŋ": "ng",
    "Ŋ": "Ng",
}
_CARON_S: Final = {"š": "s", "Š": "S"}
_PICTURES: Final = frozenset({"So", "Sk", "Cf", "Cc", "Cn", "Co", "Cs", "Mn", "Me"})
"""Emoji and what modifies them, format and control characters: they carry no letter of a text."""


def septets(text: str) -> int:
    """What a text costs: one septet a character, two for an extension character. The text must be GSM."""
    return len(text) + len(_EXTENDED.findall(text))


def is_gsm(text: str) -> bool:
    """Whether every character is in the alphabet or its extension."""
    return _FOREIGN.search(text) is None


def fold(text: str) -> str:
    """The text in the alphabet. `š` after `t` is spelt `s'` (Sesotho `tš` is `ts'`), any other `s`.

    Quotes become straight, dashes hyphens, other accented letters bare; emoji disappear.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    if is_gsm(composed):
        return composed
    return "".join(_folded(character, before) for before, character in zip(" " + composed, composed, strict=False))


def unfoldable(text: str) -> str:
    """The characters that folding can only replace by `?`, each once, in order of first appearance."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(dict.fromkeys(each for each in composed if each != UNKNOWN and _folded(each, "") == UNKNOWN))


def _folded(character: str, before: str) -> str:
    if character in BASIC or character in EXTENSION:
        return character
    if character in _CARON_S:
        return _CARON_S[character] + ("'" if before in "tT" else "")
    if character in _LIKENESS:
        return _LIKENESS[character]
    if character.isspace():
        return " "
    if unicodedata.category(character) in _PICTURES:
        return ""
    return _bare(character)


def _bare(character: str) -> str:
    """The letter under its accents, or the plain form of a compatibility character."""
    parts = unicodedata.normalize("NFKD", character)
    bare = "".join(each for each in parts if not unicodedata.combining(each))
    return bare if bare and is_gsm(bare) else UNKNOWN
