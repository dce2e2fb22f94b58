"""Getting from one screen to the next: arriving, asking on the way, showing, going back and home, giving up."""

from __future__ import annotations

from conversations.engine import drafts
from conversations.engine.answering import Answered
from conversations.engine.asking import ask_for
from conversations.engine.asks import Again, AskSpec, Branch, Command, OutcomeTarget, Show, To
from conversations.engine.errors import ConversationDefect
from conversations.engine.events import Step
from conversations.engine.flows import Machine
from conversations.engine.limits import ASKS_PER_TURN_MAX, COMMANDS_PER_TURN_MAX, TRAIL_DEPTH_MAX, TRIES_MAX
from conversations.engine.messages import CHANGED
from conversations.engine.paths import target_cost
from conversations.engine.replacing import replace
from conversations.engine.screens import LANGUAGE, End, Menu, Option, asked_on_arrival
from conversations.engine.showing import offered, view_of
from conversations.engine.state import Conversation
from conversations.engine.values import Choice, Text, Value


def follow(machine: Machine, conversation: Conversation, at: str, target: OutcomeTarget) -> Step:
    """Go where a target of the screen `at` leads."""
    match target:
        case Show():
            return show(machine, conversation, at)
        case Again(message):
            return refuse(machine, conversation, Text(message))
        case To(screen, notice):
            said = replace(conversation, notice=Text(notice))
            return arrive(machine, said, machine.qualify(at, screen))
        case Branch(targets, choose):
            chosen = choose(conversation.scope)
            if chosen not in targets:
                raise ConversationDefect(f"{at} branched to {chosen}, which it does not declare")
            return arrive(machine, conversation, machine.qualify(at, chosen))
        case _:
            return arrive(machine, conversation, machine.qualify(at, target))


def arrive(machine: Machine, conversation: Conversation, name: str, *, is_return: bool = False) -> Step:
    """Come to a screen: into its flow, through what it asks, and show it.

    A form that waits in another flow is offered first; on the way back (`is_return`) it is simply taken up again.
    """
    flow = machine.flow_of(name)
    if flow.name != conversation.flow:
        conversation = drafts.leave_flow(machine, conversation)
        waiting = drafts.waiting_draft(conversation, flow)
        if waiting is None:
            conversation = drafts.begin(conversation, flow)
        elif is_return:
            conversation = replace(drafts.take_up(conversation, waiting, flow), trail=conversation.trail)
        else:
            return offer_draft(machine, drafts.put_first(conversation, waiting))
    ask = asked_on_arrival(machine.screens[name])
    return show(machine, conversation, name) if ask is None else put(conversation, name, ask)


def offer_draft(machine: Machine, conversation: Conversation) -> Step:
    """Show the resume screen, about the first parked draft."""
    at_resume = drafts.begin(conversation, machine.flow_of(machine.resume))
    return show(machine, at_resume, machine.resume)


def put(conversation: Conversation, at: str, ask: AskSpec, secret: str = "") -> Step:
    """Hand an ask to the caller and wait for its outcome. The limits hold at run time too: a loop would never show."""
    made = conversation.asks_made + 1
    commands = conversation.commands_made + isinstance(ask, Command)
    if made > ASKS_PER_TURN_MAX or commands > COMMANDS_PER_TURN_MAX:
        raise ConversationDefect(f"{at} asks too much for one turn")
    asking = replace(conversation, asking=at, asks_made=made, commands_made=commands)
    return Step(conversation=asking, ask=ask_for(asking, ask, secret))


def show(machine: Machine, conversation: Conversation, name: str, *, tries: int = 0, page: int = 0) -> Step:
    """Stand at a screen and show it, unless a deep dial goes on from it."""
    standing = _stand(machine, conversation, name, tries, page)
    option = _dialled_option(machine, standing)
    if option is not None:
        onward = replace(standing, dialled=standing.dialled[1:])
        return choose(machine, onward, option)
    settled = replace(standing, dialled=(), fresh_id="", asks_made=0, commands_made=0)
    return Step(conversation=settled, view=view_of(machine, settled))


def choose(machine: Machine, conversation: Conversation, answered: Answered) -> Step:
    """Save an answer and go on from the screen where it was given."""
    saved = save(machine, conversation, answered)
    # Only what was answered is gone back to: so nobody goes back into a PIN, nor to the offer to continue.
    left = replace(saved, trail=(*saved.trail, saved.screen)[-TRAIL_DEPTH_MAX:])
    return follow(machine, left, conversation.screen, answered.to)


