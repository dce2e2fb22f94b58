"""A borrower's phone for tests: answer, then say what the screen must say. Every turn is kept and read back as JSON.

    phone = given(registered(last=NURSE))                       # tests/conversations/borrowers.py
    phone.dials().when("1").then.shows("apply.product").says("Choose a loan:", within=160)
    phone.when("1", "1500", "2", "1", PIN).then.ends().issued("apply", amount=Money.of(1500))

`answers` say what each kind of ask finds: an outcome's name, an `Outcome`, a function of the `Ask`, or a list of these
used one after the other (the last one stays). A command's outcome is remembered under its key, as the use cases do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, Self

from conversations.engine import (
    Ask,
    Conversation,
    Draft,
    DraftEnded,
    DraftSaved,
    Event,
    Input,
    Machine,
    Outcome,
    ScreenView,
    Started,
    Step,
    Value,
    draft_changes,
    pending_ask,
    step,
)

Found = str | Outcome | Callable[[Ask], Outcome]
Answers = Mapping[str, Found | Sequence[Found]]


class Renderer(Protocol):
    """A channel's renderer; `UssdRenderer` is one."""

    def render(self, view: ScreenView) -> str: ...
    def count_pages(self, view: ScreenView) -> int: ...
    def option_page(self, view: ScreenView, key: str) -> int: ...


class Phone:
    """One caller: sessions, drafts that outlive them, and every ask that was made."""

    def __init__(
        self,
        machine: Machine,
        renderer: Renderer,
        answers: Answers,
        *,
        language: str = "en",
        today: date = date(2026, 10, 5),
        measure: Callable[[str], int] = len,
    ) -> None:
        self.machine = machine
        self.renderer = renderer
        self.answers = {kind: [*_listed(found)] for kind, found in answers.items()}
        self.language = language
        self.today = today
        self.measure = measure
        self.drafts: dict[str, Draft] = {}
        self.asks: list[Ask] = []
        self.done: dict[str, Outcome] = {}
        self.conversation: Conversation | None = None
        self.view: ScreenView | None = None
        self.text = ""
        self._sessions = 0
        self._ids = 0
        self._told = 0

    def dials(self, *parts: str) -> Self:
        """Begin a session, with the choices of a deep dial. An earlier one simply stops."""
        self._sessions += 1
        self.conversation = None
        started = Started(
            session=f"session-{self._sessions}",
            today=self.today,
            language=self.language,
            fresh_id=self._fresh_id(),
            parts=parts,
            drafts=tuple(reversed(self.drafts.values())),
        )
        return self._turn(started)

    def when(self, *typed: str) -> Self:
        """Answer, once for each text."""
        for text in typed:
            self._turn(Input(text=text, fresh_id=self._fresh_id()))
        return self

    def finds(self, kind: str, *found: Found) -> Self:
        """Change what a kind of ask finds from now on."""
        self.answers[kind] = list(found)
        return self

    @property
    def then(self) -> Self:
        """Nothing but a word between what is done and what must be so."""
        return self

    def says(self, *fragments: str, within: int | None = None) -> Self:
        """The page holds these; `within`: and measures no more than this."""
        for fragment in fragments:
            assert fragment in self.text, f"{fragment!r} is not on the screen:\n{self.text}"
        return self if within is None else self.fits(within)

    def says_not(self, *fragments: str) -> Self:
        for fragment in fragments:
            assert fragment not in self.text, f"{fragment!r} is on the screen:\n{self.text}"
        return self

    def shows(self, screen: str) -> Self:
        assert self.view is not None
        assert self.view.screen == screen, f"{self.view.screen} is shown:\n{self.text}"
        return self

    def fits(self, limit: int = 160) -> Self:
        assert self.measure(self.text) <= limit, f"{self.measure(self.text)} of {limit}:\n{self.text}"
        return self

    def ends(self) -> Self:
        assert self.view is not None
        assert self.view.ends, f"the session goes on:\n{self.text}"
        return self

    def goes_on(self) -> Self:
        assert self.view is not None
        assert not self.view.ends, f"the session is over:\n{self.text}"
        return self

    def asked(self, kind: str, **arguments: Value) -> Self:
        """The newest ask of this kind was made with at least these arguments."""
        made = [ask for ask in self.asks if ask.kind == kind]
        assert made, f"{kind} was never asked; asked were {[ask.kind for ask in self.asks]}"
        given = {name: made[-1].arguments.get(name) for name in arguments}
        assert given == arguments
        return self

    def issued(self, *kinds: str, **arguments: Value) -> Self:
        """Since the last time that this was asked exactly these commands were given, the last with these arguments.

        Without a kind: none was.
        """
        commands = [ask for ask in self.asks[self._told :] if ask.is_command]
        self._told = len(self.asks)
        assert [ask.kind for ask in commands] == list(kinds)
        return self.asked(kinds[-1], **arguments) if kinds else self

    def keyed(self, kind: str, key: str) -> Self:
        """The newest ask of this kind had this key."""
        assert [ask.key for ask in self.asks if ask.kind == kind][-1] == key
        return self

    def asked_times(self, kind: str, times: int) -> Self:
        assert sum(ask.kind == kind for ask in self.asks) == times
        return self

    @property
    def state(self) -> Conversation:
        assert self.conversation is not None, "nothing was dialled yet"
        return self.conversation

    def _turn(self, event: Event) -> Self:
        before = tuple(self.drafts.values())
        made = self._step(self.conversation, event)
        while made.ask is not None:
            made = self._resolve(made, made.ask)
        assert made.view is not None
        self.conversation = _stored(made.conversation)
        self.view = made.view
        self.text = self.renderer.render(made.view)
        self._save(before)
        return self

    def _resolve(self, made: Step, ask: Ask) -> Step:
        """Answer one ask; a claim would be saved before a command, so the state is read back there too."""
        self.asks.append(ask)
        kept = _stored(made.conversation)
        if not ask.secret:
            assert pending_ask(self.machine, kept) == ask
        else:
            assert ask.secret not in json.dumps(made.conversation.to_json()["answers"])
        outcome = self.done.get(ask.key) or self._find(ask)
        if ask.is_command:
            self.done[ask.key] = outcome
        return self._step(kept, outcome)

    def _step(self, conversation: Conversation | None, event: Event) -> Step:
        pages, option = self.renderer.count_pages, self.renderer.option_page
        return step(self.machine, conversation, event, count_pages=pages, option_page=option)

    def _find(self, ask: Ask) -> Outcome:
        assert ask.kind in self.answers, f"the test says nothing about {ask.kind}"
        found = self.answers[ask.kind]
        chosen = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(chosen, str):
            return Outcome(name=chosen)
        return chosen if isinstance(chosen, Outcome) else chosen(ask)

    def _save(self, before: tuple[Draft, ...]) -> None:
        """Keep the caller's drafts as a store does, each version over the one before."""
        for change in draft_changes(before, self.state.drafts):
            match change:
                case DraftSaved(draft, replaces):
                    held = self.drafts.pop(draft.flow, None)
                    assert (None if held is None else (held.id, held.version)) == replaces
                    self.drafts[draft.flow] = draft
                case DraftEnded(flow):
                    del self.drafts[flow]

    def _fresh_id(self) -> str:
        self._ids += 1
        return f"draft-{self._ids}"


def _listed(found: Found | Sequence[Found]) -> Sequence[Found]:
    return [found] if isinstance(found, str | Outcome) or callable(found) else found


def _stored(conversation: Conversation) -> Conversation:
    """The conversation after a store kept it."""
    kept = Conversation.from_json(json.loads(json.dumps(conversation.to_json())))
    assert kept == conversation
    return kept
