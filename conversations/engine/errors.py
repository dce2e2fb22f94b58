"""What can be wrong with a machine, a stored state, or an answer. Only the last is a borrower's doing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conversations.engine.rules import Problem
    from conversations.engine.values import Value


class InvalidMachine(Exception):
    """The declared graph breaks rules; `problems` has each, with its place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class CorruptState(Exception):
    """A stored conversation or draft is not one that this code writes. The caller starts a new conversation."""


class ConversationDefect(Exception):
    """A programmer's error that only running shows: an undeclared outcome, or a key whose value was never given."""


class Refused(Exception):
    """An answer cannot be taken; `message` is the id of the sentence that says why, with an example."""

    def __init__(self, message: str, values: Mapping[str, Value] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.values: Mapping[str, Value] = values or {}
