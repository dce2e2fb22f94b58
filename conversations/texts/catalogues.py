"""Message catalogues, read from their .po files at start: no build step, so no stale .mo.

Every `locale/<language>/LC_MESSAGES/*.po` is read; a folder may hold several, and an id stands in one of them only.
Message ids are names (`apply.amount`), so the English text is a translation like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.pofile import read_po

from conversations.engine import Text, Value
from conversations.texts.filling import fill, placeholders

LOCALE_DIRECTORY: Final = Path(__file__).parent / "locale"
FALLBACK_LANGUAGE: Final = "en"

OnGap: TypeAlias = Callable[[str, str], None]
"""Told of the language and the id of a message that was not there, to log it."""


class MissingText(LookupError):
    """No language has a message of this id."""


def _forget(language: str, message: str) -> None:
    """Gaps are logged by whoever owns a log."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Every message, by language and id."""

    messages: Mapping[str, Mapping[str, str]]
    on_gap: OnGap = _forget

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a catalogue, by name."""
        return tuple(sorted(self.messages))

    def template(self, language: str, message: str) -> str | None:
        """The message in exactly this language, unfilled; None when it is missing or empty."""
        return self.messages.get(language, {}).get(message) or None

    def say(self, language: str, text: Text, values: Mapping[str, Value] | None = None) -> str:
        """The text in words. `values` fill what the text's own values do not.

        A message that the language lacks is said in English. Raises `MissingText` when English lacks it too.
        """
        template = self.template(language, text.message)
        if template is None:
            self.on_gap(language, text.message)
            template = self.template(FALLBACK_LANGUAGE, text.message)
        if template is None:
            raise MissingText(text.message)
        merged = {**(values or {}), **text.values}
        return fill(template, merged, lambda inner: self.say(language, inner, _without(merged, inner)))

    def wanted(self, language: str, message: str) -> frozenset[str]:
        """The placeholders of a message; none when it is missing."""
        return placeholders(self.template(language, message) or "")


def _without(values: Mapping[str, Value], text: Text) -> Mapping[str, Value]:
    """The values a text among them may use: not itself, so that no catalogue can make it go round in circles."""
    return {name: value for name, value in values.items() if value is not text}


def load_texts(directory: Path = LOCALE_DIRECTORY, *, on_gap: OnGap = _forget) -> Texts:
    """Read every catalogue under a directory. Raises `ValueError` for an id that two files of one language have."""
    languages = sorted(path for path in directory.iterdir() if path.is_dir())
    return Texts({language.name: _read_language(language) for language in languages}, on_gap)


def _read_language(directory: Path) -> dict[str, str]:
    messages: dict[str, str] = {}
    for path in sorted((directory / "LC_MESSAGES").glob("*.po")):
        for message, template in _read_catalogue(path).items():
            if message in messages:
                raise ValueError(f"{path.name} of {directory.name} has {message}, which another catalogue has")
            messages[message] = template
    return messages


def _read_catalogue(path: Path) -> dict[str, str]:
    """The messages of one file. Those still marked fuzzy count: the mark is for the reviewer, not for the borrower."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parts[-3], abort_invalid=True)
    return {str(message.id): str(message.string) for message in catalogue if message.id}
