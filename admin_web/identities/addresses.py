"""Reading which case or change an address is about."""

from __future__ import annotations

from uuid import UUID

from admin_web.visits import Visit
from core.errors import NotFound


def id_in_address(visit: Visit, name: str) -> UUID:
    """The id in a part of the address. Raises `NotFound` for what is none."""
    try:
        return UUID(visit.request.match_info[name])
    except ValueError:
        raise NotFound("there is nothing of that number") from None