def save(machine: Machine, conversation: Conversation, answered: Answered) -> Conversation:
    """Keep an answer under its name. The first one of a form begins its draft."""
    if not answered.saves:
        return conversation
    kept = {name: value for name, value in conversation.answers.items() if name != answered.saves}
    personal = {name: value for name, value in conversation.personal.items() if name != answered.saves}
    (personal if answered.is_personal else kept)[answered.saves] = answered.value
    begun = max(conversation.draft_version, 1) if conversation.draft_id else 0
    saved = replace(conversation, answers=kept, personal=personal, draft_version=begun)
    return speak(machine, saved, answered.value) if answered.saves == LANGUAGE else saved


def speak(machine: Machine, conversation: Conversation, language: Value) -> Conversation:
    """Change the language, if it is one of the machine's."""
    code = language.code if isinstance(language, Choice) else language
    if not isinstance(code, str) or code not in machine.languages:
        return conversation
    return replace(conversation, language=code)


def refuse(machine: Machine, conversation: Conversation, reason: Text) -> Step:
    """Ask the same screen again with the reason, from its first page; the third time in a row, the helpful exit."""
    tries = conversation.tries + 1
    if tries >= TRIES_MAX:
        return arrive(machine, conversation, machine.gave_up)
    told = replace(conversation, notice=reason)
    return show(machine, told, conversation.screen, tries=tries)


def go_back(machine: Machine, conversation: Conversation) -> Step:
    """To the screen before; home when a release took that screen away."""
    before = conversation.trail[-1]
    if before not in machine.screens:
        return go_home(machine, conversation)
    shortened = replace(conversation, trail=conversation.trail[:-1])
    return arrive(machine, shortened, before, is_return=True)


def go_home(machine: Machine, conversation: Conversation) -> Step:
    """To the entry, with the form of this flow waiting and every answer of the session forgotten."""
    parked = drafts.park(conversation)
    fresh = replace(parked, flow="", answers={}, personal={}, facts={}, trail=())
    return arrive(machine, fresh, machine.entry)


def _stand(machine: Machine, conversation: Conversation, name: str, tries: int, page: int) -> Conversation:
    ends = isinstance(machine.screens[name], End)
    if ends:
        conversation = _end(machine, conversation, name)
        if conversation.notice is not None and conversation.notice.message == CHANGED:
            # An end says itself why it is one, and has no answers to look at again.
            conversation = replace(conversation, notice=None)
    if name in machine.home_screens and not machine.flow_of(name).keeps_draft:
        # What was chosen on one way from here is no answer on the next: it would hide what is read there.
        conversation = replace(conversation, answers={}, personal={})
    return replace(
        conversation,
        screen=name,
        trail=_trail_at(machine, conversation.trail, name),
        tries=tries,
        page=page,
        asking="",
        has_ended=ends,
    )


def _end(machine: Machine, conversation: Conversation, name: str) -> Conversation:
    """A form waits at the screen before the end, for the next dial; or nothing of it is kept."""
    screen = machine.screens[name]
    if isinstance(screen, End) and screen.forgets:
        return drafts.finish(conversation)
    return drafts.park(conversation)


def _trail_at(machine: Machine, trail: tuple[str, ...], name: str) -> tuple[str, ...]:
    """A screen reached a second time is where its trail ends, so that `0` never goes round in circles."""
    if name in machine.home_screens:
        return ()
    return trail[: trail.index(name)] if name in trail else trail


def _dialled_option(machine: Machine, conversation: Conversation) -> Answered | None:
    """What a deep dial picks here: an option of a menu, within the turn's asks, that does nothing but navigate."""
    screen = machine.screens[conversation.screen]
    if not conversation.dialled or not isinstance(screen, Menu):
        return None
    for option in offered(screen.options, conversation.scope):
        if option.key == conversation.dialled[0] and _may_dial(machine, conversation, option):
            return Answered(screen.saves, Choice(option.code, Text(option.label)), option.to)
    return None


def _may_dial(machine: Machine, conversation: Conversation, option: Option) -> bool:
    cost = target_cost(machine, conversation.screen, option.to)
    return not cost.commands and conversation.asks_made + cost.asks <= ASKS_PER_TURN_MAX
