"""For each thing that `letsema conversations check` can find, a small machine or catalogue with just that wrong.

Each function is named as its finding is; `--of tests.conversations.check.broken:NAME` points the command at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conversations.answers.table import Answers
from conversations.check import SentText, Subject, Task
from conversations.engine import End, FreeText, Menu, Option, PersonName, Question, Read, Screen, Validator
from conversations.texts import Texts
from tests.conversations.check.sound import NAMES
from tests.conversations.engine.clinic import CLINIC, ENGLISH
from tests.conversations.engine.small import DONE, build, command, menu, read


def sound() -> Subject:
    """Nothing is wrong with it."""
    return Subject(
        machine=CLINIC,
        texts=Texts({language: {**ENGLISH, "sms.due": "Due"} for language in ("en", "st_LS")}),
        candidates=NAMES,
        tasks=(Task("order", goal="order.thanks", inputs_max=8),),
        other_messages=frozenset({"sms.due"}),
        sent=lambda _texts: [SentText("sms.due", "en", "Pay today. Dial *384*555#.", 1)],
    )


def _with_text(language: str, message: str, text: str | None) -> Subject:
    """The sound subject with one text of one language changed, or taken away."""
    catalogues: dict[str, Mapping[str, str]] = {}
    for each in ("en", "st_LS"):
        changed = {**ENGLISH, "sms.due": "Due", **({message: text} if each == language else {})}
        catalogues[each] = {name: words for name, words in changed.items() if words is not None}
    return replace(sound(), texts=Texts(catalogues))


def _asking_name(check: Validator) -> Subject:
    """The sound subject with another validator for the name."""

    def changed(screen: Screen) -> Screen:
        return replace(screen, check=check) if isinstance(screen, Question) and screen.name == "name" else screen

    flows = tuple(replace(flow, screens=tuple(map(changed, flow.screens))) for flow in CLINIC.flows)
    return replace(sound(), machine=replace(CLINIC, flows=flows))


def _of(*screens: Screen, drafts: str = "", entry: str = "f.a") -> Subject:
    return replace(sound(), machine=build(*screens, drafts=drafts, entry=entry))


def page_over_budget() -> Subject:
    return _with_text("st_LS", "later", "Kea leboha. " * 20)


def message_over_budget() -> Subject:
    return replace(sound(), sent=lambda _texts: [SentText("sms.due", "en", "Pay today. " * 16, 1)])


def missing_message() -> Subject:
    return _with_text("st_LS", "menu.order", None)


def unused_message() -> Subject:
    return _with_text("en", "nobody.says", "Nobody says this")


def missing_value() -> Subject:
    return replace(sound(), candidates={name: values for name, values in NAMES.items() if name != "products"})


def refusal_without_example() -> Subject:
    return _asking_name(FreeText(refusal="refused.name"))


def example_refused() -> Subject:
    return _asking_name(PersonName(longest=3))


def placeholders_differ() -> Subject:
    return _with_text("st_LS", "thanks", "Kea leboha, {name}")


def foreign_character() -> Subject:
    return _with_text("en", "about", "About \u738b")


def too_many_inputs() -> Subject:
    return replace(sound(), tasks=(Task("order", goal="order.thanks", inputs_max=7),))


def task_impossible() -> Subject:
    task = Task("order", goal="order.thanks", inputs_max=9, avoids=frozenset({"order.pin"}))
    return replace(sound(), tasks=(task,))


def unique_names() -> Subject:
    return _of(menu("a", k1="done"), menu("a", k1="done"), DONE)


def known_targets() -> Subject:
    return _of(menu("a", k1="gone"))


def special_screens() -> Subject:
    return replace(sound(), machine=build(menu("a", k1="done"), DONE, gave_up="f.a"))


def version_steps() -> Subject:
    flows = tuple(replace(flow, version=flow.version + 1) if flow.keeps_draft else flow for flow in CLINIC.flows)
    return replace(sound(), machine=replace(CLINIC, flows=flows))


def option_keys() -> Subject:
    return _of(Menu(name="a", text="a", options=(Option("98", "more", to="done"),)), DONE)


def ask_outcomes() -> Subject:
    return _of(End(name="a", text="a", needs=Read(kind="look", outcomes={"x": "done"})), DONE)


def command_keys() -> Subject:
    return _of(command("a", key="apply"), DONE)


def unreachable() -> Subject:
    return _of(menu("a", k1="done"), menu("b", k1="done"), DONE)


def dead_end() -> Subject:
    return _of(menu("a", k1="done", k2="b"), menu("b", k1="b"), DONE)


def bounded_turns() -> Subject:
    return _of(menu("a", k1="b"), read("b", x="c"), read("c", x="b", y="done"), DONE)


def confirms_once() -> Subject:
    return _of(menu("a", k1="do"), command("do", to="b"), menu("b", k1="done"), DONE)


def answers() -> Subject:
    machine = build(menu("a", k1="look"), read("look", x="done"), DONE)
    Answers(machine, {})
    return replace(sound(), machine=machine)
