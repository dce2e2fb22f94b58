"""A conversation between two turns, whole: what a store keeps, and nothing of it a secret.

Answers marked personal, and every fact that an ask brought, stand apart in `personal` and `facts`: a store encrypts
those two members of the JSON form and may leave the rest readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from conversations.engine.errors import CorruptState
from conversations.engine.limits import DEEP_DIAL_PARTS_MAX, DRAFTS_PER_CALLER_MAX, FACTS_MAX, TRAIL_DEPTH_MAX
from conversations.engine.values import Scope, Text, Value, mapping_from_json, mapping_to_json
from conversations.engine.values import from_json as value_from_json
from conversations.engine.values import to_json as value_to_json

STATE_FORMAT: Final = 1
"""Raised when the JSON form changes; another format is refused, and the caller starts afresh."""

SENSITIVE_MEMBERS: Final = ("personal", "facts")
"""The members of a draft's and a conversation's JSON form that a store must encrypt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An unfinished form: it belongs to the caller and outlives the session, at one screen of one version of a flow.

    `version` counts its saves: a store takes version n only over n - 1 of the same id.
    """

    id: str
    version: int
    flow: str
    flow_version: int
    screen: str
    language: str
    answers: Mapping[str, Value] = field(default_factory=dict)
    personal: Mapping[str, Value] = field(default_factory=dict, repr=False)
    facts: Mapping[str, Value] = field(default_factory=dict, repr=False)
    trail: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON form; equal drafts give equal objects."""
        return {
            "format": STATE_FORMAT,
            "id": self.id,
            "version": self.version,
            "flow": self.flow,
            "flow_version": self.flow_version,
            "screen": self.screen,
            "language": self.language,
            "answers": mapping_to_json(self.answers),
            "personal": mapping_to_json(self.personal),
            "facts": mapping_to_json(self.facts),
            "trail": list(self.trail),
        }

    @classmethod
    def from_json(cls, encoded: Any) -> Draft:
        """Read the JSON form. Raises `CorruptState` for an unknown format, a missing member or a wrong type."""
        members = _members(encoded, _DRAFT_MEMBERS)
        return cls(
            id=members["id"],
            version=members["version"],
            flow=members["flow"],
            flow_version=members["flow_version"],
            screen=members["screen"],
            language=members["language"],
            answers=mapping_from_json(members["answers"]),
            personal=mapping_from_json(members["personal"]),
            facts=_facts(members["facts"]),
            trail=_names(members["trail"], TRAIL_DEPTH_MAX),
        )


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One caller's session.

    `flow` and `screen` say where it stands; `flow_version` pins the flow it was talking. `draft_id` is empty outside
    flows that keep drafts, `draft_version` is 0 until its first answer. `parked` are the caller's other drafts, the one
    that the resume screen is about first. The members from `asking` on live within a turn: the screen whose ask is
    under way, and what the turn has used up. Without slots: `replacing.replace` copies all members at once.
    """

    session: str
    turn: int
    today: date
    language: str
    flow: str = ""
    flow_version: int = 0
    screen: str = ""
    answers: Mapping[str, Value] = field(default_factory=dict)
    personal: Mapping[str, Value] = field(default_factory=dict, repr=False)
    facts: Mapping[str, Value] = field(default_factory=dict, repr=False)
    trail: tuple[str, ...] = ()
    tries: int = 0
    page: int = 0
    draft_id: str = ""
    draft_version: int = 0
    parked: tuple[Draft, ...] = ()
    has_ended: bool = False
    asking: str = ""
    asks_made: int = 0
    commands_made: int = 0
    dialled: tuple[str, ...] = ()
    notice: Text | None = None
    fresh_id: str = ""

    @property
    def scope(self) -> Scope:
        """Every value a screen may read by name; an answer hides a fact of the same name."""
        return {
            **self.facts,
            **self.answers,
            **self.personal,
            "today": self.today,
            "language": self.language,
        }

    @property
    def draft(self) -> Draft | None:
        """The unfinished form as it stands now, when this flow keeps one."""
        if not self.draft_version:
            return None
        return Draft(
            id=self.draft_id,
            version=self.draft_version,
            flow=self.flow,
            flow_version=self.flow_version,
            screen=self.screen,
            language=self.language,
            answers=self.answers,
            personal=self.personal,
            facts=self.facts,
            trail=self.trail,
        )

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Every live draft of this caller that this session knows, the current one first."""
        current = self.draft
        return (*([current] if current else []), *self.parked)

    def to_json(self) -> dict[str, Any]:
        """The JSON form; equal conversations give equal objects. It holds what a claimed turn needs to be finished."""
        return {
            "format": STATE_FORMAT,
            "session": self.session,
            "turn": self.turn,
            "today": self.today.isoformat(),
            "language": self.language,
            "flow": self.flow,
            "flow_version": self.flow_version,
            "screen": self.screen,
            "answers": mapping_to_json(self.answers),
            "personal": mapping_to_json(self.personal),
            "facts": mapping_to_json(self.facts),
            "trail": list(self.trail),
            "tries": self.tries,
            "page": self.page,
            "draft_id": self.draft_id,
            "draft_version": self.draft_version,
            "parked": [draft.to_json() for draft in self.parked],
            "has_ended": self.has_ended,
            "asking": self.asking,
            "asks_made": self.asks_made,
            "commands_made": self.commands_made,
            "dialled": list(self.dialled),
            "notice": None if self.notice is None else value_to_json(self.notice),
            "fresh_id": self.fresh_id,
        }

    @classmethod
    def from_json(cls, encoded: Any) -> Conversation:
        """Read the JSON form. Raises `CorruptState` for an unknown format, a missing member or a wrong type."""
        members = _members(encoded, _CONVERSATION_MEMBERS)
        parsed: dict[str, Any] = {
            "today": _date(members["today"]),
            "answers": mapping_from_json(members["answers"]),
            "personal": mapping_from_json(members["personal"]),
            "facts": _facts(members["facts"]),
            "trail": _names(members["trail"], TRAIL_DEPTH_MAX),
            "parked": tuple(Draft.from_json(draft) for draft in members["parked"][:DRAFTS_PER_CALLER_MAX]),
            "dialled": _names(members["dialled"], DEEP_DIAL_PARTS_MAX),
            "notice": _notice(members["notice"]),
        }
        return cls(**{**members, **parsed})


