"""Claim, run, finish: the second half. A claimed command is run and its turn completed from the stored record alone.

The hop that made the claim goes through here too, so that the way after a crash is the way of every day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from conversations.answers.table import DISTRICT_DOWN, Scene
from conversations.engine import Ask, Conversation, Notice, ScreenView
from conversations.engine.drafts import DraftEnded, draft_changes
from conversations.turns.keeping import TURN_HOURS, channel_of, draft_of, ended_draft
from conversations.turns.observing import HopSeen, Seen
from conversations.turns.owing import tell_outcome
from conversations.turns.progress import Progress
from conversations.turns.surroundings import Surroundings
from core.ports.conversations import Claim, DraftRecord, SaveResult, TurnRecord
from core.ports.directory import PhoneEntry

_SAVE_TRIES: Final = 4


class NotFinishedYet(Exception):
    """A claim cannot be finished now: its district is down, or others save at the same moment. It still stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that was run, and where the conversation went with its outcome."""

    record: TurnRecord
    scene: Scene
    ask: Ask
    outcome: str
    conversation: Conversation
    view: ScreenView


async def finish(
    around: Surroundings, record: TurnRecord, progress: Progress, *, entry: PhoneEntry | None
) -> TurnRecord:
    """Run the command of a claim and complete its turn; returns the record as it stands afterwards.

    With `progress.is_late`, now or by the time of the save, the borrower has read that an SMS follows: that stays the
    turn's reply, and the outcome is owed as a message. Raises `NotFinishedYet`, `ChannelPlaneDown`, `CorruptState`.
    """
    claim = _claim_of(record)
    progress.is_late = progress.is_late or claim.owes_message
    ran = await _run(around, record, claim, entry)
    if progress.is_late and ran.outcome == DISTRICT_DOWN:
        # The promise was that the outcome follows: it is tried again, and only a real outcome is told.
        raise NotFinishedYet
    draft = _draft_done_with(around, ran)
    around.observe(
        HopSeen(
            seen=Seen.FINISHED,
            channel=ran.scene.channel,
            screen=ran.view.screen,
            command=ran.ask.kind,
            outcome=ran.outcome,
            ends=ran.view.ends,
            form_finished=draft.flow if draft else "",
        )
    )
    for _ in range(_SAVE_TRIES):
        is_late = progress.is_late
        if is_late and not around.answers.is_told(ran.ask.kind, ran.outcome):
            is_done = around.answers.is_done(ran.ask.kind, ran.outcome)
            await tell_outcome(ran.scene, ran.ask, ran.outcome, is_done=is_done)
        final = _final_record(around, ran, is_late=is_late)
        saved = await _save(around, final, record, draft)
        if saved is SaveResult.SAVED and is_late == progress.is_late:
            return final
        # Time ran out under the save; or the draft went its own way; or somebody else has finished the claim.
        record = final if saved is SaveResult.SAVED else await _stored(around, record)
        if saved is SaveResult.LOST and record.claim is None:
            return record
        draft = None
    raise NotFinishedYet


async def _run(around: Surroundings, record: TurnRecord, claim: Claim, entry: PhoneEntry | None) -> Ran:
    kept = around.keeper.read_turn(record)
    scene = Scene(
        engine=around.engine,
        caller=kept.caller,
        entry=entry,
        channel=channel_of(record),
        conversation=kept.conversation,
    )
    arguments = around.keeper.open_arguments(record, claim)
    ask = Ask(kind=claim.command, arguments=arguments, is_command=True, key=claim.key)
    outcome = await around.answers(scene, ask)
    stepped = around.step(scene.channel, kept.conversation, outcome)
    stepped = await around.settle_asks(scene, stepped)
    if stepped.view is None:
        raise AssertionError("a turn has one command")
    return Ran(
        record=record,
        scene=scene,
        ask=ask,
        outcome=outcome.name,
        conversation=stepped.conversation,
        view=stepped.view,
    )


def _final_record(around: Surroundings, ran: Ran, *, is_late: bool) -> TurnRecord:
    conversation = ran.conversation
    reply = around.reply(ran.scene.channel, ran.view)
    if is_late:
        reply = around.notice(ran.scene.channel, Notice.RECEIVED, conversation.language)
        conversation = replace(conversation, has_ended=True)
    draft_id, draft_version = draft_of(conversation)
    now = around.engine.clock.now()
    return replace(
        ran.record,
        flow_version=str(conversation.flow_version),
        screen=conversation.screen,
        state=around.keeper.turn_state(conversation, ran.scene.caller, ran.record.caller),
        draft_id=draft_id,
        draft_version=draft_version,
        reply=reply.text,
        ended=reply.ends,
        claim=None,
        updated_at=now,
        expires_at=now + timedelta(hours=TURN_HOURS),
    )


def _draft_done_with(around: Surroundings, ran: Ran) -> DraftRecord | None:
    """The draft that the outcome finishes, emptied; None when it goes on."""
    before = ran.scene.conversation.drafts
    for change in draft_changes(before, ran.conversation.drafts):
        if isinstance(change, DraftEnded) and change.id == ran.scene.conversation.draft_id:
            return ended_draft(ran.record.caller, change, around.engine.clock.now())
    return None


async def _save(around: Surroundings, final: TurnRecord, over: TurnRecord, draft: DraftRecord | None) -> SaveResult:
    return await around.store.save(
        final,
        expected_turn=over.turn,
        expected_claim=over.claim.key if over.claim else None,
        draft=draft,
        expected_draft_version=draft.version - 1 if draft else None,
    )


async def _stored(around: Surroundings, record: TurnRecord) -> TurnRecord:
    now = around.engine.clock.now()
    snapshot = await around.store.load(record.caller, record.service, record.session, now)
    if snapshot.turn is None:
        raise NotFinishedYet
    return snapshot.turn


def _claim_of(record: TurnRecord) -> Claim:
    if record.claim is None:
        raise AssertionError("there is no claim to finish")
    return record.claim
