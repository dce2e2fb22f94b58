"""The wall clock, ids and chance as the running product has them. Nothing else reads the clock or makes an id."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

_TOKEN_BYTES: Final = 32


class SystemClock:
    """The machine's clock: an adapter of `core.ports.environment.Clock`."""

    def now(self) -> datetime:
        """This instant, UTC and aware."""
        return datetime.now(UTC)


class SystemIdentifiers:
    """Ids of version 7 (they grow with time) and chance from the system: `core.ports.environment.Identifiers`."""

    def new_id(self) -> UUID:
        return uuid7()

    def random_below(self, limit: int) -> int:
        return secrets.randbelow(limit)

    def new_token(self) -> bytes:
        return secrets.token_bytes(_TOKEN_BYTES)
