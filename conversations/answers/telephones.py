"""A lender's telephone numbers as a screen shows them."""

from __future__ import annotations

import re
from typing import Final

_OF_LESOTHO: Final = re.compile(r"\+266(\d{4})(\d{4})")


def telephone(e164: str) -> str:
    """As people write it: "+266 2231 0041". A number of another country stays as it is kept."""
    return _OF_LESOTHO.sub(r"+266 \1 \2", e164) if _OF_LESOTHO.fullmatch(e164) else e164
