"""One pure step of a conversation: (conversation, event) to (conversation, screen or ask).

It does no I/O, reads no clock, and knows no channel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from conversations.engine import drafts
from conversations.engine.answering import Answerable, answer
from conversations.engine.asking import declared_ask
from conversations.engine.asks import Command
from conversations.engine.errors import ConversationDefect, Refused
from conversations.engine.events import Event, Input, Outcome, Started, Step
from conversations.engine.examples import example_for
from conversations.engine.flows import Flow, Machine
from conversations.engine.limits import DEEP_DIAL_PARTS_MAX, FACTS_MAX
from conversations.engine.messages import CHANGED, REFUSED_OPTION, REFUSED_PIN_DIGITS, Notice
from conversations.engine.moving import (
    arrive,
    choose,
    follow,
    go_back,
    go_home,
    offer_draft,
    put,
    refuse,
    show,
    speak,
)
from conversations.engine.reading import clean
from conversations.engine.replacing import replace
from conversations.engine.screens import BACK, HOME, LANGUAGE, MORE, End, PinQuestion, Resume, Work
from conversations.engine.showing import RESUME_AGAIN, RESUME_CONTINUE, notice_view, view_of
from conversations.engine.state import Conversation, Draft
from conversations.engine.values import Text
from conversations.engine.versions import Form, bring_up
from conversations.engine.views import ScreenView

CountPages: TypeAlias = Callable[[ScreenView], int]
"""How many pages a channel makes of a view: `98` turns one only where there is a next one."""

OptionPage: TypeAlias = Callable[[ScreenView, str], int]
"""On which page of a view, counted from 0, the option of a key stands; 0 where no option has the key."""

Asking: TypeAlias = Answerable | PinQuestion | Resume
"""The screens that wait for an input."""


def one_page(view: ScreenView) -> int:  # noqa: ARG001 -- a channel without pages does not look
    """For channels that show a screen whole."""
    return 1


def first_page(view: ScreenView, key: str) -> int:  # noqa: ARG001 -- a channel without pages does not look
    """For channels that show every option at once."""
    return 0


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the channel of this turn breaks a view into pages."""

    count_pages: CountPages
    option_page: OptionPage


def step(
    machine: Machine,
    conversation: Conversation | None,
    event: Event,
    *,
    count_pages: CountPages = one_page,
    option_page: OptionPage = first_page,
) -> Step:
    """Take one event. `conversation` is None only with `Started`. The two functions are the channel's renderer's.

    Raises `ConversationDefect` for what only a programmer can have done: an outcome that the screen does not declare,
    an input while an ask is under way, a value that a screen needs and nothing brought.
    """
    if isinstance(event, Started):
        return _start(machine, event)
    if conversation is None:
        raise ConversationDefect("a conversation starts with Started")
    if isinstance(event, Outcome):
        return _resolve(machine, conversation, event)
    return _take(machine, conversation, event, _Layout(count_pages, option_page))


def _start(machine: Machine, event: Started) -> Step:
    """A new session: offer the newest form that waits, or go in by the entry. A deep dial always goes in."""
    waiting = drafts.live_drafts(machine, event.drafts)
    is_known = event.language in machine.languages
    conversation = Conversation(
        session=event.session,
        turn=1,
        today=event.today,
        language=event.language if is_known else machine.languages[0],
        parked=waiting,
        dialled=event.parts[:DEEP_DIAL_PARTS_MAX],
        fresh_id=event.fresh_id,
    )
    if waiting and not event.parts:
        # A borrower may have chosen another language since; of who is not registered yet the form alone knows it.
        return offer_draft(machine, conversation if is_known else speak(machine, conversation, waiting[0].language))
    return arrive(machine, conversation, machine.entry)


def _take(machine: Machine, conversation: Conversation, event: Input, layout: _Layout) -> Step:
    """An input: first the reserved keys, then the answer that the screen wants."""
    if conversation.has_ended:
        return Step(conversation=conversation, view=notice_view(Notice.DIAL_AGAIN, conversation.language))
    if conversation.asking:
        raise ConversationDefect("the ask under way comes before another input")
    turn = _next_turn(machine, conversation, event.fresh_id)
    screen = _standing_at(machine, turn)
    if screen is None:
        return _restart(machine, turn)
    said = replace(turn, notice=None)
    try:
        text = clean(event.text)
    except Refused as refusal:
        return _refuse(machine, said, screen, refusal)
    turned = _turn_page(machine, turn, text, layout) or _navigate(machine, said, text)
    return turned or _answer(machine, said, screen, text)


def _next_turn(machine: Machine, conversation: Conversation, fresh_id: str) -> Conversation:
    """Count the turn. A form that has begun gets its next version; a flow whose form was finished may begin another."""
    flow = machine.flows_by_name.get(conversation.flow)
    begins = flow is not None and flow.keeps_draft and not conversation.draft_id
    return replace(
        conversation,
        turn=conversation.turn + 1,
        fresh_id=fresh_id,
        draft_id=fresh_id if begins else conversation.draft_id,
        draft_version=conversation.draft_version + 1 if conversation.draft_version else 0,
        parked=drafts.live_drafts(machine, conversation.parked),
    )


def _turn_page(machine: Machine, conversation: Conversation, text: str, layout: _Layout) -> Step | None:
    """To the next page or the one before; None when the text asks for neither here.

    On a confirmation the key of an option on a later page turns one page, so that nothing is accepted unread.
    What stood above the first page goes on counting: without it the pages would break elsewhere, and a line between two
    of them would never be seen.
    """
    page = conversation.page
    view = view_of(machine, conversation)
    wants_more = text == MORE or (view.is_confirmation and layout.option_page(view, text) > page)
    if wants_more and view.can_page and layout.count_pages(view) > page + 1:
        return show(machine, conversation, conversation.screen, page=page + 1)
    if text == BACK and page:
        return show(machine, conversation, conversation.screen, page=page - 1)
    return None


