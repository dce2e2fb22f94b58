"""How many inputs a borrower needs for a task, by the shortest way that the machine allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import TypeAlias

from conversations.check.measuring import Medium, full_view
from conversations.check.report import Finding, FindingName, TaskRow
from conversations.engine import Confirmation, Machine, Scope
from conversations.engine.paths import Edge, edges


@dataclass(frozen=True, slots=True)
class Task:
    """From one screen to another in at most so many inputs (a dial is none). `goal` may be a step that is not shown.

    This task's borrower comes by the screens of `through`, in that order, and by none of those in `avoids`.
    """

    name: str
    goal: str
    inputs_max: int
    start: str = ""
    avoids: frozenset[str] = frozenset()
    through: tuple[str, ...] = ()


Turns: TypeAlias = Callable[[Edge], int]
"""How many pages are turned before the key of a way can act."""


def check_tasks(
    machine: Machine, tasks: Iterable[Task], turns: Mapping[str, Turns]
) -> tuple[list[TaskRow], list[Finding]]:
    """Each task's inputs by language, and a finding for each that takes too many or cannot be done."""
    rows = [
        TaskRow(task.name, language, inputs_of(machine, task, turns[language]), task.inputs_max)
        for task in tasks
        for language in machine.languages
    ]
    return rows, list(_findings(rows))


def turns_of(machine: Machine, values: Scope, medium: Medium, language: str) -> Turns:
    """The pages that a channel turns before an option of a confirmation acts, where it shows these values."""

    def turns(edge: Edge) -> int:
        screen = machine.screens[edge.source]
        if not isinstance(screen, Confirmation) or not edge.by_input:
            return 0
        return medium.option_page(full_view(machine, edge.source, screen, values, language), edge.label)

    return turns


def _findings(rows: Iterable[TaskRow]) -> Iterator[Finding]:
    for row in rows:
        if row.inputs is None:
            yield Finding(FindingName.TASK_IMPOSSIBLE, row.task, row.language, "no way leads there")
        elif row.inputs > row.inputs_max:
            detail = f"{row.inputs} of at most {row.inputs_max}"
            yield Finding(FindingName.TOO_MANY_INPUTS, row.task, row.language, detail)


def inputs_of(machine: Machine, task: Task, turns: Turns) -> int | None:
    """The fewest inputs of a task; None when there is no way."""
    onward: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges(machine):
        if edge.target not in task.avoids:
            onward[edge.source].append(edge)
    stops = (task.start or machine.entry, *task.through, task.goal)
    legs = [_between(onward, start, goal, turns) for start, goal in pairwise(stops)]
    return None if None in legs else sum(leg for leg in legs if leg is not None)


def _between(onward: Mapping[str, list[Edge]], start: str, goal: str, turns: Turns) -> int | None:
    """The fewest inputs from one screen to another."""
    best: dict[str, int] = {}
    waiting = [(0, start)]
    while waiting:
        inputs, name = heappop(waiting)
        if name in best:
            continue
        best[name] = inputs
        for edge in onward.get(name, ()):
            heappush(waiting, (inputs + edge.by_input + turns(edge), edge.target))
    return best.get(goal)
