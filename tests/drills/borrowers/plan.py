"""What the borrowers' process is told: where the product listens, and who wants what of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Wish:
    """One borrower: registers, applies for `amount`, accepts, waits for the money and pays each of `payments` (maloti).

    starts_after: seconds from the start of the process. waits_before: `apply`, `accept` or `pay`, at which the borrower
    waits until the gate is open; empty: nowhere.
    """

    number: str
    national_id: str
    district: str
    amount: str
    payments: Sequence[str]
    starts_after: float
    waits_before: str = ""

    def payment_reference(self, n: int) -> str:
        """The rail's number of a borrower's n-th payment."""
        return f"DRILL{self.number[1:]}-{n}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What all of them are told.

    urls: the public listeners behind the gateway's balancer. rail_account: whom payments go to.

    gate: the file whose being there opens it.
    """

    urls: Sequence[str]
    hook_token: str
    rail_account: str
    wishes: Sequence[Wish]
    gate: str

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return cls(**{**kept, "wishes": [Wish(**wish) for wish in kept["wishes"]]})
