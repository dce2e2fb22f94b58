"""How far a hop has come: what the borrower is told when its time runs out, or when something fails under it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conversations.engine import Notice
from core.ports.conversations import TurnRecord

DEADLINE_SECONDS: Final = 3.0
"""From the first byte to the answer, whatever hangs behind it."""

LATE_SAVE_SECONDS: Final = 0.3
"""Of those, kept back to note the answer that is given when the time runs out."""

STALE_CLAIM_SECONDS: Final = 10
"""A claim unfinished for so long belongs to the worker: whoever made it is gone."""


class Stage(StrEnum):
    """What is known of the turn's command."""

    NO_COMMAND = "no_command"
    CLAIMING = "claiming"
    CLAIMED = "claimed"


_NOTICES: Final = {
    Stage.NO_COMMAND: Notice.SLOW,
    Stage.CLAIMING: Notice.UNSURE,
    Stage.CLAIMED: Notice.RECEIVED,
}


@dataclass(slots=True)
class Progress:
    """Shared between the work on a hop and the deadline that watches it, both in one event loop.

    `claimed` is the record with the claim. Once `is_late` is set the borrower may already have read the notice, so that
    no other reply may be stored for the turn.
    """

    language: str
    stage: Stage = Stage.NO_COMMAND
    claimed: TurnRecord | None = None
    is_late: bool = False

    @property
    def notice(self) -> Notice:
        """What may be truthfully said now."""
        return _NOTICES[self.stage]

    def has_claimed(self, record: TurnRecord) -> None:
        """The claim stands: from here on the effect comes, by this hop or by the worker."""
        self.stage = Stage.CLAIMED
        self.claimed = record
