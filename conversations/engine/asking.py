"""From a declared ask to the one the caller answers: arguments by name, and the key that says what is done."""

from __future__ import annotations

import re
from typing import Final

from conversations.engine.asks import AskSpec, Command, PinCheck, Read
from conversations.engine.errors import ConversationDefect
from conversations.engine.events import Ask
from conversations.engine.flows import Machine
from conversations.engine.screens import ask_of
from conversations.engine.state import Conversation
from conversations.engine.values import Choice, Scope, Value
from core.references import Reference

PIN_KEY: Final = "pin:{session}:{turn}"
"""A PIN attempt is counted once however often its hop is delivered."""

DRAFT_NAME: Final = "draft"
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


def declared_ask(machine: Machine, conversation: Conversation) -> AskSpec:
    """The ask under way. Raises `ConversationDefect` when there is none."""
    screen = machine.screens.get(conversation.asking)
    ask = ask_of(screen) if screen else None
    if ask is None:
        raise ConversationDefect("no ask is under way")
    return ask


def pending_ask(machine: Machine, conversation: Conversation) -> Ask:
    """Rebuild the ask under way from the state alone, to finish a turn that was claimed.

    Raises `ConversationDefect` for a PIN check: the PIN was never kept, so that turn is asked again by the borrower.
    """
    ask = declared_ask(machine, conversation)
    if isinstance(ask, PinCheck):
        raise ConversationDefect("a PIN check cannot be rebuilt")
    return ask_for(conversation, ask)


def ask_for(conversation: Conversation, ask: AskSpec, secret: str = "") -> Ask:
    """The ask with its arguments and key filled in."""
    scope = conversation.scope
    return Ask(
        kind=ask.kind,
        arguments={name: _plain(scope[name]) for name in ask.arguments if name in scope},
        is_command=isinstance(ask, Command),
        key=_key(conversation, ask),
        secret=secret,
    )


def _plain(value: Value) -> Value:
    """What a handler wants of an answer: of a choice only its code."""
    return value.code if isinstance(value, Choice) else value


def _key(conversation: Conversation, ask: AskSpec) -> str:
    match ask:
        case Read():
            return ""
        case PinCheck():
            return PIN_KEY.format(session=conversation.session, turn=conversation.turn)
        case _:
            scope = {**conversation.scope, **_turn_names(conversation)}
            return PLACEHOLDER.sub(lambda match: _part(scope, match[1]), ask.key)


def _turn_names(conversation: Conversation) -> dict[str, str | int]:
    """What a key may name besides answers and facts. A session's turn is for what may be done many times over."""
    return {DRAFT_NAME: conversation.draft_id, "session": conversation.session, "turn": conversation.turn}


def _part(scope: Scope, name: str) -> str:
    value = _plain(scope.get(name, ""))
    if not isinstance(value, str | int | Reference) or not str(value):
        raise ConversationDefect(f"a command's key needs {name}, which was never given")
    return str(value)
