"""The portal's lists with whatever rows a test puts into them; remembers which MFI and districts were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.ports.reads import QueueFilter, QueuePage


@dataclass
class Lists:
    """`core.ports.reads.PortalReads`, canned."""

    queue_page: QueuePage = field(default_factory=lambda: QueuePage((), 0, {}, ()))
    asked: list[tuple[UUID, Sequence[str], object]] = field(default_factory=list)

    async def queue(self, mfi_id: UUID, districts: Sequence[str], wanted: QueueFilter) -> QueuePage:
        self.asked.append((mfi_id, districts, wanted))
        return self.queue_page
