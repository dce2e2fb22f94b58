"""Unfinished forms: when one begins, waits, goes on and ends, and what a store must do about it after a turn."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.engine.flows import Flow, Machine
from conversations.engine.limits import DRAFTS_PER_CALLER_MAX
from conversations.engine.replacing import replace
from conversations.engine.state import Conversation, Draft


@dataclass(frozen=True, slots=True)
class DraftSaved:
    """Save this draft over `replaces`, the (id, version) that must stand in its place; None: nothing may."""

    draft: Draft
    replaces: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class DraftEnded:
    """Remove the draft of this flow, if (id, version) still stands there: it is done with, or was started again."""

    flow: str
    id: str
    version: int


DraftChange = DraftSaved | DraftEnded


def draft_changes(before: tuple[Draft, ...], after: tuple[Draft, ...]) -> tuple[DraftChange, ...]:
    """What a store must do to its drafts of this caller, one change a flow; `before` is how it holds them now.

    `before` is `Conversation.drafts` of the stored turn, or the drafts that `Started` was given.
    """
    held = {draft.flow: draft for draft in before}
    kept = {draft.flow: draft for draft in after}
    ended = [DraftEnded(flow, draft.id, draft.version) for flow, draft in held.items() if flow not in kept]
    saved = [
        DraftSaved(draft, (held[flow].id, held[flow].version) if flow in held else None)
        for flow, draft in kept.items()
        if flow not in held or (held[flow].id, held[flow].version) != (draft.id, draft.version)
    ]
    return (*ended, *saved)


def park(conversation: Conversation) -> Conversation:
    """Leave the current form waiting. One without an answer is forgotten."""
    current = conversation.draft
    parked = conversation.parked if current is None else (current, *conversation.parked)
    return replace(conversation, parked=parked[:DRAFTS_PER_CALLER_MAX], draft_id="", draft_version=0)


def leave_flow(machine: Machine, conversation: Conversation) -> Conversation:
    """Cross into another flow: a form stays behind with its answers, so that they enter no other form."""
    parked = park(conversation)
    left = machine.flows_by_name.get(conversation.flow)
    if left is None or not left.keeps_draft:
        return parked
    return replace(parked, answers={}, personal={})


def waiting_draft(conversation: Conversation, flow: Flow) -> Draft | None:
    """The parked draft of a flow, if there is one."""
    return next((draft for draft in conversation.parked if draft.flow == flow.name), None)


def put_first(conversation: Conversation, draft: Draft) -> Conversation:
    """Make this parked draft the one that the resume screen is about."""
    others = tuple(each for each in conversation.parked if each is not draft)
    return replace(conversation, parked=(draft, *others))


def take_up(conversation: Conversation, draft: Draft, flow: Flow) -> Conversation:
    """Go on with a parked draft: its answers come back, and the save of this turn takes it over from its session."""
    return replace(
        conversation,
        flow=flow.name,
        flow_version=flow.version,
        screen=draft.screen,
        answers=draft.answers,
        personal=draft.personal,
        facts={**conversation.facts, **draft.facts},
        trail=draft.trail,
        draft_id=draft.id,
        draft_version=draft.version + 1,
        parked=tuple(each for each in conversation.parked if each is not draft),
    )


def begin(conversation: Conversation, flow: Flow) -> Conversation:
    """Enter a flow that has no draft waiting. One that keeps drafts gets an id at once, a version with an answer.

    A form begins empty: what was answered elsewhere in the session (another wallet, given up half-way) is not its own.
    """
    entered = replace(
        conversation, flow=flow.name, flow_version=flow.version, screen=flow.entry, draft_id="", draft_version=0
    )
    return replace(entered, draft_id=conversation.fresh_id, answers={}, personal={}) if flow.keeps_draft else entered


def finish(conversation: Conversation) -> Conversation:
    """The form is done with: nothing of it waits, and `0` does not lead back into it."""
    return replace(conversation, draft_id="", draft_version=0, trail=())


def drop_first(conversation: Conversation) -> Conversation:
    """Forget the draft that the resume screen is about."""
    return replace(conversation, parked=conversation.parked[1:])


def live_drafts(machine: Machine, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """Those whose flow still exists and still keeps drafts, newest first, within the limit."""
    known = machine.flows_by_name
    return tuple(draft for draft in drafts if draft.flow in known and known[draft.flow].keeps_draft)[
        :DRAFTS_PER_CALLER_MAX
    ]
