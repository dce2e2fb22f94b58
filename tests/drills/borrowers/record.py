"""What the borrowers write down: each request before it is sent, each reply as it came, on the disk before the next.

One JSON object a line. `event` is `sent`, `answered`, `lost` (no answer: nobody knows what became of it), `waits` (a
borrower stands at the gate) or `done` (has everything that they came for). `what` is `hop`, `payment` or `life`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from letsema.environment import SystemClock

SENT, ANSWERED, LOST, WAITS, DONE = "sent", "answered", "lost", "waits", "done"
HOP, PAYMENT, LIFE = "hop", "payment", "life"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `request` is what was sent; `reply` and `status` are what came back, `seconds` after it."""

    at: datetime
    phone: str
    event: str
    what: str
    request: Mapping[str, str] = field(default_factory=dict)
    reply: str = ""
    status: int = 0
    seconds: float = 0.0

    @classmethod
    def from_line(cls, line: str) -> Self:
        kept: dict[str, Any] = json.loads(line)
        return cls(**{**kept, "at": datetime.fromisoformat(kept["at"])})

    def to_line(self) -> str:
        return json.dumps({**asdict(self), "at": self.at.isoformat()}) + "\n"


class Record:
    """The file, open for appending."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._clock = SystemClock()

    def write(self, phone: str, event: str, what: str, **told: Any) -> None:
        """Append a line; on return it has outlived this process, whatever happens to it."""
        entry = Entry(self._clock.now(), phone, event, what, **told)
        os.write(self._descriptor, entry.to_line().encode())
        os.fsync(self._descriptor)


def read_record(file: Path) -> list[Entry]:
    """All whole lines so far."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    return [Entry.from_line(line) for line in lines if line.endswith("\n")]
