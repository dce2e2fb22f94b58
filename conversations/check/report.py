"""What the checker found: typed findings, and the table of what every screen costs in every language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from conversations.engine import InvalidMachine
from conversations.engine.rules import RuleName


class FindingName(StrEnum):
    """What is found on a machine that could be built; the rules of building have names of their own (`RuleName`)."""

    PAGE_OVER_BUDGET = "page_over_budget"
    MESSAGE_OVER_BUDGET = "message_over_budget"
    MISSING_MESSAGE = "missing_message"
    UNUSED_MESSAGE = "unused_message"
    MISSING_VALUE = "missing_value"
    REFUSAL_WITHOUT_EXAMPLE = "refusal_without_example"
    EXAMPLE_REFUSED = "example_refused"
    PLACEHOLDERS_DIFFER = "placeholders_differ"
    FOREIGN_CHARACTER = "foreign_character"
    TOO_MANY_INPUTS = "too_many_inputs"
    TASK_IMPOSSIBLE = "task_impossible"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that must be put right. `name` is stable: tests and build logs key on it.

    `where` is a screen, a message, a task or a flow; `language` is empty when all are meant.
    """

    name: FindingName | RuleName
    where: str
    language: str
    detail: str

    def __str__(self) -> str:
        place = f"{self.where} ({self.language})" if self.language else self.where
        return f"{self.name}: {place}: {self.detail}"


@dataclass(frozen=True, slots=True)
class ScreenRow:
    """The worst page of a screen in a language: how many pages it takes, what it costs, and its text."""

    screen: str
    language: str
    pages: int
    size_max: int
    text: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """The worst of a message in a language: its segments, how many it may have, and its text before it is folded."""

    message: str
    language: str
    parts: int
    parts_max: int
    text: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """How many inputs a task takes at best in a language, the pages to turn among them, and how many it may take."""

    task: str
    language: str
    inputs: int | None
    inputs_max: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the checker found and measured. `by_sms` are the same screens as SMS shows them, where it does."""

    findings: tuple[Finding, ...]
    screens: tuple[ScreenRow, ...]
    tasks: tuple[TaskRow, ...]
    messages: tuple[MessageRow, ...] = ()
    by_sms: tuple[ScreenRow, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing must be put right."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "clean": self.is_clean,
            "findings": [asdict(finding) for finding in self.findings],
            "screens": [asdict(row) for row in self.screens],
            "tasks": [asdict(row) for row in self.tasks],
            "messages": [asdict(row) for row in self.messages],
            "by_sms": [asdict(row) for row in self.by_sms],
        }


def invalid_machine_report(invalid: InvalidMachine) -> Report:
    """The report on a machine that could not even be built: its graph breaks a rule."""
    return Report(tuple(sorted(_of_problems(invalid))), (), ())


def _of_problems(invalid: InvalidMachine) -> Iterable[Finding]:
    return (Finding(problem.rule, problem.where, "", problem.sentence) for problem in invalid.problems)
