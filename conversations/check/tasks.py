"""How many inputs a borrower needs for a task, by the shortest way that the machine allows."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conversations.check.report import Finding, FindingName, TaskRow
from conversations.engine import Machine
from conversations.engine.paths import Edge, edges


@dataclass(frozen=True, slots=True)
class Task:
    """From one screen to another in at most so many inputs (a dial is none). `goal` may be a step that is not shown.

    `avoids` are screens that this task's borrower does not come through.
    """

    name: str
    goal: str
    inputs_max: int
    start: str = ""
    avoids: frozenset[str] = frozenset()


def check_tasks(machine: Machine, tasks: Iterable[Task]) -> tuple[list[TaskRow], list[Finding]]:
    """Each task's inputs, and a finding for each that takes too many or cannot be done."""
    rows = [TaskRow(task.name, inputs_of(machine, task), task.inputs_max) for task in tasks]
    return rows, list(_findings(rows))


def _findings(rows: Iterable[TaskRow]) -> Iterator[Finding]:
    for row in rows:
        if row.inputs is None:
            yield Finding(FindingName.TASK_IMPOSSIBLE, row.task, "", "no way leads there")
        elif row.inputs > row.inputs_max:
            yield Finding(FindingName.TOO_MANY_INPUTS, row.task, "", f"{row.inputs} of at most {row.inputs_max}")


def inputs_of(machine: Machine, task: Task) -> int | None:
    """The fewest inputs of a task; None when there is no way."""
    onward: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges(machine):
        if edge.target not in task.avoids:
            onward[edge.source].append(edge)
    start = task.start or machine.entry
    best = {start: 0}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for edge in onward[name]:
            cost = best[name] + edge.by_input
            if cost < best.get(edge.target, cost + 1):
                best[edge.target] = cost
                # Ways without an input come first, so that each screen is settled by the fewest inputs.
                (waiting.append if edge.by_input else waiting.appendleft)(edge.target)
    return best.get(task.goal)
