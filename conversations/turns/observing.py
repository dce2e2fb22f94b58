"""What happened to each hop, for whoever counts. Names only: never a number, an answer or an amount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from core.records.borrower import Channel


class Seen(StrEnum):
    """What a hop turned out to be. Only `STARTED` and `TURNED` moved a conversation."""

    STARTED = "started"
    TURNED = "turned"
    REPEATED = "repeated"
    OUT_OF_ORDER = "out_of_order"
    TAKEN_OVER = "taken_over"
    LATE = "late"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class HopSeen:
    """One hop, or one claim finished by the worker. `command` and `outcome` are empty where none was run.

    An end is not a completion: count those by the outcome of the command.
    """

    seen: Seen
    channel: Channel
    screen: str = ""
    command: str = ""
    outcome: str = ""


Observe: TypeAlias = Callable[[HopSeen], None]


def ignore(_seen: HopSeen) -> None:
    """For callers that count nothing."""
