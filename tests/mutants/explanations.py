"""The survivors that docs/mutants.md explains: the rows of its tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.mutants.survivors import Survivor

_ROW: Final = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \| .+ \|$", re.MULTILINE)


def explained_in(page: Path) -> set[Survivor]:
    """One survivor a row: function, what the line was, what it becomes, and why no test could notice."""
    rows = _ROW.findall(page.read_text())
    return {Survivor(function, was.replace(r"\|", "|"), becomes.replace(r"\|", "|")) for function, was, becomes in rows}
