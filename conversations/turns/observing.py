"""What happened to each hop, for whoever counts. Names only: never a number, an answer or an amount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from conversations.engine import Conversation
from core.records.borrower import Channel


class Seen(StrEnum):
    """What a hop turned out to be. A turn is `STARTED`, `TURNED` or `FINISHED`: only these moved a conversation."""

    STARTED = "started"
    TURNED = "turned"
    REPEATED = "repeated"
    OUT_OF_ORDER = "out_of_order"
    TAKEN_OVER = "taken_over"
    LATE = "late"
    FAILED = "failed"
    FINISHED = "finished"
    """Its command was run and its turn completed, by the hop itself, by another one or by the worker."""
    SET_ASIDE = "set_aside"
    """Its command failed too often, and the worker gave it up: a person has to look."""

    @property
    def is_turn(self) -> bool:
        """Whether it moved a conversation: the others are requests and no turns."""
        return self in (Seen.STARTED, Seen.TURNED, Seen.FINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HopSeen:
    """One hop, or one claim finished by the worker. `command` and `outcome` are empty where none was run.

    `ends`: the turn ended its session. An end is not a completion: count those by the outcome of the command.
    `form_begun` and `form_finished` are the flow whose form this turn began or was done with; mostly empty.
    """

    seen: Seen
    channel: Channel
    screen: str = ""
    command: str = ""
    outcome: str = ""
    ends: bool = False
    form_begun: str = ""
    form_finished: str = ""


def form_begun(conversation: Conversation) -> str:
    """The flow whose form begins with this turn: its first answer is in it."""
    return conversation.flow if conversation.draft_version == 1 else ""


Observe: TypeAlias = Callable[[HopSeen], None]


def ignore(_seen: HopSeen) -> None:
    """For callers that count nothing."""
