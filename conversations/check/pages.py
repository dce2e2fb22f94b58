"""The flows as pages for people: the picture of each, its screens with their words, and what a task takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from conversations.check import Subject
from conversations.check.graph import graph
from conversations.check.report import TaskRow
from conversations.engine import Confirmation, Flow, Machine, Menu, Migrated, Screen, Work
from conversations.engine.paths import edges
from conversations.engine.screens import ask_of
from conversations.texts import Texts

LANGUAGE: Final = "en"
"""The pages quote the English texts; the pictures have none."""

INDEX: Final = "README.md"
WRITTEN: Final = "Written by `make conversations`. A test fails when it is not what the flows say."
"""On every page, so that it is known which pages of a folder may be written over."""


def graph_pages(subject: Subject, tasks: Iterable[TaskRow]) -> dict[str, str]:
    """By file name, one page a flow and the list of them, with what the tasks were found to take."""
    pictures = graph(subject.machine)
    pages = {
        f"{flow.name}.md": "\n".join(_page(subject.texts, flow, pictures[flow.name])) for flow in subject.machine.flows
    }
    return {INDEX: "\n".join(_index(subject, tasks)), **pages}


def _page(texts: Texts, flow: Flow, picture: str) -> Iterator[str]:
    yield f"# {flow.name}\n"
    yield f"{WRITTEN}\n"
    yield f"Version {flow.version}. {_keeps(texts, flow)}\n"
    yield f"```mermaid\n{picture}```\n"
    yield "| screen | kind | says | keys |\n| --- | --- | --- | --- |"
    for screen in flow.screens:
        yield f"| {screen.name} | {_kind(screen)} | {_words(texts, screen)} | {_keys(texts, screen)} |"
    yield ""


def _keeps(texts: Texts, flow: Flow) -> str:
    if not flow.keeps_draft:
        return "Nothing of it outlives the session."
    steps = "".join(
        f" Forms of version {step.to - 1} {'are migrated' if isinstance(step, Migrated) else 'begin again'}."
        for step in flow.steps
    )
    title = texts.template(LANGUAGE, flow.draft_title)
    return f"An unfinished form waits for the next dial as *{title}*.{steps}"


def _kind(screen: Screen) -> str:
    ask = ask_of(screen)
    name = type(screen).__name__
    return f"{name}, asks `{ask.kind}`" if ask else name


def _words(texts: Texts, screen: Screen) -> str:
    return "" if isinstance(screen, Work) else _cell(texts.template(LANGUAGE, screen.text) or "")


def _keys(texts: Texts, screen: Screen) -> str:
    if not isinstance(screen, Menu | Confirmation):
        return ""
    return "<br>".join(f"{each.key} {_cell(texts.template(LANGUAGE, each.label) or '')}" for each in screen.options)


def _cell(text: str) -> str:
    """A text in a table of Markdown."""
    return text.replace("|", "\\|").replace("\n", "<br>")


def _index(subject: Subject, tasks: Iterable[TaskRow]) -> Iterator[str]:
    machine = subject.machine
    yield "# The borrower's conversations\n"
    yield f"{WRITTEN} How to change them: [adding a flow](../adding-a-flow.md).\n"
    yield f"A dial begins at `{machine.entry}`; three wrong answers in a row end at `{machine.gave_up}`.\n"
    yield "| flow | version | screens | keeps a form |\n| --- | --- | --- | --- |"
    for flow in machine.flows:
        kept = "yes" if flow.keeps_draft else "no"
        yield f"| [{flow.name}]({flow.name}.md) | {flow.version} | {len(flow.screens)} | {kept} |"
    yield "\n| task | language | inputs | at most |\n| --- | --- | --- | --- |"
    for row in tasks:
        yield f"| {row.task} | {row.language} | {row.inputs} | {row.inputs_max} |"
    yield "\n" + _flows_among_themselves(machine)


def _flows_among_themselves(machine: Machine) -> str:
    """How the flows lead to one another."""
    ways = {
        (machine.flow_of(edge.source).name, machine.flow_of(edge.target).name)
        for edge in edges(machine)
        if machine.flow_of(edge.source) is not machine.flow_of(edge.target)
    }
    lines = "\n".join(f"    {source} --> {target}" for source, target in sorted(ways))
    return f"```mermaid\nflowchart LR\n{lines}\n```\n"
