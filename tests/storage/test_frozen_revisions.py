"""A revision that has landed is never edited again: databases out there have run it as it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "storage" / "postgres" / "migrations"
FROZEN = Path(__file__).with_name("frozen_revisions.txt")


def test_every_revision_is_as_it_landed() -> None:
    """A new revision adds its line (`sha256sum` of the file); a line that is there never changes."""
    found = {
        f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in MIGRATIONS.glob("*/[0-9]*.py")
    }
    frozen = dict(line.split() for line in FROZEN.read_text(encoding="ascii").splitlines())

    assert found == frozen
