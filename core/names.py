"""How a person's name is compared with one that was typed: by its letters, whatever stands over or between them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SIGNS: Final = (
    r"[\u0300-\u036f"  # combining marks: the caron of a decomposed š, accents
    r"\u0027\u0060\u00b4\u02b9-\u02bd\u2018-\u201b\u2032\u2035\uff07"  # apostrophes, and what passes for one
    r"\u002d\u00ad\u2010-\u2015\u2212"  # hyphens
    r"\u0009\u0020\u00a0\u2007\u2009\u202f\u002e]"  # spaces, the full stop of an initial
)
"""What does not count in a name, as a class that regular expressions here and in PostgreSQL read alike."""

_SIGNS: Final = re.compile(SIGNS)


def fold_name(name: str) -> str:
    """The name's letters, small and bare; empty where it has none.

    `tš` is `ts` without its caron, and South Africa spells it `tsh`: all three fold to `ts`. The beginning of a name
    folds to the beginning of what the name folds to. A database folds in the same way: an index holds the outcome.
    """
    return _SIGNS.sub("", unicodedata.normalize("NFD", name)).lower().replace("tsh", "ts")
