"""The checker: every screen in every language with the worst values, measured as a channel lays it out, before it runs.

It knows no channel: the renderer is handed in. `check` gives findings and a table; `graph` draws the machine.
"""

from __future__ import annotations

from collections.abc import Iterable

from conversations.check.graph import graph
from conversations.check.measuring import Medium, measure_screens, worst_views
from conversations.check.messages import check_lists, check_messages, messages_of
from conversations.check.report import Finding, Report, ScreenRow, TaskRow, invalid_machine_report
from conversations.check.tasks import Task, check_tasks
from conversations.check.worst import OF_THE_ENGINE, Candidates, Worst, messages_in
from conversations.engine import Machine, Text
from conversations.texts import Texts

__all__ = [
    "Candidates",
    "Finding",
    "Medium",
    "Report",
    "ScreenRow",
    "Task",
    "TaskRow",
    "Worst",
    "check",
    "graph",
    "invalid_machine_report",
    "worst_views",
]


def check(
    machine: Machine,
    texts: Texts,
    medium: Medium,
    candidates: Candidates,
    *,
    tasks: Iterable[Task] = (),
    other_messages: Iterable[str] = (),
) -> Report:
    """Walk every screen in every language of the machine.

    `candidates` are the worst values by placeholder, lists of choices by their fact's name. Texts among them count as
    used; `other_messages` are those that something else shows.
    """
    worst = Worst({**OF_THE_ENGINE, **_forms(machine), **candidates}, texts, medium.measure)
    used = messages_of(machine) | messages_in(candidates) | frozenset(other_messages)
    unfit = {template: medium.unfit(template) for messages in texts.messages.values() for template in messages.values()}
    findings = [*check_lists(machine, worst), *check_messages(texts, machine.languages, used, worst, unfit)]
    # A page cannot be laid out without its words: what is missing is said first, and measured once it is there.
    can_measure = all(finding.name not in {"missing_message", "missing_value"} for finding in findings)
    rows: list[ScreenRow] = []
    for language in machine.languages:
        if can_measure:
            measured, over = measure_screens(machine, worst, medium, language)
            rows += measured
            findings += over
    counted, slow = check_tasks(machine, tasks)
    return Report(tuple(sorted([*findings, *slow])), tuple(rows), tuple(counted))


def _forms(machine: Machine) -> Candidates:
    """The titles of the forms: what the resume screen may be about."""
    titles = tuple(Text(flow.draft_title) for flow in machine.flows if flow.keeps_draft)
    return {"form": titles} if titles else {}
