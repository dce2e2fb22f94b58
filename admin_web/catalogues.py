"""Brings the catalogues up to date with the texts in the sources: `python -m admin_web.catalogues`.

Run it after changing a text. New and changed texts appear empty (a near match would be shown as if somebody had meant
it), and texts that are gone are dropped. A test fails while a catalogue and the sources differ.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from admin_web.languages import CATALOGUES
from core.records.borrower import Language

_ROOM: Final = Path(__file__).parent
_METHODS: Final = [("**.py", "python"), ("**.html", "jinja2")]
_HEADER: Final = """# The texts of the staff portal. Brought up to date by `python -m admin_web.catalogues`.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


def texts_in_sources() -> Catalog:
    """Every text of the portal with the files that it stands in."""
    catalogue = Catalog(project="Letsema portal", charset="utf-8")
    for file, _line, text, _comments, context in extract_from_dir(
        _ROOM, method_map=_METHODS, keywords=_KEYWORDS, options_map={"**.html": {"trimmed": "true"}}
    ):
        catalogue.add(text, locations=[(file, 0)], context=context)
    return catalogue


def catalogue_path(language: Language) -> Path:
    """Where a language's catalogue is."""
    return CATALOGUES / language.value / "LC_MESSAGES" / "portal.po"


def read_catalogue(language: Language) -> Catalog:
    """A language's catalogue as it is kept."""
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language.value)


def update(language: Language) -> None:
    """Bring one catalogue up to date. Files are named without lines, so that an edit elsewhere changes nothing."""
    catalogue = read_catalogue(language)
    catalogue.update(texts_in_sources(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if language is Language.ENGLISH:
        _say_what_the_source_says(catalogue)
    out = BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, sort_output=True, omit_header=True)
    catalogue_path(language).write_bytes(_HEADER.format(language=language.value).encode() + out.getvalue())


def _say_what_the_source_says(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            message.string = message.id
            message.flags.discard("fuzzy")


if __name__ == "__main__":
    for each in Language:
        update(each)
