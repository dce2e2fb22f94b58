"""An ask without an answer, an answer that nothing asks, an undeclared outcome: found before anything runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.answers.table import DISTRICT_DOWN, Answer, Answers, Scene
from conversations.engine import Ask, End, Flow, InvalidMachine, Machine, Outcome, Read, Work
from conversations.engine.screens import ask_of
from conversations.flows import BORROWER
from core.ports.record import DistrictDown

MACHINE = Machine(
    flows=(
        Flow(
            name="only",
            version=1,
            screens=(
                Work(name="look", ask=Read(kind="look", outcomes={"found": "end", DISTRICT_DOWN: "end"})),
                End(name="end", text="end"),
            ),
        ),
    ),
    entry="only.look",
    gave_up="only.end",
    languages=("en",),
)
LOOK = Ask(kind="look", arguments={}, is_command=False, key="")
SCENE = cast("Scene", SimpleNamespace())


async def found(_scene: Scene, _ask: Ask) -> Outcome:
    return Outcome(name="found")


async def lost(_scene: Scene, _ask: Ask) -> Outcome:
    return Outcome(name="lost")


async def down(_scene: Scene, _ask: Ask) -> Outcome:
    raise DistrictDown


def answer(function: object, *outcomes: str, told: tuple[str, ...] = ()) -> Answer:
    return Answer(function, frozenset(outcomes), frozenset(told))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "nothing answers look"),
        ({"look": answer(found, "found")}, "it declares"),
        ({"look": answer(found, "found", "lost", DISTRICT_DOWN)}, "it declares"),
        ({"look": answer(found, "found", DISTRICT_DOWN), "other": answer(found, "found")}, "nothing asks it"),
        ({"look": answer(found, "found", DISTRICT_DOWN, told=("found",))}, "is no command"),
    ],
)
def test_a_table_that_does_not_fit_the_machine_is_refused(table: dict[str, Answer], sentence: str) -> None:
    with pytest.raises(InvalidMachine, match=sentence):
        Answers(MACHINE, table)


async def test_an_outcome_that_was_not_declared_is_a_defect() -> None:
    answers = Answers(MACHINE, {"look": answer(lost, "found", DISTRICT_DOWN)})

    with pytest.raises(AssertionError, match="lost"):
        await answers(SCENE, LOOK)


async def test_a_district_that_is_down_is_an_outcome() -> None:
    answers = Answers(MACHINE, {"look": answer(down, "found", DISTRICT_DOWN)})

    assert (await answers(SCENE, LOOK)).name == DISTRICT_DOWN


async def test_a_district_that_is_down_where_no_screen_says_so_is_raised() -> None:
    machine = Machine(
        flows=(
            Flow(
                name="only",
                version=1,
                screens=(
                    Work(name="look", ask=Read(kind="look", outcomes={"found": "end"})),
                    End(name="end", text="end"),
                ),
            ),
        ),
        entry="only.look",
        gave_up="only.end",
        languages=("en",),
    )
    answers = Answers(machine, {"look": answer(down, "found")})

    with pytest.raises(DistrictDown):
        await answers(SCENE, LOOK)


def test_every_ask_that_needs_the_district_says_what_happens_when_it_is_down() -> None:
    """Those without that outcome read the catalogue and the directory alone, or leave it with the intake."""
    without = {
        ask.kind
        for screen in BORROWER.screens.values()
        if (ask := ask_of(screen)) is not None and DISTRICT_DOWN not in ask.outcomes
    }

    assert without == {
        "apply",
        "caller",
        "chat",
        "choose_pin",
        "check_pin",
        "districts",
        "lender",
        "lenders",
        "looking_lender",
        "looks",
        "product_limits",
        "quote",
        "repeat_pin",
    }


def test_the_use_cases_tell_of_their_own_successes() -> None:
    told = {("register", "registered"), ("apply", "submitted"), ("accept", "accepted"), ("decline", "declined")}

    assert all(BORROWER_ANSWERS.is_told(kind, outcome) for kind, outcome in told)
    assert not BORROWER_ANSWERS.is_told("apply", "refused")
    assert BORROWER_ANSWERS.is_done("change_language", "kept")
    assert not BORROWER_ANSWERS.is_done("apply", "submitted")