def _navigate(machine: Machine, conversation: Conversation, text: str) -> Step | None:
    """Home and back; None when the text is neither here."""
    if text == HOME:
        return go_home(machine, conversation)
    if text == BACK and conversation.trail:
        return go_back(machine, conversation)
    return None


def _answer(machine: Machine, conversation: Conversation, screen: Asking, text: str) -> Step:
    match screen:
        case PinQuestion():
            return _check_pin(machine, conversation, screen, text)
        case Resume():
            return _resume(machine, conversation, screen, text)
        case _:
            try:
                answered = answer(conversation, screen, text)
            except Refused as refusal:
                return _refuse(machine, conversation, screen, refusal)
            return choose(machine, conversation, answered)


def _refuse(machine: Machine, conversation: Conversation, screen: Asking, refusal: Refused) -> Step:
    """Ask again, with the reason and an example of what the screen takes. Of a secret only its length is said."""
    if isinstance(screen, PinQuestion):
        return refuse(machine, conversation, Text(REFUSED_PIN_DIGITS, {"digits": screen.digits}))
    example = example_for(screen, conversation.scope, conversation.today)
    return refuse(machine, conversation, Text(refusal.message, {**refusal.values, **example}))


def _check_pin(machine: Machine, conversation: Conversation, screen: PinQuestion, text: str) -> Step:
    if not (text.isascii() and text.isdigit() and len(text) == screen.digits):
        return _refuse(machine, conversation, screen, Refused(REFUSED_PIN_DIGITS))
    return put(conversation, conversation.screen, screen.check, secret=text)


def _resume(machine: Machine, conversation: Conversation, screen: Resume, text: str) -> Step:
    draft = conversation.parked[0]
    flow = machine.flows_by_name[draft.flow]
    if text == RESUME_CONTINUE:
        return _continue(machine, drafts.take_up(conversation, draft, flow), draft, flow)
    if text == RESUME_AGAIN:
        cleared = drafts.begin(drafts.drop_first(conversation), flow)
        return arrive(machine, cleared, flow.entry)
    return _refuse(machine, conversation, screen, Refused(REFUSED_OPTION))


def _continue(machine: Machine, conversation: Conversation, draft: Draft, flow: Flow) -> Step:
    """Where the form stood; or, when its flow has changed since, where the steps between the versions lead."""
    if draft.flow_version != flow.version or machine.screens.get(draft.screen) not in flow.screens:
        return _bring_up(machine, conversation, flow, draft.flow_version)
    known = tuple(name for name in draft.trail if name in machine.screens)
    return arrive(machine, replace(conversation, trail=known), draft.screen)


def _standing_at(machine: Machine, conversation: Conversation) -> Asking | None:
    """The screen that an input answers; None when this release cannot go on where the conversation stands."""
    flow = machine.flows_by_name.get(conversation.flow)
    screen = machine.screens.get(conversation.screen)
    if flow is None or flow.version != conversation.flow_version or isinstance(screen, Work | End):
        return None
    return None if isinstance(screen, Resume) and not conversation.parked else screen


def _restart(machine: Machine, conversation: Conversation) -> Step:
    """A release changed the flow under a session: bring its form up to today's version, or go home. Either way the
    borrower reads why, and what they typed is not taken: it answered a screen that may be another one now.
    """
    flow = machine.flows_by_name.get(conversation.flow)
    if flow is not None and flow.keeps_draft and conversation.draft_version:
        return _bring_up(machine, conversation, flow, conversation.flow_version)
    nothing_waits = replace(conversation, draft_id="", draft_version=0, notice=Text(CHANGED))
    return go_home(machine, nothing_waits)


def _bring_up(machine: Machine, conversation: Conversation, flow: Flow, since: int) -> Step:
    standing = Form(
        screen=conversation.screen.partition(".")[2],
        answers={**conversation.answers, **conversation.personal},
    )
    form = bring_up(flow, standing, since)
    changed = replace(
        conversation,
        flow_version=flow.version,
        screen=form.screen,
        answers=form.answers,
        personal=form.personal,
        trail=tuple(name for name in conversation.trail if form.stands and name in machine.screens),
        notice=Text(CHANGED),
    )
    return arrive(machine, changed, form.screen)


def _resolve(machine: Machine, conversation: Conversation, outcome: Outcome) -> Step:
    """An ask was answered: its values become facts, and its name says where to go."""
    at = conversation.asking
    ask = declared_ask(machine, conversation)
    if outcome.name not in ask.outcomes:
        raise ConversationDefect(f"{at} does not declare the outcome {outcome.name} of {ask.kind}")
    told = _learn(machine, replace(conversation, asking=""), outcome)
    if isinstance(ask, Command) and outcome.name in ask.finishes:
        told = drafts.finish(told)
    return follow(machine, told, at, ask.outcomes[outcome.name])


def _learn(machine: Machine, conversation: Conversation, outcome: Outcome) -> Conversation:
    facts = {**conversation.facts, **outcome.values}
    if len(facts) > FACTS_MAX:
        raise ConversationDefect(f"more than {FACTS_MAX} facts in one conversation")
    learned = replace(conversation, facts=facts)
    return speak(machine, learned, outcome.values[LANGUAGE]) if LANGUAGE in outcome.values else learned
