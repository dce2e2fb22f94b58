from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.engine import (
    SENSITIVE_MEMBERS,
    Choice,
    Conversation,
    CorruptState,
    Draft,
    DraftEnded,
    DraftSaved,
    Text,
    Value,
    draft_changes,
)
from conversations.engine.limits import DEEP_DIAL_PARTS_MAX, FACTS_MAX, TRAIL_DEPTH_MAX
from conversations.engine.values import from_json, to_json
from core.money import Money
from core.references import Reference

DRAFT = Draft(
    id="d1",
    version=2,
    flow="apply",
    flow_version=1,
    screen="apply.amount",
    language="en",
    answers={"product": Choice("p1", "School loan")},
    personal={"name": "Thabo"},
    facts={"amount_max": Money(500_00)},
    trail=("main.menu",),
)
CONVERSATION = Conversation(
    session="s1",
    turn=3,
    today=date(2026, 10, 5),
    language="st_LS",
    flow="apply",
    flow_version=1,
    screen="apply.amount",
    answers={"product": Choice("p1", Text("product.school", {"rate": Decimal("24.50")}))},
    personal={"born_on": date(1990, 10, 5)},
    facts={"reference": Reference("1012345670"), "lenders": (Choice("m1", "Lenders"),)},
    trail=("main.menu",),
    draft_id="d1",
    draft_version=2,
    parked=(DRAFT,),
    dialled=("1", "2"),
    notice=Text("refused.amount", {"low": Money(1)}),
)

texts = st.text(max_size=12)
plain: st.SearchStrategy[Value] = st.one_of(
    texts,
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.integers().map(Money),
    st.dates(),
    texts.map(Reference),
)
labels = st.one_of(texts, st.builds(Text, texts, st.dictionaries(texts, plain, max_size=2)))
choices = st.builds(Choice, texts, labels)
values: st.SearchStrategy[Value] = st.one_of(plain, labels, choices, st.lists(choices, max_size=3).map(tuple))


@given(values)
def test_every_value_is_read_back_as_it_was(value: Value) -> None:
    assert from_json(json.loads(json.dumps(to_json(value)))) == value


class Size(StrEnum):
    SMALL = "small"


def test_a_member_of_an_enum_and_a_flag_are_kept_as_what_they_equal() -> None:
    assert (type(to_json(Size.SMALL)), to_json(Size.SMALL)) == (str, "small")
    assert (type(to_json(True)), to_json(True)) == (int, 1)


@pytest.mark.parametrize(
    "encoded",
    [
        None,
        1.5,
        True,
        {},
        {"type": "loan"},
        {"type": "money", "minor": 1.0},
        {"type": "money", "minor": True},
        {"type": "money"},
        {"type": "date", "on": "5 Oct"},
        {"type": "decimal", "number": "many"},
        {"type": "reference"},
        {"type": "text", "message": "x", "values": []},
        {"type": "choice", "code": "x", "label": 3},
        ["not a choice"],
    ],
)
def test_what_is_no_value_is_refused(encoded: object) -> None:
    with pytest.raises(CorruptState):
        from_json(encoded)


def test_a_conversation_and_its_drafts_are_read_back_as_they_were() -> None:
    assert Conversation.from_json(json.loads(json.dumps(CONVERSATION.to_json()))) == CONVERSATION
    assert Draft.from_json(json.loads(json.dumps(DRAFT.to_json()))) == DRAFT


def test_equal_states_have_equal_bytes_whatever_the_order_of_their_answers() -> None:
    one = replace(CONVERSATION, answers={"a": 1, "b": 2})
    other = replace(CONVERSATION, answers={"b": 2, "a": 1})

    assert json.dumps(one.to_json()) == json.dumps(other.to_json())


def test_what_is_personal_stands_only_in_the_sensitive_members() -> None:
    encoded = replace(CONVERSATION, parked=()).to_json()
    rest = {name: value for name, value in encoded.items() if name not in SENSITIVE_MEMBERS}

    assert "1990-10-05" not in json.dumps(rest)
    assert "1012345670" not in json.dumps(rest)
    assert "Thabo" not in repr(DRAFT)


def _without(encoded: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in encoded.items() if key != name}


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"more": 1},
        {"turn": "3"},
        {"turn": True},
        {"has_ended": 0},
        {"today": "tomorrow"},
        {"trail": ["a"] * (TRAIL_DEPTH_MAX + 1)},
        {"trail": [1]},
        {"dialled": ["1"] * (DEEP_DIAL_PARTS_MAX + 1)},
        {"facts": {f"f{n}": n for n in range(FACTS_MAX + 1)}},
        {"notice": "no text"},
        {"parked": [{}]},
    ],
)
def test_a_state_that_we_did_not_write_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(CorruptState):
        Conversation.from_json({**CONVERSATION.to_json(), **changed})


@pytest.mark.parametrize("encoded", [None, [], {}, _without(DRAFT.to_json(), "id")])
def test_a_draft_that_we_did_not_write_is_refused(encoded: object) -> None:
    with pytest.raises(CorruptState):
        Draft.from_json(encoded)


def test_an_answer_hides_a_fact_of_the_same_name() -> None:
    scope = replace(CONVERSATION, facts={"x": 1, "today": 1}, answers={"x": 2}, personal={"y": 3}).scope

    assert (scope["x"], scope["y"], scope["today"], scope["language"]) == (2, 3, CONVERSATION.today, "st_LS")


class TestDraftChanges:
    def test_a_new_one_is_saved_where_nothing_stands(self) -> None:
        assert draft_changes((), (DRAFT,)) == (DraftSaved(DRAFT, None),)

    def test_a_next_version_is_saved_over_the_one_before(self) -> None:
        later = replace(DRAFT, version=3)

        assert draft_changes((DRAFT,), (later,)) == (DraftSaved(later, ("d1", 2)),)

    def test_one_begun_again_is_saved_over_the_old_one(self) -> None:
        again = replace(DRAFT, id="d2", version=1)

        assert draft_changes((DRAFT,), (again,)) == (DraftSaved(again, ("d1", 2)),)

    def test_one_that_is_gone_is_ended(self) -> None:
        assert draft_changes((DRAFT,), ()) == (DraftEnded("apply", "d1", 2),)

    def test_one_that_only_waits_is_left_alone(self) -> None:
        assert draft_changes((DRAFT,), (DRAFT,)) == ()
