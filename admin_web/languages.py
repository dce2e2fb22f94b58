"""The portal's languages: gettext catalogues, read from their sources once when the portal starts.

There are no compiled files to go stale. Entries that still wait for a native reader (`fuzzy`) are shown: a careful
translation serves better than none. A text that no catalogue has is shown as it stands in the source, in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from core.records.borrower import Language

CATALOGUES: Final = Path(__file__).parent / "locale"
LANGUAGE_NAMES: Final = {Language.ENGLISH: "English", Language.SESOTHO: "Sesotho"}
HTML_LANGUAGES: Final = {Language.ENGLISH: "en", Language.SESOTHO: "st-LS"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the catalogues with the values that belong in it, put together only where the language is known."""

    english: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.english)


def said(text: str | Text, translations: NullTranslations) -> str:
    """A text in a language. A bare string has no values, so a per cent sign in it stands for itself."""
    if isinstance(text, str):
        return translations.gettext(text) if text else ""
    return translations.gettext(text.english) % text.values


def mark(text: str) -> str:
    """Mark a text for the catalogues where it is named; it is translated where it is shown."""
    return text


def load_translations(language: Language) -> NullTranslations:
    """The texts of one language."""
    source = CATALOGUES / language.value / "LC_MESSAGES" / "portal.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language.value)
    compiled = BytesIO()
    write_mo(compiled, catalogue, use_fuzzy=True)
    compiled.seek(0)
    return Translations(compiled, domain="portal")


def language_known(code: str) -> Language | None:
    """The language with this code, None for one that the portal does not speak."""
    return Language(code) if code in {language.value for language in Language} else None


def language_or_english(code: str) -> Language:
    """The language with this code; English for any other."""
    return language_known(code) or Language.ENGLISH


def language_asked_for(accept_language: str) -> Language:
    """Sesotho when the browser asks for it first, English otherwise."""
    first = accept_language.partition(",")[0].strip().lower()
    return Language.SESOTHO if first.partition("-")[0] in {"st", "sot"} else Language.ENGLISH
