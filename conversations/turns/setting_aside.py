"""Claims whose command fails every time it is run: after so many failures and so long they are given up.

A claim that stands keeps its caller waiting at every dial, so one that nobody can finish must end. It ends by the same
compare-and-set as any other, and its arguments go with it: what the borrower does anew must never be joined by an old
command that a later release runs at last.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from conversations.engine import Notice
from conversations.turns.keeping import TURN_HOURS, channel_of
from conversations.turns.observing import HopSeen, Seen
from conversations.turns.surroundings import Surroundings
from core.ports.conversations import Claim, SaveResult, TurnRecord

log = logging.getLogger(__name__)

SET_ASIDE_AFTER: Final = timedelta(hours=1)
"""How old a claim must be: time for whoever is on call to see it, and for a release that is rolled back."""

FAILURES_MIN: Final = 10
"""How often one worker must have seen it fail, too: a claim that waited for its district is old at its first try."""

_Failed = tuple[bytes, str, str, str]


@dataclass(slots=True)
class Failures:
    """How often each claim has failed in this process, of a mistake of ours rather than of something that is down."""

    _counts: dict[_Failed, int] = field(default_factory=dict)

    def add(self, record: TurnRecord, claim: Claim) -> int:
        """Count one more; how many they are by now."""
        failed = _failed(record, claim)
        self._counts[failed] = self._counts.get(failed, 0) + 1
        return self._counts[failed]

    def keep_only(self, records: Iterable[TurnRecord]) -> None:
        """Forget the claims that stand no more."""
        standing = {_failed(record, record.claim) for record in records if record.claim is not None}
        self._counts = {failed: count for failed, count in self._counts.items() if failed in standing}


async def set_aside(around: Surroundings, record: TurnRecord, claim: Claim) -> bool:
    """End a turn without its command's outcome; False when somebody else has finished it. Raises `ChannelPlaneDown`.

    The form that it came from is left as it stands: sent again it has the same key, so what was done is found.
    """
    now = around.engine.clock.now()
    channel = channel_of(record)
    # Nobody knows whether it had an effect, and a borrower who was promised an SMS has that as their reply already.
    unsure = around.notice(channel, Notice.UNSURE, str(record.state.get("language", around.machine.languages[0])))
    ended = replace(
        record,
        reply=record.reply or unsure.text,
        ended=True,
        claim=None,
        updated_at=now,
        expires_at=now + timedelta(hours=TURN_HOURS),
    )
    saved = await around.store.save(ended, expected_turn=record.turn, expected_claim=claim.key)
    if saved is not SaveResult.SAVED:
        return False
    log.error("claim_set_aside: %s %s", claim.command, claim.key)
    around.observe(HopSeen(seen=Seen.SET_ASIDE, channel=channel, screen=record.screen))
    return True


def _failed(record: TurnRecord, claim: Claim) -> _Failed:
    return record.caller, record.service, record.session, claim.key
