"""What was sent to a caller and came from one, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message to a borrower and what became of it. `text` is sealed at rest."""

    id: UUID
    caller: bytes
    borrower_id: UUID | None
    district: str
    mfi_id: UUID | None
    channel: str
    direction: str
    kind: str
    text: str
    parts: int
    state: str
    created_at: datetime
    provider: str = ""
    provider_id: str = ""
    failure: str = ""
    cost: str = ""


ON_THE_WAY: Final = ("waiting", "sending", "accepted", "sent", "submitted", "buffered")
"""States of a message that another may follow, in their order. Every other state is final."""


class MessageLog(Protocol):
    """Message history and delivery, by caller."""

    async def add(self, message: MessageRecord) -> None:
        """Insert. One with the same id is replaced while it has no `provider_id` (it was noted before it was sent),
        and left as it is from then on: a repeat, or a report that came first, is never overwritten.
        """
        ...

    async def deliver(self, provider: str, provider_id: str, state: str, failure: str, at: datetime) -> bool:
        """Move a message on: never back, and from a final state nowhere. False when nothing has that provider id."""
        ...

    async def of_caller(self, caller: bytes, limit: int) -> Sequence[MessageRecord]:
        """Newest first."""
        ...
