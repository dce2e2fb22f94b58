"""Runs turns under one deadline, and finishes what others left. Work that was begun is never cancelled half-way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from conversations.answers.table import Answers
from conversations.engine import Machine, Notice
from conversations.turns.finishing import NotFinishedYet, finish
from conversations.turns.hop import Hop, Renderer, Reply
from conversations.turns.keeping import OWED_DAYS, Keeper
from conversations.turns.observing import HopSeen, Observe, Seen, ignore
from conversations.turns.progress import DEADLINE_SECONDS, LATE_SAVE_SECONDS, STALE_CLAIM_SECONDS, Progress, Stage
from conversations.turns.recent import RecentTurns
from conversations.turns.setting_aside import FAILURES_MIN, SET_ASIDE_AFTER, Failures, set_aside
from conversations.turns.surroundings import Surroundings
from conversations.turns.turn import Turn
from core.ports.channel import ChannelPlaneDown
from core.ports.conversations import TurnRecord
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.records.borrower import Channel

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_STALE_ROUNDS_MAX: Final = 50


class TurnRunner:
    """What a channel calls for each hop, and the worker for what no hop came back for.

    `renderers` has one for each channel whose sessions are stored. `observe` is told what became of every hop.
    """

    def __init__(
        self,
        *,
        machine: Machine,
        engine: Engine,
        answers: Answers,
        renderers: Mapping[Channel, Renderer],
        observe: Observe = ignore,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._around: Final = Surroundings(
            machine=machine,
            engine=engine,
            answers=answers,
            renderers=renderers,
            keeper=Keeper(engine.sealer),
            observe=observe,
            recent=RecentTurns(),
        )
        self._deadline_seconds = deadline_seconds
        self._under_way: Final[set[asyncio.Task[Any]]] = set()
        self._failures: Final = Failures()

    async def take(self, hop: Hop) -> Reply:
        """Answer a hop within the deadline, whatever happens. Never raises; a repeat gives the same bytes."""
        loop = asyncio.get_running_loop()
        begun_at = loop.time() if hop.received_at is None else hop.received_at
        progress = Progress(language=self._around.machine.languages[0])
        work = self._spawn(self._work(hop, progress))
        seconds = begun_at + self._deadline_seconds - LATE_SAVE_SECONDS - loop.time()
        done, _ = await asyncio.wait({work}, timeout=max(seconds, 0.0))
        return work.result() if done else await self._late(hop, progress, work)

    async def finish_stale_claims(self, limit: int) -> int:
        """Finish claims that nobody came back for, `limit` at a time; how many were. For the worker, every few seconds.

        The oldest first, and each is tried: those of a district that is down must not keep the others waiting. One that
        failed too often, for too long, is set aside.
        """
        claimed_before = self._around.engine.clock.now() - timedelta(seconds=STALE_CLAIM_SECONDS)
        finished = 0
        tried: set[tuple[bytes, str, str]] = set()
        stale: Sequence[TurnRecord] = ()
        for _ in range(_STALE_ROUNDS_MAX):
            stale = await self._around.store.stale_claims(claimed_before, limit + len(tried))
            untried = [record for record in stale if _place(record) not in tried]
            if not untried:
                break
            tried.update(map(_place, untried))
            finished += sum([await self._finish_stale(record) for record in untried])
        self._failures.keep_only(stale)
        return finished

    async def drain(self, timeout_seconds: float) -> bool:
        """Wait for the work that outlived its answer, at shutdown. True when all of it is through."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=timeout_seconds)
        return not self._under_way

    async def _work(self, hop: Hop, progress: Progress) -> Reply:
        """The last boundary: whatever fails, the borrower reads a sentence and the log gets the trace."""
        try:
            return await Turn(self._around, hop, progress).take()
        except (ChannelPlaneDown, DistrictDown, NotFinishedYet) as error:
            log.warning("turn_failed: %s", type(error).__name__)
        except Exception:
            log.exception("turn_failed")
        self._around.observe(HopSeen(seen=Seen.FAILED, channel=hop.channel))
        await self._note_late(hop, progress)
        return self._around.notice(hop.channel, progress.notice, progress.language)

    async def _late(self, hop: Hop, progress: Progress, work: asyncio.Task[Reply]) -> Reply:
        """Time is up. What may be said is noted as this turn's reply; the work goes on behind it."""
        progress.is_late = True
        self._around.observe(HopSeen(seen=Seen.LATE, channel=hop.channel))
        noted = self._spawn(self._note_late(hop, progress))
        waiting: set[asyncio.Task[Any]] = {work, noted}
        await asyncio.wait(waiting, timeout=LATE_SAVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        return self._around.notice(hop.channel, progress.notice, progress.language)

    async def _note_late(self, hop: Hop, progress: Progress) -> None:
        """Keep "received, an SMS follows" as the reply of a claimed turn, so that a repeat reads the same."""
        record = progress.claimed
        if progress.stage is not Stage.CLAIMED or record is None or record.claim is None:
            return
        progress.is_late = True
        reply = self._around.notice(hop.channel, Notice.RECEIVED, progress.language)
        claim = replace(record.claim, owes_message=True)
        owed_until = self._around.engine.clock.now() + timedelta(days=OWED_DAYS)
        late = replace(record, reply=reply.text, ended=reply.ends, claim=claim, expires_at=owed_until)
        try:
            await self._around.store.save(late, expected_turn=record.turn, expected_claim=claim.key)
        except ChannelPlaneDown:
            log.warning("late_reply_not_noted")

    async def _finish_stale(self, record: TurnRecord) -> bool:
        progress = Progress(language=self._around.machine.languages[0], is_late=True)
        try:
            entry = await self._around.engine.channel.directory.phone(record.caller)
            await finish(self._around, record, progress, entry=entry)
        except (NotFinishedYet, ChannelPlaneDown, DistrictDown) as error:
            log.warning("claim_not_finished: %s", type(error).__name__)
            return False
        except Exception:
            # One claim that nobody can finish must not keep the others waiting.
            log.exception("claim_failed")
            await self._count_failure(record)
            return False
        return True

    async def _count_failure(self, record: TurnRecord) -> None:
        """A claim that fails every time must not bar its caller's way for as long as it is kept."""
        claim = record.claim
        if claim is None:
            return
        failures = self._failures.add(record, claim)
        age = self._around.engine.clock.now() - claim.claimed_at
        if failures < FAILURES_MIN or age < SET_ASIDE_AFTER:
            return
        try:
            await set_aside(self._around, record, claim)
        except ChannelPlaneDown:
            log.warning("claim_not_set_aside")

    def _spawn(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task


def _place(record: TurnRecord) -> tuple[bytes, str, str]:
    return record.caller, record.service, record.session
