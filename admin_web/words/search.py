"""The words of what a search finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark

KINDS: Final[Mapping[str, str]] = {
    "application": mark("Application"),
    "borrower": mark("Newest application"),
    "loan": mark("Loan"),
}
