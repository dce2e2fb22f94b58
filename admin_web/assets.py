"""The style sheet and the mark, held in memory, compressed once, under addresses that name their content.

An address changes with the content, so browsers keep a file for a year and a new release is seen at once.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PREFIX: Final = "/static/"
_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HASH_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its address, type and bytes, plain and gzipped."""

    url: str
    content_type: str
    plain: bytes
    gzipped: bytes


@cache
def load_assets() -> Assets:
    """The files as they are when first asked for; a release brings new files and a new process."""
    return Assets()


class Assets:
    """All files of the `static` folder, by name and by the last part of their address."""

    def __init__(self) -> None:
        self._by_name = {path.name: _read(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
        self._by_tail = {asset.url.removeprefix(PREFIX): asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """The address of a file, for templates. A name that is not there is a mistake in a template: `KeyError`."""
        return self._by_name[name].url

    def at(self, tail: str) -> Asset | None:
        """The file at an address, or None."""
        return self._by_tail.get(tail)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:_HASH_DIGITS]
    return Asset(
        url=f"{PREFIX}{path.stem}.{digest}{path.suffix}",
        content_type=_TYPES[path.suffix],
        plain=content,
        gzipped=gzip.compress(content, 9, mtime=0),
    )
