"""The worked example of docs/adding-a-flow.md is real code: it runs here, block by block, as the page has it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.answers.table import Answers
from conversations.check import Report, check
from conversations.check.messages import messages_of
from conversations.engine import End, Flow, Form, Machine, Menu, Option, Outcome, Resume
from conversations.engine.versions import bring_up
from conversations.texts import Texts, load_texts
from tests.conversations.engine.clinic import ENGLISH
from tests.conversations.tester import Phone

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-flow.md"
OF_THE_ENGINE = {name: text for name, text in ENGLISH.items() if name.split(".")[0] in {"refused", "footer", "notice"}}
OUR_OWN = {"menu": "Letsema", "call": "Call me", "gave_up": "Ask for help", "engine.changed": "This has changed."}


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """The names that the page's code defines."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, PAGE.name, "exec"), names)  # noqa: S102 (our own page)
    return names


@pytest.fixture(scope="module")
def machine(example: dict[str, Any]) -> Machine:
    """The example behind a menu of one option."""
    menu = Menu(name="menu", text="menu", options=(Option("4", "call", to="callback.when"),))
    main = Flow(name="main", version=1, screens=(menu, End(name="gave_up", text="gave_up")))
    return Machine(
        flows=(main, example["CALLBACK"]), entry="main.menu", gave_up="main.gave_up", languages=("en", "st_LS")
    )


@pytest.fixture(scope="module")
def texts(example: dict[str, Any]) -> Texts:
    shared = {**OF_THE_ENGINE, **OUR_OWN}
    return Texts({"en": {**shared, **example["ENGLISH"]}, "st_LS": {**shared, **example["SESOTHO"]}})


def checked(machine: Machine, texts: Texts, example: dict[str, Any]) -> Report:
    unused = [name for name in OF_THE_ENGINE if name.startswith("refused")]
    return check(machine, texts, UssdRenderer(texts), example["LONGEST"], tasks=example["TASKS"], other_messages=unused)


def test_it_passes_the_check_in_both_languages(machine: Machine, texts: Texts, example: dict[str, Any]) -> None:
    report = checked(machine, texts, example)

    assert [str(finding) for finding in report.findings] == []
    assert report.tasks[0].inputs == 4


@pytest.mark.parametrize(("language", "page"), [("en", "ENGLISH"), ("st_LS", "SESOTHO")])
def test_beside_the_texts_of_the_product_it_says_nothing_that_is_not_written(
    machine: Machine, example: dict[str, Any], language: str, page: str
) -> None:
    written = load_texts().messages[language].keys() | example[page].keys()

    assert messages_of(machine) - written == OUR_OWN.keys() - {"engine.changed"}


def test_it_can_be_played(machine: Machine, texts: Texts) -> None:
    phone = Phone(machine, UssdRenderer(texts), {"ask_for_call": "noted"})

    phone.dials().when("4", "1", "9").says("We call you at 9:00 (Morning). Right?").fits()
    phone.when("1").asked("ask_for_call", hour=9, part_of_day="morning").says("Noted. We call you at 9:00.").ends()


async def test_its_asks_are_answered(machine: Machine, example: dict[str, Any]) -> None:
    answers = Answers(machine, example["ANSWERS"])
    assert answers.is_done("ask_for_call", "noted")
    assert not answers.is_done("ask_for_call", "closed")
    ask = example["Ask"](kind="ask_for_call", arguments={"hour": 16}, is_command=True, key="call:s:1")

    assert await example["ask_for_call"](None, ask) == Outcome(name="closed")


def test_its_later_versions_bring_old_forms_up(machine: Machine, example: dict[str, Any]) -> None:
    resume = Resume(name="resume", text="menu", continue_label="call", again_label="call")
    main = machine.flows_by_name["main"]
    offering = Flow(name="main", version=1, screens=(*main.screens, resume))
    for flow in (example["SECOND"], example["THIRD"]):
        Machine(flows=(offering, flow), entry="main.menu", gave_up="main.gave_up", languages=("en",))

    kept = bring_up(example["SECOND"], Form(screen="sure", answers={"hour": "9"}), 1)
    begun = bring_up(example["THIRD"], Form(screen="sure", answers={"hour": "9"}), 1)

    assert (kept.screen, kept.answers) == ("callback.sure", {"hour": 9})
    assert (begun.screen, begun.answers) == ("callback.when", {})
