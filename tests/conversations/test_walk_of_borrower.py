"""Ten thousand turns at random over the borrower's whole machine, whatever its asks find and whatever is typed.

`LETSEMA_WALK_TURNS` makes it longer. The same walk on the real runner and PostgreSQL is tests/flows/test_walk.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Iterator
from typing import Any, Final

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.check import Candidates
from conversations.check.messages import targets_of
from conversations.engine import (
    Choice,
    DateQuestion,
    Draft,
    MoneyQuestion,
    Outcome,
    PagedList,
    PinQuestion,
    Question,
    Screen,
    To,
    Value,
    Work,
)
from conversations.engine.asking import PLACEHOLDER
from conversations.engine.asks import AskSpec, Command
from conversations.engine.screens import Confirmation, Menu, ask_of
from conversations.flows import BORROWER
from conversations.measures import SMS_VALUES, WORST_VALUES
from conversations.texts import Texts, load_texts
from core.gsm0338 import is_gsm, septets
from core.money import Money
from core.records import answer
from tests.conversations.tester import Phone

TURNS: Final = int(os.environ.get("LETSEMA_WALK_TURNS", "10000"))
SESSION_TURNS_MAX: Final = 60
OF_THE_MACHINE: Final = frozenset({"session", "turn", "draft", "today", "language", "form"})
VALUES: Final[Candidates] = {
    **SMS_VALUES,
    **WORST_VALUES,
    "amount_min": (Money(1_00),),
    "amount_step": (Money(1),),
    "question": ("", *(asked.value for asked in answer.Question)),
}

USUAL: Final = (*map(str, range(1, 10)), "10", "12", "0", "00", "98", "1500", "6000", "17051990", "Palesa")
HOSTILE: Final = (
    *("", " ", "*", "#", "1*1", "99", "{amount}", "%s%n", "'; DROP TABLE borrowers; --", "\u202e1", "\x00", "\x1b[2J"),
    *(
        "Mots\u030ceanong \U0001f600",
        "7" * 10_000,
        "\ud800",
        "\u0661",
        "1e9",
        "-1",
        "${jndi:x}",
        "<b>1</b>",
        "\u738b\u5c0f",
    ),
)

LIKELY: Final[dict[type[Screen], tuple[str, ...]]] = {
    MoneyQuestion: ("999999.99", "1500"),
    DateQuestion: ("17051990", "17051990", "01012015"),
    # Digits that nothing else here has, so that no amount is taken for a PIN that was kept.
    PinQuestion: ("2580",),
    Question: ("Palesa", "012345678901", "3"),
}


def names_wanted(texts: Texts, screen: Screen) -> Iterator[str]:
    """What a screen reads by name: for its words, its bounds, its options and its ask."""
    messages = [] if isinstance(screen, Work) else [screen.text]
    messages += [target.notice for target in targets_of(screen) if isinstance(target, To)]
    if isinstance(screen, Menu | Confirmation):
        messages += [option.label for option in screen.options]
    for message in messages:
        yield from texts.wanted("en", message)
    if isinstance(screen, PagedList):
        yield screen.items
    if isinstance(screen, MoneyQuestion):
        yield from (bound for bound in (screen.low, screen.high, screen.multiple) if isinstance(bound, str))
    if (ask := ask_of(screen)) is not None:
        yield from ask.arguments
        if isinstance(ask, Command):
            yield from PLACEHOLDER.findall(ask.key)


def flags_of(screen: Screen) -> Iterator[str]:
    """The facts that an option of a screen depends on."""
    if isinstance(screen, Menu | Confirmation):
        yield from (option.when for option in screen.options if option.when)


class World:
    """What the asks find: any outcome that a screen declares, with the longest values of what its flow shows."""

    def __init__(self, texts: Texts, chance: random.Random) -> None:
        self.chance = chance
        self.names: dict[str, set[str]] = {}
        self.flags: dict[str, set[str]] = {}
        specs: dict[str, list[AskSpec]] = {}
        for name, screen in BORROWER.screens.items():
            if (ask := ask_of(screen)) is None:
                continue
            specs.setdefault(ask.kind, []).append(ask)
            for shown in self._shown_with(name):
                wanted = set(names_wanted(texts, shown)) - OF_THE_MACHINE
                self.names.setdefault(ask.kind, set()).update(wanted)
                self.flags.setdefault(ask.kind, set()).update(flags_of(shown))
        self.answers: dict[str, Any] = {
            kind: (lambda _, kind=kind, found=found: self._found(kind, found)) for kind, found in specs.items()
        }
        self.phone: Phone | None = None

    def _shown_with(self, name: str) -> Iterator[Screen]:
        """The screens of the flow, and those of other flows that its outcomes lead to."""
        flow = BORROWER.flow_of(name)
        yield from flow.screens
        for screen in flow.screens:
            for target in targets_of(screen):
                for there in BORROWER.targets(f"{flow.name}.{screen.name}", target):
                    yield BORROWER.screens[there]

    def _found(self, kind: str, specs: list[AskSpec]) -> Outcome:
        common = sorted(set.intersection(*(set(spec.outcomes) for spec in specs)))
        values: dict[str, Value] = {name: self._value(name) for name in sorted(self.names[kind])}
        values |= {flag: self.chance.randint(0, 1) for flag in sorted(self.flags[kind] - VALUES.keys())}
        values |= {flag: self._value(flag) for flag in sorted(self.flags[kind] & VALUES.keys())}
        # The first is the one that leads on.
        name = next(iter(specs[0].outcomes)) if self.chance.random() < 0.5 else self.chance.choice(common)
        return Outcome(name=name, values=values)

    def _value(self, name: str) -> Value:
        candidates = VALUES.get(name, ("0196c7a1-5a5e-4d5c-8f5e-3f6d6f8f1a01",))
        value = self.chance.choice(tuple(candidates))
        # What may be a choice of a list is one of its choices, as a read would bring it.
        return value if not isinstance(value, Choice) else value.code


def typed(phone: Phone, chance: random.Random) -> str:
    """Mostly what the screen asks for, as people do; sometimes anything."""
    luck = chance.random()
    if luck < 0.08:
        return chance.choice(HOSTILE)
    view = phone.view
    if luck < 0.75 and view is not None:
        screen = BORROWER.screens[view.screen]
        if view.options:
            return chance.choice([option.key for option in view.options])
        if type(screen) in LIKELY:
            return chance.choice(LIKELY[type(screen)])
    return chance.choice(USUAL)


def kept(phone: Phone) -> dict[str, Draft]:
    return {draft.id: draft for draft in phone.drafts.values()}


def walk(texts: Texts, language: str, seed: int, turns: int) -> tuple[str, set[str]]:
    """A digest of every page and state, and the screens that were shown."""
    chance = random.Random(seed)
    world = World(texts, chance)
    renderer = UssdRenderer(texts)
    phone = Phone(BORROWER, renderer, world.answers, language=language)
    digest, shown, in_session = hashlib.sha256(), set(), 0
    for _ in range(turns):
        before = kept(phone)
        if in_session == 0 or phone.state.has_ended or in_session > SESSION_TURNS_MAX or chance.random() < 0.02:
            parts = tuple(chance.choices("123456789", k=chance.choice((0, 0, 0, 1, 2, 9))))
            phone.dials(*parts)
            in_session = 1
        else:
            phone.when(typed(phone, chance))
            in_session += 1
        assert phone.view is not None
        assert is_gsm(phone.text), phone.text
        assert septets(phone.text) <= 160, phone.text
        assert "{" not in phone.text.replace("{amount}", "")
        assert_no_answer_is_lost(before, kept(phone))
        shown.add(phone.view.screen)
        digest.update(json.dumps([phone.text, phone.state.to_json()], sort_keys=True).encode())
    return digest.hexdigest(), shown


def assert_no_answer_is_lost(before: dict[str, Draft], after: dict[str, Draft]) -> None:
    """A form that is still there has every answer that it had."""
    for draft_id in before.keys() & after.keys():
        old, new = before[draft_id], after[draft_id]
        assert old.answers.keys() <= new.answers.keys()
        assert old.personal.keys() <= new.personal.keys()


@pytest.fixture(scope="module")
def texts() -> Texts:
    def gap(language: str, message: str) -> None:
        raise AssertionError(f"{message} is not there in {language}")

    return load_texts(on_gap=gap)


@pytest.mark.parametrize("language", BORROWER.languages)
def test_a_random_walk_never_raises_fits_every_page_loses_no_answer_and_replays(texts: Texts, language: str) -> None:
    turns = TURNS // len(BORROWER.languages)

    digest, shown = walk(texts, language, seed=7, turns=turns)

    assert walk(texts, language, seed=7, turns=turns)[0] == digest
    every = {name for name, screen in BORROWER.screens.items() if not isinstance(screen, Work)}
    assert turns < 1_000 or len(shown & every) > 0.6 * len(every), sorted(every - shown)