_DRAFT_MEMBERS: Final[Mapping[str, type]] = {
    "id": str,
    "version": int,
    "flow": str,
    "flow_version": int,
    "screen": str,
    "language": str,
    "answers": dict,
    "personal": dict,
    "facts": dict,
    "trail": list,
}

_CONVERSATION_MEMBERS: Final[Mapping[str, type]] = {
    "session": str,
    "turn": int,
    "today": str,
    "language": str,
    "flow": str,
    "flow_version": int,
    "screen": str,
    "answers": dict,
    "personal": dict,
    "facts": dict,
    "trail": list,
    "tries": int,
    "page": int,
    "draft_id": str,
    "draft_version": int,
    "parked": list,
    "has_ended": bool,
    "asking": str,
    "asks_made": int,
    "commands_made": int,
    "dialled": list,
    "notice": object,
    "fresh_id": str,
}


def _members(encoded: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """The named members of a stored object, each of exactly its type (so a flag is not taken for a number)."""
    if not isinstance(encoded, dict) or encoded.get("format") != STATE_FORMAT:
        raise CorruptState(f"the stored state is not in format {STATE_FORMAT}")
    if set(encoded) != {*kinds, "format"}:
        raise CorruptState("the stored state has other members")
    for name, kind in kinds.items():
        if kind is not object and type(encoded[name]) is not kind:
            raise CorruptState(f"{name} is not {kind.__name__}")
    return {name: encoded[name] for name in kinds}


def _names(encoded: list[Any], longest: int) -> tuple[str, ...]:
    if len(encoded) > longest or not all(isinstance(name, str) for name in encoded):
        raise CorruptState("a list of names is too long, or holds something else")
    return tuple(encoded)


def _facts(encoded: Any) -> dict[str, Value]:
    if len(encoded) > FACTS_MAX:
        raise CorruptState("there are too many facts")
    return mapping_from_json(encoded)


def _date(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise CorruptState("today is not a date") from error


def _notice(encoded: Any) -> Text | None:
    notice = None if encoded is None else value_from_json(encoded)
    if notice is not None and not isinstance(notice, Text):
        raise CorruptState("a notice is a text")
    return notice
