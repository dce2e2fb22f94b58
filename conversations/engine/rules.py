"""The rules that every machine keeps, checked when it is built: each breach is a sentence that names the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from conversations.engine.asking import DRAFT_NAME, PLACEHOLDER
from conversations.engine.asks import Again, AskSpec, Command, PinCheck, Show
from conversations.engine.confirming import double_presses
from conversations.engine.limits import ASKS_PER_TURN_MAX, COMMANDS_PER_TURN_MAX, DRAFTS_PER_CALLER_MAX
from conversations.engine.paths import AskCycle, Cost, arrival_cost, edges, input_cost
from conversations.engine.screens import (
    RESERVED_KEYS,
    Confirmation,
    End,
    Menu,
    PinQuestion,
    Resume,
    Work,
    ask_of,
)

if TYPE_CHECKING:
    from conversations.engine.flows import Machine


class RuleName(StrEnum):
    """What a breach is called. Stable: tests and build logs key on it."""

    UNIQUE_NAMES = "unique_names"
    KNOWN_TARGETS = "known_targets"
    SPECIAL_SCREENS = "special_screens"
    VERSION_STEPS = "version_steps"
    OPTION_KEYS = "option_keys"
    ASK_OUTCOMES = "ask_outcomes"
    COMMAND_KEYS = "command_keys"
    UNREACHABLE = "unreachable"
    DEAD_END = "dead_end"
    BOUNDED_TURNS = "bounded_turns"
    CONFIRMS_ONCE = "confirms_once"
    ANSWERS = "answers"
    """An ask that nothing answers, or another set of outcomes than its screen declares."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One breach: the rule, the screen or flow at fault, and the sentence about it."""

    rule: RuleName
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


def problems(machine: Machine) -> tuple[Problem, ...]:
    """Every rule that the machine breaks. Rules about paths wait until all names are right."""
    for rules in _RULES:
        if found := tuple(problem for rule in rules for problem in rule(machine)):
            return found
    return ()


def unique_names(machine: Machine) -> Iterator[Problem]:
    """Flows have different names, and so have the screens of a flow; a dot separates the two."""
    flows = Counter(flow.name for flow in machine.flows)
    screens = Counter(f"{flow.name}.{screen.name}" for flow in machine.flows for screen in flow.screens)
    for name, times in (*flows.items(), *screens.items()):
        if times > 1:
            yield Problem(RuleName.UNIQUE_NAMES, name, "two have this name")
    for flow in machine.flows:
        if not flow.screens:
            yield Problem(RuleName.UNIQUE_NAMES, flow.name, "a flow has a screen")
        for name in (flow.name, *(screen.name for screen in flow.screens)):
            if "." in name or not name:
                yield Problem(RuleName.UNIQUE_NAMES, name, "a name is not empty and has no dot")


def known_targets(machine: Machine) -> Iterator[Problem]:
    """Every target is a screen, the four that the machine names too."""
    for name in (machine.entry, machine.gave_up):
        if name not in machine.screens:
            yield Problem(RuleName.KNOWN_TARGETS, name, "the machine has no such screen")
    for edge in edges(machine):
        if edge.target not in machine.screens:
            yield Problem(
                RuleName.KNOWN_TARGETS, edge.source, f"{edge.label} leads to {edge.target}, which is not there"
            )
        elif isinstance(machine.screens[edge.target], Resume):
            yield Problem(RuleName.KNOWN_TARGETS, edge.source, "only the engine leads to the resume screen")


def special_screens(machine: Machine) -> Iterator[Problem]:
    """The helpful exit is an end; a machine with forms has one resume screen; languages are named."""
    if not isinstance(machine.screens.get(machine.gave_up), End):
        yield Problem(RuleName.SPECIAL_SCREENS, machine.gave_up, "the exit after three wrong answers is an end")
    drafting = sum(flow.keeps_draft for flow in machine.flows)
    offers = sum(isinstance(screen, Resume) for screen in machine.screens.values())
    if offers != min(drafting, 1):
        yield Problem(
            RuleName.SPECIAL_SCREENS, machine.entry, f"{drafting} flows keep drafts and {offers} screens offer them"
        )
    if machine.resume and machine.flow_of(machine.resume).keeps_draft:
        yield Problem(RuleName.SPECIAL_SCREENS, machine.resume, "the resume screen is in a flow that keeps no draft")
    if drafting > DRAFTS_PER_CALLER_MAX:
        yield Problem(RuleName.SPECIAL_SCREENS, machine.entry, f"more than {DRAFTS_PER_CALLER_MAX} flows keep drafts")
    if not machine.languages:
        yield Problem(RuleName.SPECIAL_SCREENS, machine.entry, "no language is named")


def version_steps(machine: Machine) -> Iterator[Problem]:
    """Of a flow that keeps drafts each version has a step that says what becomes of a form of the one before."""
    for flow in machine.flows:
        wanted = range(2, flow.version + 1) if flow.keeps_draft else ()
        declared = [step.to for step in flow.steps]
        if flow.version < 1:
            yield Problem(RuleName.VERSION_STEPS, flow.name, "versions count from 1")
        for version in sorted(set(wanted) - set(declared)):
            yield Problem(RuleName.VERSION_STEPS, flow.name, f"version {version} has neither a migration nor a restart")
        if declared != sorted(set(declared) & set(wanted)):
            yield Problem(
                RuleName.VERSION_STEPS, flow.name, "steps are one a version after the first, of forms, in order"
            )


