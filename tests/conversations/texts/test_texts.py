from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from conversations.engine import Choice, Text, Value
from conversations.texts import MissingText, Texts, load_texts, placeholders
from core.money import Money
from core.references import Reference

TEXTS = Texts(
    {
        "en": {"due": "{amount} on {due_on}", "late": "Late: {reason}", "poor": "not enough", "only": "only English"},
        "st_LS": {"due": "{amount} ka {due_on}", "late": "Morao: {reason}", "poor": "ha ea lekana", "only": ""},
    }
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Money(1234_50), "M1,234.50"),
        (date(2026, 10, 5), "5 Oct 2026"),
        (Reference("1012345670"), "1012 345 670"),
        (Decimal("24.50"), "24.5"),
        (Decimal(100), "100"),
        (12, "12"),
        ("Thabo", "Thabo"),
        (Choice("p1", "School loan"), "School loan"),
        (Choice("p1", Text("poor")), "ha ea lekana"),
        (Text("poor"), "ha ea lekana"),
        ((Choice("a", "One"), Choice("b", "Two")), "One, Two"),
    ],
)
def test_a_value_is_written_by_its_type(value: Value, written: str) -> None:
    assert TEXTS.say("st_LS", Text("late", {"reason": value})) == f"Morao: {written}"


def test_every_language_writes_money_and_dates_alike() -> None:
    values: dict[str, Value] = {"amount": Money(1), "due_on": date(2026, 5, 31)}

    assert TEXTS.say("en", Text("due"), values) == "M0.01 on 31 May 2026"
    assert TEXTS.say("st_LS", Text("due"), values) == "M0.01 ka 31 May 2026"


@pytest.mark.parametrize("hostile", ["{amount}", "{reason}", "{0}", "{}", "%s %(reason)s", "{reason.__class__}", "\\1"])
def test_what_a_borrower_wrote_is_never_a_template(hostile: str) -> None:
    assert TEXTS.say("en", Text("late", {"reason": hostile, "amount": Money(1)})) == f"Late: {hostile}"


def test_a_texts_own_values_come_before_the_others() -> None:
    assert TEXTS.say("en", Text("late", {"reason": "own"}), {"reason": "other"}) == "Late: own"


def test_a_value_that_was_never_given_leaves_a_mark_and_not_an_error() -> None:
    assert TEXTS.say("en", Text("late")) == "Late: ?"


def test_a_text_that_names_itself_does_not_go_round_in_circles() -> None:
    assert TEXTS.say("en", Text("late"), {"reason": Text("late")}) == "Late: Late: ?"


def test_a_gap_is_said_in_english_and_told() -> None:
    gaps: list[tuple[str, str]] = []
    told = Texts(TEXTS.messages, on_gap=lambda language, message: gaps.append((language, message)))

    assert told.say("st_LS", Text("only")) == "only English"
    assert gaps == [("st_LS", "only")]


def test_what_no_language_has_is_an_error() -> None:
    with pytest.raises(MissingText):
        TEXTS.say("st_LS", Text("nowhere"))


def test_a_template_is_looked_up_strictly() -> None:
    assert TEXTS.template("st_LS", "only") is None
    assert TEXTS.wanted("en", "due") == {"amount", "due_on"}
    assert TEXTS.wanted("st_LS", "only") == frozenset()
    assert placeholders("{a} {b_2} {C} {} {0} { d }") == {"a", "b_2"}


def catalogue(directory: Path, language: str, name: str, entries: str) -> None:
    path = directory / language / "LC_MESSAGES" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n{entries}', encoding="utf-8")


def test_catalogues_are_read_from_po_files_with_those_still_under_review(tmp_path: Path) -> None:
    catalogue(tmp_path, "en", "main.po", 'msgid "hello"\nmsgstr "Hello"\n')
    catalogue(tmp_path, "en", "apply.po", 'msgid "apply"\nmsgstr "Apply"\n')
    catalogue(tmp_path, "st_LS", "main.po", '#, fuzzy\nmsgid "hello"\nmsgstr "Lumela, Tšepo"\n')

    texts = load_texts(tmp_path)

    assert texts.languages == ("en", "st_LS")
    assert texts.say("en", Text("apply")) == "Apply"
    assert texts.say("st_LS", Text("hello")) == "Lumela, Tšepo"


def test_an_id_stands_in_one_catalogue_of_a_language(tmp_path: Path) -> None:
    for name in ("main.po", "apply.po"):
        catalogue(tmp_path, "en", name, 'msgid "hello"\nmsgstr "Hello"\n')

    with pytest.raises(ValueError, match=r"main\.po of en has hello"):
        load_texts(tmp_path)
