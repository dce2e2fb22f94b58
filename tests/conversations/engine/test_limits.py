"""Each limit of a conversation, by its name: what happens at it, and that it ends politely instead of growing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.engine import Choice, ConversationDefect, Draft, Outcome, Started, Value
from conversations.engine import limits as every_limit
from conversations.engine.drafts import live_drafts
from conversations.engine.limits import (
    ANSWER_LENGTH_MAX,
    ASKS_PER_TURN_MAX,
    CHOICES_MAX,
    COMMANDS_PER_TURN_MAX,
    DEEP_DIAL_PARTS_MAX,
    DRAFTS_PER_CALLER_MAX,
    FACTS_MAX,
    TRAIL_DEPTH_MAX,
    TRIES_MAX,
)
from conversations.engine.step import step
from core.money import Money
from tests.conversations.engine.clinic import CLINIC, PRODUCTS, TEXTS, clinic_with, quoted
from tests.conversations.engine.test_step import TO_SUMMARY, TODAY
from tests.conversations.tester import Phone

AT_EACH_KIND: Final = {
    "start.menu": (),
    "order.product": ("1",),
    "order.name": ("1", "12"),
    "order.born_on": ("1", "12", "Thabo"),
    "order.amount": ("1", "12", "Thabo", "05101990"),
    "order.term": ("1", "12", "Thabo", "05101990", "1500"),
    "order.summary": TO_SUMMARY,
    "order.pin": (*TO_SUMMARY, "1"),
}
"""How to come to a screen of each kind that waits for an answer."""


@pytest.fixture
def phone() -> Phone:
    bounds: dict[str, Value] = {
        "products": PRODUCTS,
        "amount_max": Money(5000_00),
        "term_max": 12,
        "adult_if_born_by": TODAY,
    }
    found = Outcome(name="some", values=bounds)
    return Phone(
        CLINIC,
        UssdRenderer(TEXTS),
        answers={"caller": "known", "products": found, "quote": quoted(), "verify_pin": "wrong"},
    )


def test_every_limit_that_is_named_is_tested_here() -> None:
    named = {name for name in vars(every_limit) if name.endswith("_MAX")}

    assert named <= set(globals())


@pytest.mark.parametrize("screen", AT_EACH_KIND)
@pytest.mark.parametrize("wrong", ["", "*", "x" * 10_000, "\u202e\x00"])
def test_wrong_answers_in_a_row_lead_to_the_helpful_exit_at_every_kind_of_screen(
    phone: Phone, screen: str, wrong: str
) -> None:
    phone.dials().when(*AT_EACH_KIND[screen]).shows(screen)

    for _ in range(TRIES_MAX - 1):
        phone.when(wrong).shows(screen).goes_on().fits()

    phone.when(wrong).shows("start.gave_up").says("Call 5800 0000").ends()


def test_wrong_pins_lead_there_too_and_the_form_waits(phone: Phone) -> None:
    phone.dials().when(*AT_EACH_KIND["order.pin"], *["1111"] * TRIES_MAX).shows("start.gave_up")

    phone.dials().shows("start.resume").when(*["9"] * TRIES_MAX).shows("start.gave_up")
    phone.dials().shows("start.resume").when("1").shows("order.pin")


def test_turning_pages_and_going_back_are_no_wrong_answers(phone: Phone) -> None:
    phone.dials().when("1", "?", "98", "0", "98", "0", "?").shows("order.product").goes_on()


def test_an_answer_of_the_longest_length_is_read_and_one_character_more_is_not(phone: Phone) -> None:
    phone.dials().when("1", "12")

    phone.when("T" * (ANSWER_LENGTH_MAX + 1)).says("Too long")
    phone.when("T" * ANSWER_LENGTH_MAX).says("Letters only")


def test_a_caller_holds_as_many_forms_as_there_may_be_and_the_oldest_is_let_go() -> None:
    drafts = tuple(
        Draft(id=str(n), version=1, flow="order", flow_version=3, screen="order.name", language="en")
        for n in range(DRAFTS_PER_CALLER_MAX + 3)
    )

    assert [draft.id for draft in live_drafts(CLINIC, drafts)] == [str(n) for n in range(DRAFTS_PER_CALLER_MAX)]


def test_a_dial_with_too_many_stored_forms_keeps_the_newest() -> None:
    drafts = tuple(
        Draft(id=str(n), version=1, flow="order", flow_version=3, screen="order.name", language="en")
        for n in range(DRAFTS_PER_CALLER_MAX + 3)
    )
    dialled = Started(session="s", today=TODAY, language="en", fresh_id="x", drafts=drafts)

    assert len(step(CLINIC, None, dialled).conversation.parked) == DRAFTS_PER_CALLER_MAX


def test_a_deep_dial_chooses_so_often_and_the_rest_is_dropped() -> None:
    machine = clinic_with(rooms=DEEP_DIAL_PARTS_MAX + 4)
    phone = Phone(machine, UssdRenderer(TEXTS), {"caller": "known"})

    phone.dials(*["1"] * 50).shows(f"start.room_{DEEP_DIAL_PARTS_MAX}")


def test_the_way_back_is_so_long_and_the_older_is_forgotten() -> None:
    machine = clinic_with(rooms=TRAIL_DEPTH_MAX + 4)
    phone = Phone(machine, UssdRenderer(TEXTS), {"caller": "known"}).dials()

    phone.when(*["1"] * (TRAIL_DEPTH_MAX + 3))

    assert len(phone.state.trail) == TRAIL_DEPTH_MAX


def test_a_list_has_as_many_choices_as_numbers_under_the_reserved_ones(phone: Phone) -> None:
    choices = tuple(Choice(str(n), f"Product {n}") for n in range(CHOICES_MAX + 1))

    phone.finds("products", Outcome(name="some", values={"products": choices[:CHOICES_MAX]}))
    phone.dials().when("1", str(CHOICES_MAX)).shows("order.name")
    phone.finds("products", Outcome(name="some", values={"products": choices}))
    with pytest.raises(ConversationDefect, match=f"1 to {CHOICES_MAX} choices"):
        phone.dials().when("2").when("1")


@pytest.mark.parametrize(
    ("spent", "asks"), [(ASKS_PER_TURN_MAX, "asks_made"), (COMMANDS_PER_TURN_MAX, "commands_made")]
)
def test_a_turn_asks_and_does_so_much_though_its_state_says_otherwise(asks: str, spent: int) -> None:
    dialled = Started(session="s", today=TODAY, language="en", fresh_id="x")
    asking = step(CLINIC, None, dialled).conversation
    at_pin = replace(asking, asking="order.pin", flow="order", draft_id="d", **{asks: spent})  # type: ignore[arg-type]

    with pytest.raises(ConversationDefect, match="asks too much"):
        step(CLINIC, at_pin, Outcome(name="right"))


def test_asks_leave_so_many_facts() -> None:
    dialled = Started(session="s", today=TODAY, language="en", fresh_id="x")
    asking = step(CLINIC, None, dialled).conversation
    many = {f"fact_{number}": number for number in range(FACTS_MAX + 1)}

    assert step(CLINIC, asking, Outcome(name="known", values=dict(list(many.items())[:FACTS_MAX]))).view is not None
    with pytest.raises(ConversationDefect, match=f"more than {FACTS_MAX} facts"):
        step(CLINIC, asking, Outcome(name="known", values=many))


def test_no_input_of_any_length_grows_the_state(phone: Phone) -> None:
    phone.dials().when("1", "12")
    before = len(str(phone.state.to_json()))

    phone.when("T" * 100_000)

    assert len(str(phone.state.to_json())) < before + 200
