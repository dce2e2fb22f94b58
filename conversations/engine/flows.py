"""Flows, and the machine they make together: the whole graph is known, and checked, when it is built, so at import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from conversations.engine.asks import Branch, OutcomeTarget, To
from conversations.engine.errors import InvalidMachine
from conversations.engine.screens import Resume, Screen, Work, asked_on_arrival
from conversations.engine.versions import VersionStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A named group of screens; the first is its entry. Raise `version` when a screen, an option or an answer changes.

    With `draft_title` (the id of a message such as "your application") its answers outlive the session, and entering it
    again offers to continue. The entry of such a flow reads what it needs itself: a dial may lead straight to it. Each
    of its versions after the first has a step that says what becomes of a form of the version before.
    """

    name: str
    version: int
    screens: tuple[Screen, ...]
    draft_title: str = ""
    steps: tuple[VersionStep, ...] = ()

    @property
    def keeps_draft(self) -> bool:
        """Whether its answers outlive the session."""
        return bool(self.draft_title)

    @property
    def entry(self) -> str:
        """The qualified name of its first screen."""
        return f"{self.name}.{self.screens[0].name}"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """All flows. Building one that breaks a rule raises `InvalidMachine` with every problem found.

    `entry` and `gave_up` are qualified (`"start.entry"`): where a dial and `00` lead, and the end after three wrong
    answers in a row.
    """

    flows: tuple[Flow, ...]
    entry: str
    gave_up: str
    languages: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the whole graph."""
        from conversations.engine.rules import problems

        if found := problems(self):
            raise InvalidMachine(found)

    @cached_property
    def screens(self) -> Mapping[str, Screen]:
        """Every screen by its qualified name (`flow.screen`)."""
        return {f"{flow.name}.{screen.name}": screen for flow in self.flows for screen in flow.screens}

    @cached_property
    def flows_by_name(self) -> Mapping[str, Flow]:
        """Every flow by its name."""
        return {flow.name: flow for flow in self.flows}

    @cached_property
    def resume(self) -> str:
        """The qualified name of the screen that offers an unfinished form; empty in a machine without drafts."""
        return next((name for name, screen in self.screens.items() if isinstance(screen, Resume)), "")

    @cached_property
    def home_screens(self) -> frozenset[str]:
        """Where `00` can lead: the screens that the entry reaches by asks alone. They offer neither `0` nor `00`."""
        return frozenset(self.shown_from(self.entry))

    def flow_of(self, name: str) -> Flow:
        """The flow of a qualified screen name."""
        return self.flows_by_name[name.partition(".")[0]]

    def targets(self, name: str, target: OutcomeTarget) -> tuple[str, ...]:
        """The qualified screens that a target of a screen may lead to; none for `Again` and `SHOW`."""
        match target:
            case str():
                return (self.qualify(name, target),)
            case To(screen, _):
                return (self.qualify(name, screen),)
            case Branch(targets, _):
                return tuple(self.qualify(name, each) for each in targets)
            case _:
                return ()

    @staticmethod
    def qualify(name: str, target: str) -> str:
        """A target as its screen means it: one without a dot is in the screen's own flow."""
        return target if "." in target else f"{name.partition('.')[0]}.{target}"

    def shown_from(self, name: str) -> Iterator[str]:
        """The screens that arriving at `name` may show, over every outcome of the asks on the way."""
        screen = self.screens[name]
        if not isinstance(screen, Work):
            yield name
        if (ask := asked_on_arrival(screen)) is not None:
            for target in ask.outcomes.values():
                for following in self.targets(name, target):
                    yield from self.shown_from(following)
