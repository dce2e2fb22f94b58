"""The machine as pictures: one Mermaid flowchart a flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from conversations.engine import (
    Confirmation,
    DateQuestion,
    End,
    Flow,
    Machine,
    Menu,
    MoneyQuestion,
    PagedList,
    PinQuestion,
    Question,
    Resume,
    Screen,
    Work,
)
from conversations.engine.paths import Edge, edges
from conversations.engine.screens import ask_of

_SHAPES: Final[dict[type[Screen], tuple[str, str]]] = {
    Menu: ("[", "]"),
    Confirmation: ("{", "}"),
    Resume: ("{", "}"),
    Question: ("[/", "/]"),
    MoneyQuestion: ("[/", "/]"),
    DateQuestion: ("[/", "/]"),
    PinQuestion: ("[/", "/]"),
    PagedList: ("[[", "]]"),
    Work: ("{{", "}}"),
    End: ("([", "])"),
}


def graph(machine: Machine) -> dict[str, str]:
    """By flow, its screens and the ways out of them. What it leads to in other flows is drawn as a plain circle."""
    every = tuple(edges(machine))
    return {flow.name: "\n".join(_lines(machine, flow, every)) + "\n" for flow in machine.flows}


def _lines(machine: Machine, flow: Flow, every: tuple[Edge, ...]) -> Iterator[str]:
    yield "flowchart TD"
    labels: dict[tuple[str, str], list[str]] = defaultdict(list)
    for edge in every:
        # A form may be continued at any of its screens: drawn, that would hide everything else.
        if machine.flow_of(edge.source) is flow and not isinstance(machine.screens[edge.source], Resume):
            labels[edge.source, edge.target].append(edge.label)
    for screen in flow.screens:
        yield f"    {_node(f'{flow.name}.{screen.name}', screen)}"
    for target in sorted({target for _, target in labels if machine.flow_of(target) is not flow}):
        yield f'    {_id(target)}(("{target}"))'
    for (source, target), found in labels.items():
        yield f'    {_id(source)} -->|"{", ".join(dict.fromkeys(found))}"| {_id(target)}'


def _node(name: str, screen: Screen) -> str:
    opening, closing = _SHAPES[type(screen)]
    ask = ask_of(screen)
    asked = f"<br/>asks {ask.kind}" if ask else ""
    return f'{_id(name)}{opening}"{screen.name}{asked}"{closing}'


def _id(name: str) -> str:
    return name.replace(".", "__")