def option_keys(machine: Machine) -> Iterator[Problem]:
    """A menu has options; their keys are different numbers, none of them reserved; one that saves has codes."""
    for name, screen in machine.screens.items():
        if not isinstance(screen, Menu | Confirmation):
            continue
        keys = Counter(option.key for option in screen.options)
        if not keys:
            yield Problem(RuleName.OPTION_KEYS, name, "there is nothing to pick")
        for key, times in keys.items():
            if times > 1 or key in RESERVED_KEYS or not _is_number(key):
                yield Problem(
                    RuleName.OPTION_KEYS, name, f"{key!r} is reserved, used twice, or not a number from 1 to 97"
                )
        if screen.saves and not all(option.code for option in screen.options):
            yield Problem(RuleName.OPTION_KEYS, name, "an option of a menu that saves has a code")
        if all(option.when for option in screen.options) and keys:
            yield Problem(RuleName.OPTION_KEYS, name, "with every option conditional there may be nothing to pick")


def ask_outcomes(machine: Machine) -> Iterator[Problem]:
    """An ask has outcomes; `SHOW` is for what a screen needs, `Again` for a PIN; what is finished is an outcome."""
    for name, screen in machine.screens.items():
        ask = ask_of(screen)
        if ask is None:
            continue
        if not ask.outcomes:
            yield Problem(RuleName.ASK_OUTCOMES, name, f"{ask.kind} has no outcome")
        shows = any(isinstance(target, Show) for target in ask.outcomes.values())
        if shows == isinstance(screen, Work | PinQuestion):
            yield Problem(
                RuleName.ASK_OUTCOMES, name, "SHOW is an outcome of what a shown screen needs, and of nothing else"
            )
        if not isinstance(ask, PinCheck) and any(isinstance(target, Again) for target in ask.outcomes.values()):
            yield Problem(RuleName.ASK_OUTCOMES, name, "Again is an outcome of a PIN check only")
        yield from _command_problems(machine, name, ask)


def _command_problems(machine: Machine, name: str, ask: AskSpec) -> Iterator[Problem]:
    if not isinstance(ask, Command):
        return
    if not PLACEHOLDER.search(ask.key):
        yield Problem(RuleName.COMMAND_KEYS, name, f"the key {ask.key!r} does not say what is done to which")
    if DRAFT_NAME in PLACEHOLDER.findall(ask.key) and not machine.flow_of(name).keeps_draft:
        yield Problem(RuleName.COMMAND_KEYS, name, "{draft} stands in a key, and the flow keeps no draft")
    for outcome in set(ask.finishes) - set(ask.outcomes):
        yield Problem(RuleName.COMMAND_KEYS, name, f"{outcome} finishes the form, and is no outcome")


def unreachable(machine: Machine) -> Iterator[Problem]:
    """Every screen can be come to."""
    following: dict[str, set[str]] = {name: set() for name in machine.screens}
    for edge in edges(machine):
        # That a form may be continued at a screen does not make the screen one that somebody can first get to.
        if not isinstance(machine.screens[edge.source], Resume):
            following[edge.source].add(edge.target)
    roots = {machine.entry, machine.gave_up, *([machine.resume] if machine.resume else [])}
    for name in sorted(set(machine.screens) - _closure(following, roots)):
        yield Problem(RuleName.UNREACHABLE, name, "nothing leads here")


def dead_end(machine: Machine) -> Iterator[Problem]:
    """From every screen some way leads to an end."""
    before: dict[str, set[str]] = {name: set() for name in machine.screens}
    for edge in edges(machine):
        before[edge.target].add(edge.source)
    ends = {name for name, screen in machine.screens.items() if isinstance(screen, End)}
    for name in sorted(set(machine.screens) - _closure(before, ends)):
        yield Problem(RuleName.DEAD_END, name, "no way leads to an end")


def bounded_turns(machine: Machine) -> Iterator[Problem]:
    """Between an input and the next screen there are few asks, at most one command, and no cycle."""
    for name in machine.screens:
        try:
            cost = arrival_cost(machine, name) if name == machine.entry else Cost()
            cost |= input_cost(machine, name)
        except AskCycle as cycle:
            yield Problem(RuleName.BOUNDED_TURNS, name, f"asks lead in a circle: {cycle}")
            continue
        if cost.asks > ASKS_PER_TURN_MAX or cost.commands > COMMANDS_PER_TURN_MAX:
            yield Problem(
                RuleName.BOUNDED_TURNS, name, f"one answer may take {cost.asks} asks and {cost.commands} commands"
            )


def confirms_once(machine: Machine) -> Iterator[Problem]:
    """The key that confirms a command does not act on the screen after it: per-hop gateways repeat a press."""
    for press in double_presses(machine):
        yield Problem(
            RuleName.CONFIRMS_ONCE, press.screen, f"{press.key} runs a command and would also act on {press.following}"
        )


def _closure(following: dict[str, set[str]], roots: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(following[name])
    return found


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit() and 1 <= int(key) <= 97 and str(int(key)) == key


Rule = Callable[["Machine"], Iterator[Problem]]

# In groups, because each leans on those before: paths need names that are right, presses need paths without a circle.
_RULES: Final[tuple[tuple[Rule, ...], ...]] = (
    (unique_names,),
    (known_targets, special_screens, version_steps, option_keys, ask_outcomes),
    (unreachable, dead_end, bounded_turns),
    (confirms_once,),
)
