"""Every question of the borrower's machine, put to people who mean harm: bounded, shown nowhere raw, never raising."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.ussd.pages import UssdRenderer
from conversations.engine import Conversation, Input, PinQuestion, Question, ScreenView, Step, Value, Work
from conversations.engine.limits import ANSWER_LENGTH_MAX
from conversations.engine.screens import End, Resume
from conversations.engine.state import Draft
from conversations.engine.step import step
from conversations.flows import BORROWER
from conversations.texts import Texts, load_texts
from core.gsm0338 import is_gsm, septets
from core.records.borrower import Language
from tests.conversations.test_walk_of_borrower import OF_THE_MACHINE, VALUES, flags_of, names_wanted

MARK: Final = "QZX"
"""In every hostile text, so that any page that repeats a part of it is known."""

HOSTILE: Final = (
    f"\x00\x1b[2J{MARK}\x07",
    f"\u202e\u2066{MARK}\u200f",
    f"{MARK}%s%n%(reason)s%",
    f"{{{MARK}}} {{0}} {{mfi_name}} {{reason.__class__}}",
    f"'; drop table record.loans; -- {MARK}",
    f"{MARK}' or '1'='1",
    f"<script>{MARK}</script>",
    f"${{jndi:ldap://{MARK}}}",
    MARK * 3_400,
    f"{MARK}\ud800",
    f"{MARK}\U0001f600\u0301" * 10,
    f"1*1*{MARK}#",
)
ADDED_MAX: Final = 5_000
"""What one answer may add to what is kept: a screen's longest, written as escapes, and less than a flood of text."""
ASKING: Final = sorted(name for name, screen in BORROWER.screens.items() if not isinstance(screen, Work | End | Resume))
hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=300).map(lambda text: f"{MARK}{text}"),
    st.text(alphabet="'\";%{}\\<>*#\x00\u202e0", min_size=1, max_size=60).map(lambda text: f"{text}{MARK}"),
)


@cache
def texts() -> Texts:
    return load_texts()


@cache
def renderer() -> UssdRenderer:
    return UssdRenderer(texts())


@cache
def facts_of(name: str) -> dict[str, Value]:
    """What the flow of a screen may have found out, as long as it comes."""
    wanted: set[str] = set()
    for screen in BORROWER.flow_of(name).screens:
        wanted |= {*names_wanted(texts(), screen), *flags_of(screen)}
    return {each: next(iter(VALUES[each])) for each in sorted(wanted - OF_THE_MACHINE) if each in VALUES}


def standing_at(name: str, language: Language) -> Conversation:
    """A conversation that waits for the answer to this question."""
    flow = BORROWER.flow_of(name)
    return Conversation(
        session="session-1",
        turn=3,
        today=date(2026, 11, 23),
        language=language.value,
        flow=flow.name,
        flow_version=flow.version,
        screen=name,
        facts=facts_of(name),
        trail=("main.menu",),
        draft_id="draft-1" if flow.keeps_draft else "",
    )


def answer(name: str, language: Language, typed: str) -> Step:
    return step(
        BORROWER,
        standing_at(name, language),
        Input(text=typed, fresh_id="draft-2"),
        count_pages=renderer().count_pages,
    )


def check_page(view: ScreenView) -> None:
    page = renderer().render(view)
    assert is_gsm(page)
    assert septets(page) <= 160
    assert MARK not in page


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("language", list(Language))
@given(typed=hostile)
@settings(max_examples=6, deadline=None)
def test_a_hostile_answer_is_bounded_shown_nowhere_and_never_raises(name: str, language: Language, typed: str) -> None:
    made = answer(name, language, typed)

    if made.view is not None:
        check_page(made.view)
    kept = json.dumps(made.conversation.to_json())
    assert len(kept) < len(json.dumps(standing_at(name, language).to_json())) + ADDED_MAX
    if isinstance(BORROWER.screens[name], PinQuestion):
        assert MARK not in kept


@pytest.mark.parametrize("name", ASKING)
def test_a_known_attack_is_asked_again_or_taken_as_plain_words(name: str) -> None:
    """Only a question for words may take them, cleaned and bounded; every other asks again with the reason."""
    for typed in HOSTILE:
        check_attack(name, answer(name, Language.ENGLISH, typed))


def check_attack(name: str, made: Step) -> None:
    taken = [value for value in made.conversation.scope.values() if isinstance(value, str) and MARK in value]
    if taken:
        assert isinstance(BORROWER.screens[name], Question)
        assert all(len(value) <= ANSWER_LENGTH_MAX and value.isprintable() for value in taken)
    else:
        assert made.view is not None
        assert (made.view.screen, made.conversation.tries) == (name, 1)


def test_a_draft_keeps_hostile_words_as_they_are_and_shows_them_nowhere() -> None:
    made = answer("complaint.words", Language.ENGLISH, "{mfi_name} %s '; drop table loans; --")

    assert made.view is not None
    assert made.view.screen == "complaint.sure"
    draft = made.conversation.draft
    assert isinstance(draft, Draft)
    assert draft.personal["complaint_words"] == "{mfi_name} %s '; drop table loans; --"
    assert "drop" not in renderer().render(made.view)
