"""What came of working on an outbox row, and when it is tried again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from core.ports.work import OutboxRow

FIRST_PAUSE_SECONDS: Final = 2.0
LONGEST_PAUSE_SECONDS: Final = 1_800.0
ATTEMPTS_MAX: Final = 40
"""About eighteen hours of trying, most of them half an hour apart."""


@dataclass(frozen=True, slots=True)
class Done:
    """It happened, or had happened before."""


@dataclass(frozen=True, slots=True)
class Later:
    """It did not happen yet. `after_seconds` None: by the schedule of attempts. `reason` is a code, never a text."""

    reason: str
    after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It can never happen."""

    reason: str


Verdict = Done | Later | GiveUp
RowHandler = Callable[[OutboxRow], Awaitable[Verdict]]


def pause_seconds(attempts: int, random_below: Callable[[int], int]) -> float:
    """The pause after so many attempts: doubling, and shortened by up to a half at random, so that a provider that
    comes back is not met by everybody at once.
    """
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(max(attempts - 1, 0), 20))
    return longest * (1 - random_below(500) / 1000)
