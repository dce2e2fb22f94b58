"""Forms of older releases: what each step between two versions of a flow does with them, and that none is forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.engine import Choice, Draft, Flow, Form, Migrated, Restarted, Text, Value, VersionStep
from conversations.engine.rules import problems
from conversations.engine.versions import bring_up
from core.money import Money
from tests.conversations.engine.clinic import CLINIC, ORDER, PRODUCTS, START, TEXTS, quoted
from tests.conversations.tester import Phone

STORED = Path(__file__).parents[2] / "fixtures" / "drafts"
BORN = date(1990, 10, 5)


def stored(name: str) -> Draft:
    """A form as a release before stored it."""
    return Draft.from_json(json.loads((STORED / f"{name}.json").read_text(encoding="utf-8")))


@pytest.fixture
def phone() -> Phone:
    return Phone(CLINIC, UssdRenderer(TEXTS), answers={"caller": "known", "products": "some", "quote": quoted()})


def with_steps(*steps: VersionStep, version: int = 3, drafts: bool = True) -> list[str]:
    """The problems of the clinic when its form has these steps."""
    changed = replace(ORDER, steps=steps, version=version, draft_title=ORDER.draft_title if drafts else "")
    machine = object.__new__(type(CLINIC))
    vars(machine).update(vars(CLINIC) | {"flows": (START, changed)})
    for cached in ("screens", "flows_by_name", "resume", "home_screens"):
        vars(machine).pop(cached, None)
    return [problem.sentence for problem in problems(machine) if problem.rule == "version_steps"]


def unchanged(form: Form) -> Form:
    return form


def test_a_form_of_the_version_before_goes_on_where_its_migration_leaves_it(phone: Phone) -> None:
    phone.drafts["order"] = stored("order.v2")

    phone.dials().shows("start.resume").when("1").shows("order.term").says("This service has changed")

    assert phone.state.answers == {
        "product": Choice("p12", "Product number 12"),
        "amount": Money(1500_00),
        "term": 6,
    }
    assert phone.state.personal == {"name": "Thabo", "born_on": BORN}
    assert phone.drafts["order"].flow_version == ORDER.version
    phone.when("9").shows("order.summary").says("over 9 months")


def test_the_way_back_keeps_the_screens_that_are_still_there(phone: Phone) -> None:
    phone.drafts["order"] = stored("order.v2")
    phone.finds("products", "none").dials().when("1")

    assert phone.state.trail == ("start.menu", "order.product", "order.name")


def test_a_form_that_is_older_takes_every_step_and_one_restart_among_them_is_enough(phone: Phone) -> None:
    phone.finds("products", lambda _: replace(quoted(), name="some", values={"products": PRODUCTS}))
    phone.drafts["order"] = stored("order.v1")

    phone.dials().when("1").shows("order.product").says("This service has changed")

    assert phone.state.answers == {"amount": Money(1500_00), "term": 6}, "renamed, though begun again"
    assert phone.state.personal == {"name": "Thabo", "born_on": BORN}
    assert phone.state.trail == ()


def test_a_form_that_goes_on_after_a_step_is_saved_once_and_needs_no_step_again(phone: Phone) -> None:
    phone.drafts["order"] = stored("order.v2")
    phone.dials().when("1").dials().when("1").shows("order.term").says_not("This service has changed")


def test_a_form_that_a_migration_did_not_foresee_is_begun_again() -> None:
    def unforeseen(form: Form) -> Form:
        return replace(form, answers={"months": form.answers["years"]})

    flow = replace(ORDER, steps=(ORDER.steps[0], Migrated(to=3, change=unforeseen)))

    form = bring_up(flow, Form(screen="term", answers={"term": 6}), 2)

    assert (form.screen, form.stands, form.answers) == ("order.product", False, {"term": 6})


@pytest.mark.parametrize("screen", ["submit", "thanks", "gone", ""])
def test_a_form_never_goes_on_where_nothing_is_asked(screen: str) -> None:
    flow = replace(ORDER, steps=(ORDER.steps[0], Migrated(to=3, change=lambda form: replace(form, screen=screen))))

    assert bring_up(flow, Form(screen="term", answers={}), 2).screen == "order.product"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "1500"),
        ("amount", 1500),
        ("product", "p12"),
        ("born_on", "05101990"),
        ("term", Money(1)),
        ("nobody_asks", "this"),
    ],
)
def test_an_answer_of_another_kind_does_not_hold(name: str, value: Value) -> None:
    form = bring_up(ORDER, Form(screen="term", answers={name: value}), 1)

    assert {**form.answers, **form.personal} == {}


def test_a_choice_is_kept_under_its_name_of_today_and_an_option_that_is_gone_is_not() -> None:
    picked = Choice("en", Text("an.old.message"))
    gone = Choice("fr", Text("language.fr"))
    flow = replace(START, name="form")

    assert bring_up(flow, Form(screen="about", answers={"language": picked}), 0).answers == {
        "language": Choice("en", Text("language.en"))
    }
    assert bring_up(flow, Form(screen="about", answers={"language": gone}), 0).answers == {}


def test_an_answer_is_personal_when_todays_screen_says_so() -> None:
    form = bring_up(ORDER, Form(screen="term", answers={"name": "Thabo", "term": 6}), 2)

    assert (form.answers, form.personal) == ({"term": 6}, {"name": "Thabo"})


@pytest.mark.parametrize(
    ("steps", "version", "sentence"),
    [
        ((), 2, "version 2 has neither a migration nor a restart"),
        ((Restarted(to=2),), 3, "version 3 has neither a migration nor a restart"),
        ((Migrated(to=3, change=unchanged),), 3, "version 2 has neither a migration nor a restart"),
        ((Restarted(to=2),), 1, "steps are one a version after the first, of forms, in order"),
        ((Restarted(to=2), Restarted(to=2)), 2, "steps are one a version after the first, of forms, in order"),
        ((Restarted(to=3), Restarted(to=2)), 3, "steps are one a version after the first, of forms, in order"),
        ((), 0, "versions count from 1"),
    ],
)
def test_a_version_without_its_step_is_no_machine(steps: tuple[VersionStep, ...], version: int, sentence: str) -> None:
    assert sentence in with_steps(*steps, version=version)


def test_every_version_with_its_step_is_one() -> None:
    assert with_steps(Restarted(to=2), Migrated(to=3, change=unchanged)) == []


def test_a_flow_of_which_nothing_outlives_the_session_needs_no_step() -> None:
    flow = Flow(name="start", version=7, screens=START.screens)
    assert not flow.keeps_draft
    machine = replace(CLINIC, flows=(flow, ORDER))

    assert machine.flow_of("start.menu").version == 7
