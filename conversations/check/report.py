"""What the checker found: typed findings, and the table of what every screen costs in every language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from conversations.engine import InvalidMachine


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that must be put right. `name` is stable: tests and build logs key on it.

    `where` is a screen, a message, a task or a flow; `language` is empty when all are meant.
    """

    name: str
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
class TaskRow:
    """How many inputs a task takes at best, and may take."""

    task: str
    inputs: int | None
    inputs_max: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the checker found and measured."""

    findings: tuple[Finding, ...]
    screens: tuple[ScreenRow, ...]
    tasks: tuple[TaskRow, ...]

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
        }


def invalid_machine_report(invalid: InvalidMachine) -> Report:
    """The report on a machine that could not even be built: its graph breaks a rule."""
    return Report(tuple(sorted(_of_problems(invalid))), (), ())


def _of_problems(invalid: InvalidMachine) -> Iterable[Finding]:
    return (Finding(problem.rule, problem.where, "", problem.sentence) for problem in invalid.problems)
