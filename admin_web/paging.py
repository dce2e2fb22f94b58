"""Which page of a list is wanted, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from admin_web.forms import Form

PAGE_SIZE: Final = 50
_LAST_PAGE: Final = 2_000
"""Beyond this nobody pages: they search. It bounds the offset that a request can ask a database for."""


@dataclass(frozen=True, slots=True)
class Paging:
    """A page of a list of `total` rows, counted from one."""

    page: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; one when there is nothing."""
        return max(1, -(-self.total // PAGE_SIZE))


def wanted_page(query: Form) -> int:
    """The page that the address asks for; the first for anything that is no page number."""
    text = query.raw("page")
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_PAGE))
    return min(max(int(text), 1), _LAST_PAGE) if is_number else 1
