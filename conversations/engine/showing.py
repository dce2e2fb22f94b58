"""A conversation's current screen as a view. Rendering it again is always safe: nothing changes."""

from __future__ import annotations

from conversations.engine.errors import ConversationDefect
from conversations.engine.flows import Machine
from conversations.engine.limits import CHOICES_MAX
from conversations.engine.messages import Notice
from conversations.engine.screens import (
    Confirmation,
    End,
    Menu,
    Option,
    PagedList,
    PinQuestion,
    Resume,
    Screen,
    Visible,
    Work,
)
from conversations.engine.state import Conversation
from conversations.engine.values import Choice, Scope, Text
from conversations.engine.views import Kind, OptionView, ScreenView

RESUME_CONTINUE = "1"
RESUME_AGAIN = "2"


def view_of(machine: Machine, conversation: Conversation) -> ScreenView:
    """The screen that a conversation stands at, with the notice above it."""
    screen = machine.screens[conversation.screen]
    if isinstance(screen, Work):
        raise ConversationDefect(f"{conversation.screen} is never shown")
    scope = _scope_of(machine, conversation, screen)
    ends = isinstance(screen, End)
    return ScreenView(
        screen=conversation.screen,
        kind=kind_of(screen),
        language=conversation.language,
        text=Text(screen.text),
        values=scope,
        notice=conversation.notice,
        options=options_of(screen, scope),
        page=conversation.page,
        can_go_back=not ends and bool(conversation.trail),
        can_go_home=not ends and _leads_elsewhere(machine, conversation, screen),
        is_confirmation=isinstance(screen, Confirmation),
    )


def notice_view(notice: Notice, language: str) -> ScreenView:
    """What is said outside any screen, as the end of the session."""
    return ScreenView(screen="", kind=Kind.END, language=language, text=Text(notice.value))


def kind_of(screen: Visible) -> Kind:
    """How a channel lays a screen out."""
    match screen:
        case Menu() | Confirmation() | Resume():
            return Kind.MENU
        case PagedList():
            return Kind.LIST
        case PinQuestion():
            return Kind.PIN
        case End():
            return Kind.END
        case _:
            return Kind.QUESTION


def options_of(screen: Screen, scope: Scope) -> tuple[OptionView, ...]:
    """What can be picked on a screen, in order."""
    match screen:
        case Menu(options=options) | Confirmation(options=options):
            return tuple(OptionView(each.key, Text(each.label)) for each in offered(options, scope))
        case PagedList(items=items):
            numbered = enumerate(choices_in(scope, items), start=1)
            return tuple(OptionView(str(number), choice.label) for number, choice in numbered)
        case Resume(continue_label=go_on, again_label=again):
            return (OptionView(RESUME_CONTINUE, Text(go_on)), OptionView(RESUME_AGAIN, Text(again)))
        case _:
            return ()


def offered(options: tuple[Option, ...], scope: Scope) -> tuple[Option, ...]:
    """The options that are there now: those without a condition, and those whose condition is set and not 0."""
    return tuple(option for option in options if not option.when or scope.get(option.when, 0))


def choices_in(scope: Scope, items: str) -> tuple[Choice, ...]:
    """The choices that a read brought. Raises `ConversationDefect` when it brought none, or more than numbers allow."""
    choices = scope.get(items)
    if not isinstance(choices, tuple) or not choices or len(choices) > CHOICES_MAX:
        raise ConversationDefect(f"{items} are 1 to {CHOICES_MAX} choices, brought before the list shows")
    return choices


def _leads_elsewhere(machine: Machine, conversation: Conversation, screen: Visible) -> bool:
    """Whether going home shows another screen than this one. Who is offered the form that home itself begins, such as
    a registration, would be offered it again.
    """
    if isinstance(screen, Resume):
        return all(machine.flow_of(home).name != conversation.parked[0].flow for home in machine.home_screens)
    return conversation.screen not in machine.home_screens


def _scope_of(machine: Machine, conversation: Conversation, screen: Visible) -> Scope:
    if not isinstance(screen, Resume):
        return conversation.scope
    title = machine.flows_by_name[conversation.parked[0].flow].draft_title
    return {**conversation.scope, "form": Text(title)}
