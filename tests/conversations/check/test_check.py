"""For each thing the checker can find, a small machine or catalogue with just that wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.check import (
    Candidates,
    Finding,
    FindingName,
    Report,
    Task,
    check,
    graph,
    invalid_machine_report,
    worst_views,
)
from conversations.check.worst import OF_THE_ENGINE, Worst
from conversations.engine import Choice, End, Flow, InvalidMachine, Machine, Text
from conversations.engine.rules import RuleName
from conversations.engine.screens import Work
from conversations.texts import Texts
from tests.conversations.check.sound import NAMES
from tests.conversations.engine.clinic import CLINIC, ENGLISH


def run(
    changes: Mapping[str, Mapping[str, str | None]] | None = None,
    *,
    candidates: Candidates = NAMES,
    **options: Any,
) -> Report:
    """Check the clinic with its catalogues changed: by language, ids to other texts (None takes one away)."""
    catalogues = {}
    for language in ("en", "st_LS"):
        changed = {**ENGLISH, **(changes or {}).get(language, {})}
        catalogues[language] = {message: text for message, text in changed.items() if text is not None}
    texts = Texts(catalogues)
    return check(CLINIC, texts, UssdRenderer(texts), candidates, **options)


def names(report: Report) -> set[tuple[str, str, str]]:
    return {(finding.name, finding.where, finding.language) for finding in report.findings}


def test_a_sound_machine_is_clean_and_every_screen_is_in_the_table() -> None:
    report = run()

    assert report.is_clean, report.findings
    shown = {name for name, screen in CLINIC.screens.items() if not isinstance(screen, Work)}
    assert shown <= {row.screen for row in report.screens if row.language == "st_LS"}
    assert all(0 < row.size_max <= 160 for row in report.screens)


def test_a_page_over_the_budget_is_found_with_its_text() -> None:
    report = run({"st_LS": {"later": "Thank you. " * 20}})

    assert names(report) == {("page_over_budget", "order.later", "st_LS")}
    assert report.findings[0].detail.startswith("220 of 160: Thank you.")


def test_a_question_is_measured_under_each_sentence_that_may_stand_above_it() -> None:
    long = "{multiple}{example}" + "x" * 115
    assert names(run({"en": {"refused.multiple": long}})) == {("page_over_budget", "order.amount", "en")}
    assert names(run({"en": {"pin.wrong": "x" * 150}})) == {("page_over_budget", "order.pin", "en")}


def test_a_name_that_grows_when_it_is_folded_is_the_worst_one() -> None:
    report = run({"en": {"amount": "{name}" + "x" * 90}})

    row = next(row for row in report.screens if (row.screen, row.language) == ("order.amount", "en"))
    assert "Mots'eanong" in row.text


def test_a_notice_of_the_channel_is_measured_too() -> None:
    assert names(run({"en": {"notice.slow": "x" * 161}})) == {("page_over_budget", "notice.slow", "en")}


def test_a_missing_text_is_found() -> None:
    assert names(run({"st_LS": {"menu.order": None, "footer.more": ""}})) == {
        ("missing_message", "menu.order", "st_LS"),
        ("missing_message", "footer.more", "st_LS"),
    }


def test_an_unused_text_is_found_unless_something_else_shows_it() -> None:
    extra = {"en": {"sms.due": "Due"}, "st_LS": {"sms.due": "Due"}}

    assert names(run(extra)) == {("unused_message", "sms.due", "en"), ("unused_message", "sms.due", "st_LS")}
    assert run(extra, other_messages=("sms.due",)).is_clean


def test_a_text_among_the_values_is_used() -> None:
    extra = {"en": {"reason": "{name}, no", "shut": "{why}"}, "st_LS": {"reason": "{name}, che", "shut": "{why}"}}

    assert run(extra, candidates={**NAMES, "why": (Text("reason"),)}).is_clean
    assert run(extra, candidates={**NAMES, "why": (Choice("r", Text("reason")),)}).is_clean
    assert run(extra, candidates={**NAMES, "why": ((Choice("r", Text("reason")),),)}).is_clean


def test_a_character_that_no_phone_shows_is_found() -> None:
    report = run({"en": {"about": "About 王"}})

    assert report.findings == (Finding(FindingName.FOREIGN_CHARACTER, "about", "en", "the channel cannot carry 王"),)


def test_an_accent_that_folds_is_no_finding() -> None:
    assert run({"st_LS": {"about": "lits\u030cenyehelo tšohle \u2013 \u2019m\u2019e"}}).is_clean


def test_a_placeholder_without_a_worst_value_is_found() -> None:
    both = {"en": {"about": "{secret}"}, "st_LS": {"about": "{secret}"}}

    assert names(run(both)) == {("missing_value", "about", "en"), ("missing_value", "about", "st_LS")}


def test_a_list_without_a_worst_example_is_found() -> None:
    without = {name: values for name, values in NAMES.items() if name != "products"}

    assert names(run(candidates=without)) == {("missing_value", "order.product", "")}


def test_a_translation_with_other_placeholders_is_found() -> None:
    assert names(run({"st_LS": {"thanks": "Kea leboha, {name}"}})) == {("placeholders_differ", "thanks", "st_LS")}


@pytest.mark.parametrize(
    ("inputs_max", "found"),
    [(8, set()), (7, {("too_many_inputs", "order", "en"), ("too_many_inputs", "order", "st_LS")})],
)
def test_a_task_is_counted_in_inputs(inputs_max: int, found: set[tuple[str, str, str]]) -> None:
    report = run(tasks=(Task("order", goal="order.thanks", inputs_max=inputs_max),))

    assert names(report) == found
    assert report.tasks[0].inputs == 8


def test_a_task_that_cannot_be_done_is_found() -> None:
    task = Task("order", goal="order.thanks", inputs_max=9, avoids=frozenset({"order.pin"}))

    assert names(run(tasks=(task,))) == {("task_impossible", "order", "en"), ("task_impossible", "order", "st_LS")}


def test_a_page_to_turn_before_confirming_is_an_input_of_its_language_unless_ordinary_values_fit() -> None:
    task = Task("order", goal="order.thanks", inputs_max=8)
    long = {"st_LS": {"summary": ENGLISH["summary"] + ", {cost}" * 5}}

    assert names(run(long, tasks=(task,))) == {("too_many_inputs", "order", "st_LS")}
    assert names(run(long, tasks=(task,), ordinary={"cost": ("M1",), "product": ("One",)})) == set()


def test_a_task_may_start_anywhere() -> None:
    report = run(tasks=(Task("change", start="order.summary", goal="order.term", inputs_max=2),))

    assert report.tasks[0].inputs == 2


def test_a_machine_that_cannot_be_built_is_reported_by_the_rule_it_breaks() -> None:
    with pytest.raises(InvalidMachine) as caught:
        Machine(
            flows=(Flow(name="f", version=1, screens=(End(name="a", text="a"), End(name="b", text="b"))),),
            entry="f.a",
            gave_up="f.a",
            languages=("en",),
        )

    report = invalid_machine_report(caught.value)

    assert report.findings == (Finding(RuleName.UNREACHABLE, "f.b", "", "nothing leads here"),)
    assert str(report.findings[0]) == "unreachable: f.b: nothing leads here"


def test_the_report_for_machines_has_what_people_see() -> None:
    report = run(
        {"en": {"thanks": "x" * 200 + "{name}{reference}"}}, tasks=(Task("t", goal="start.menu", inputs_max=1),)
    )

    encoded = report.to_json()

    assert encoded["clean"] is False
    assert encoded["findings"][0]["name"] == "page_over_budget"
    assert {"screen", "language", "pages", "size_max", "text"} == set(encoded["screens"][0])
    assert encoded["tasks"] == [
        {"task": "t", "language": language, "inputs": 0, "inputs_max": 1} for language in CLINIC.languages
    ]
    assert str(report.findings[0]).startswith("page_over_budget: order.thanks (en): ")


def test_every_view_is_one_that_the_engine_could_show() -> None:
    texts = Texts({"en": ENGLISH})
    worst = Worst({**OF_THE_ENGINE, **NAMES, "form": (Text("order.title"),)}, texts, len)

    views = list(worst_views(CLINIC, worst, "en"))

    assert {view.notice.message for view in views if view.screen == "order.pin" and view.notice} == {
        "refused.pin_digits",
        "pin.wrong",
        "engine.changed",
    }
    assert any(view.screen == "start.menu" and view.notice == Text("menu.was_reset") for view in views)
    assert not any(view.can_go_home for view in views if view.screen == "start.menu")


def test_a_flow_is_drawn_with_its_screens_its_keys_and_where_it_leads() -> None:
    drawn = graph(CLINIC)

    assert set(drawn) == {"start", "order"}
    assert drawn["order"].startswith("flowchart TD\n")
    assert '    order__pin[/"pin<br/>asks verify_pin"/]\n' in drawn["order"]
    assert '    order__pin -->|"locked"| start__shut\n' in drawn["order"]
    assert '    start__shut(("start.shut"))\n' in drawn["order"]
    assert '    order__summary -->|"1"| order__pin\n' in drawn["order"]
    assert '    start__keep_language -->|"done, not_now"| start__spoken\n' in drawn["start"]
