"""Every text exists in both languages: the same ids in each catalogue of a folder, none empty, no English in doubt.

Sesotho is marked fuzzy until somebody from Lesotho has reviewed it, and is used all the same.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
ROOMS = ("admin_web", "channels", "conversations", "core", "letsema", "storage")
CATALOGUES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.po"))
LANGUAGES = {"en", "st_LS"}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def language_of(path: Path) -> str:
    """`…/locales/st_LS/LC_MESSAGES/borrower.po` → "st_LS"."""
    return path.parents[1].name


def doubtful(path: Path, message: Message) -> bool:
    return message.fuzzy and language_of(path) == "en"


def forms(message: Message) -> list[str]:
    """The text, or each of its plural forms."""
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def figures(message: Message) -> set[frozenset[str]]:
    """The placeholders of each form."""
    return {frozenset(re.findall(r"%\(\w+\)\w|\{\w+\}", form)) for form in forms(message)}


def ids_of(path: Path) -> set[tuple[str, str | None]]:
    return {(str(message.id), message.context) for message in read(path) if message.id}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_catalogue_is_complete(path: Path) -> None:
    gaps = [message.id for message in read(path) if message.id and (not all(forms(message)) or doubtful(path, message))]

    assert gaps == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_catalogue_has_the_same_texts_in_each_language(path: Path) -> None:
    of_each_language = {
        language: path.parents[2] / language / "LC_MESSAGES" / path.name for language in LANGUAGES | {language_of(path)}
    }

    assert {language: ids_of(file) for language, file in of_each_language.items()} == dict.fromkeys(
        LANGUAGES, ids_of(path)
    )


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_text_shows_the_same_figures_in_each_language(path: Path) -> None:
    english = {str(message.id): message for message in read(path.parents[2] / "en" / "LC_MESSAGES" / path.name)}

    differing = [
        message.id for message in read(path) if message.id and figures(message) != figures(english[str(message.id)])
    ]

    assert differing == []
