"""Reading a provider's small XML document strictly: one level of fields, each once, no document type, so no entities.

The parser is expat itself: with document types refused there is nothing left in it that expands or fetches anything.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NoReturn
from xml.parsers import expat

from channels.forms import BODY_BYTES_MAX
from channels.transport import MalformedHook

_DEPTH_MAX: Final = 8
_FIELD_DEPTH: Final = 2


def read_fields(body: bytes, root: str, known: Collection[str]) -> dict[str, str]:
    """The text of the known fields right under the root element; others, and what is inside them, are ignored.

    Raises `MalformedHook` for a body that is too large, no XML in UTF-8, of another root, says a known field twice or
    has elements inside it.
    """
    if len(body) > BODY_BYTES_MAX:
        raise MalformedHook(f"the body is larger than {BODY_BYTES_MAX} bytes")
    return _Reading(root, known).of(body)


class _Reading:
    """One document on its way through the parser."""

    def __init__(self, root: str, known: Collection[str]) -> None:
        self._root = root
        self._known = known
        self._open: list[str] = []
        self._fields: dict[str, str] = {}

    def of(self, body: bytes) -> dict[str, str]:
        parser = expat.ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = self._refuse_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise MalformedHook("the body is not well-formed XML in UTF-8") from error
        return self._fields

    def _refuse_type(self, *_declared: object) -> NoReturn:
        raise MalformedHook("the document declares a type")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > _DEPTH_MAX:
            raise MalformedHook(f"the document is deeper than {_DEPTH_MAX} elements")
        if len(self._open) == 1 and name != self._root:
            raise MalformedHook(f"the document is no <{self._root}>")
        if len(self._open) == _FIELD_DEPTH and name in self._known:
            if name in self._fields:
                raise MalformedHook(f"{name} is there twice")
            self._fields[name] = ""
        if len(self._open) > _FIELD_DEPTH and self._open[1] in self._known:
            raise MalformedHook(f"{self._open[1]} has elements inside it")

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if len(self._open) == _FIELD_DEPTH and self._open[1] in self._known:
            self._fields[self._open[1]] += text
