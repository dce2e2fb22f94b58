"""The arrows between the rooms hold, and the linter that says so would notice one that points the wrong way."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("admin_web", "channels", "conversations", "core", "letsema", "storage")

ALLOWED = {
    ("conversations", "core"),
    ("channels", "conversations"),
    ("channels", "core"),
    ("storage", "core"),
    ("admin_web", "core"),
    *(("letsema", room) for room in ROOMS if room != "letsema"),
}
FOREIGN = {
    *((room, package) for room in ("core", "conversations") for package in ("aiohttp", "sqlalchemy", "telegram")),
    *((room, package) for room in ("admin_web", "channels") for package in ("asyncpg", "cassandra", "sqlalchemy")),
}


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says, under our contracts, of six rooms that each import everything."""
    place = tmp_path_factory.mktemp("rooms")
    shutil.copy(ROOT / "pyproject.toml", place)
    for room in ROOMS:
        (place / room).mkdir()
        (place / room / "__init__.py").write_text("")
    for source, target in [*permutations(ROOMS, 2), *FOREIGN]:
        (place / source / f"wants_{target}.py").write_text(f"import {target}\n")
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    return ran.stdout


@pytest.mark.parametrize(("source", "target"), sorted({*permutations(ROOMS, 2), *FOREIGN} - ALLOWED))
def test_a_forbidden_import_is_noticed(source: str, target: str, verdict: str) -> None:
    assert re.search(rf"{source}\.wants_{target} -> {target}\b", verdict)


@pytest.mark.parametrize(("source", "target"), sorted(ALLOWED))
def test_an_allowed_import_is_left_alone(source: str, target: str, verdict: str) -> None:
    assert not re.search(rf"{source}\.wants_{target} -> {target}\b", verdict)
