"""The checker: every screen in every language with the worst values, measured as a channel lays it out, before it runs.

It knows no channel: the renderer is handed in. `check` gives findings and a table; `graph` draws the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from conversations.check.examples import check_examples
from conversations.check.graph import graph
from conversations.check.measuring import Medium, measure_screens, worst_views
from conversations.check.messages import check_lists, check_messages, messages_of
from conversations.check.report import (
    Finding,
    FindingName,
    MessageRow,
    Report,
    ScreenRow,
    TaskRow,
    invalid_machine_report,
)
from conversations.check.segments import SentText, check_segments
from conversations.check.tasks import Task, check_tasks, turns_of
from conversations.check.worst import OF_THE_ENGINE, Candidates, Worst, messages_in
from conversations.engine import InvalidMachine, Machine, Text
from conversations.texts import Texts

__all__ = [
    "Candidates",
    "Finding",
    "FindingName",
    "Medium",
    "MessageRow",
    "Report",
    "ScreenRow",
    "SentText",
    "Subject",
    "Task",
    "TaskRow",
    "Worst",
    "check",
    "check_subject",
    "graph",
    "invalid_machine_report",
    "worst_views",
]

_UNMEASURABLE: Final = frozenset({FindingName.MISSING_MESSAGE, FindingName.MISSING_VALUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is checked as one: a machine with everything that it and its messages may say.

    `candidates` are the worst values by placeholder, lists of choices by their fact's name. Texts among them count as
    used; `other_messages` are those that something else shows. `sent` are messages with a budget in segments.
    `ordinary` are values in place of the worst ones with which the inputs of tasks are counted.
    `is_texted`: its screens are sent by SMS too, and the texts hold what that channel says beside them.
    """

    machine: Machine
    texts: Texts
    candidates: Candidates
    tasks: tuple[Task, ...] = ()
    other_messages: frozenset[str] = frozenset()
    sent: Callable[[Texts], Iterable[SentText]] = lambda _texts: ()
    ordinary: Candidates = field(default_factory=dict)
    is_texted: bool = False


def check_subject(
    build: Callable[[], Subject],
    medium: Callable[[Texts], Medium],
    parts_of: Callable[[str], int],
    sms: Callable[[Texts], Medium],
) -> Report:
    """Build a subject and check it as channels lay it out; one that cannot be built is reported by its rules."""
    try:
        subject = build()
    except InvalidMachine as invalid:
        return invalid_machine_report(invalid)
    report = check(
        subject.machine,
        subject.texts,
        medium(subject.texts),
        subject.candidates,
        tasks=subject.tasks,
        other_messages=subject.other_messages,
        ordinary=subject.ordinary,
    )
    if any(finding.name is FindingName.MISSING_MESSAGE for finding in report.findings):
        return report
    messages, over = check_segments(subject.sent(subject.texts), parts_of)
    by_sms, over_by_sms = _check_by_sms(subject, sms) if subject.is_texted else ([], [])
    findings = tuple(sorted([*report.findings, *over, *over_by_sms]))
    return replace(report, findings=findings, messages=tuple(messages), by_sms=tuple(by_sms))


def _check_by_sms(subject: Subject, sms: Callable[[Texts], Medium]) -> tuple[list[ScreenRow], list[Finding]]:
    """Every screen as SMS shows it. Everything else about it is checked with the first medium."""
    medium = sms(subject.texts)
    worst = _worst(subject.machine, subject.texts, medium, subject.candidates)
    rows: list[ScreenRow] = []
    findings: list[Finding] = []
    for language in subject.machine.languages:
        measured, over = measure_screens(subject.machine, worst, medium, language)
        rows += measured
        findings += over
    return rows, findings


def check(
    machine: Machine,
    texts: Texts,
    medium: Medium,
    candidates: Candidates,
    *,
    tasks: Iterable[Task] = (),
    other_messages: Iterable[str] = (),
    ordinary: Candidates | None = None,
) -> Report:
    """Walk every screen in every language of the machine. The arguments are those of a `Subject`."""
    worst = _worst(machine, texts, medium, candidates)
    used = messages_of(machine) | messages_in(candidates) | frozenset(other_messages)
    unfit = {template: medium.unfit(template) for messages in texts.messages.values() for template in messages.values()}
    findings = [
        *check_lists(machine, worst),
        *check_messages(texts, machine.languages, used, worst, unfit),
        *check_examples(machine, texts, worst),
    ]
    # A page cannot be laid out without its words: what is missing is said first, and measured once it is there.
    can_measure = all(finding.name not in _UNMEASURABLE for finding in findings)
    rows: list[ScreenRow] = []
    for language in machine.languages:
        if can_measure:
            measured, over = measure_screens(machine, worst, medium, language)
            rows += measured
            findings += over
    counted: list[TaskRow] = []
    if can_measure:
        usual = _worst(machine, texts, medium, {**candidates, **(ordinary or {})})
        turns = {each: turns_of(machine, usual.values(each), medium, each) for each in machine.languages}
        counted, slow = check_tasks(machine, tasks, turns)
        findings += slow
    return Report(tuple(sorted(findings)), tuple(rows), tuple(counted))


def _worst(machine: Machine, texts: Texts, medium: Medium, candidates: Candidates) -> Worst:
    return Worst({**OF_THE_ENGINE, **_forms(machine), **candidates}, texts, medium.measure)


def _forms(machine: Machine) -> Candidates:
    """The titles of the forms: what the resume screen may be about."""
    titles = tuple(Text(flow.draft_title) for flow in machine.flows if flow.keeps_draft)
    return {"form": titles} if titles else {}
