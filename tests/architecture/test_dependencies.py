"""Each direct dependency is wanted: it has a reason in docs/dependencies.md, and is locked with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN: list[str] = PROJECT["project"]["dependencies"]
DEV: list[str] = PROJECT["dependency-groups"]["dev"] + PROJECT["dependency-groups"]["build"]
MUTANTS: list[str] = PROJECT["dependency-groups"]["mutants"]


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0]


def documented() -> dict[str, list[str]]:
    """The rows of the page's tables: name → the other cells."""
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|$", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def locked(file: str) -> dict[str, str]:
    """Name → its block in a lock file, hashes included."""
    blocks = re.findall(r"^([a-z0-9.-]+)==(.*(?:\n    .*)*)", (ROOT / "requirements" / file).read_text(), re.MULTILINE)
    return dict(blocks)


@pytest.mark.parametrize("requirement", [*RUN, *DEV, *MUTANTS])
def test_a_direct_dependency_has_its_range_and_its_reason_on_the_page(requirement: str) -> None:
    version_range, upkeep, reason = documented()[name_of(requirement)]

    assert f"`{requirement.removeprefix(name_of(requirement))}`" == version_range
    assert len(upkeep) > 5
    assert len(reason) > 10


def test_the_page_names_nothing_that_is_no_dependency() -> None:
    assert documented().keys() == {name_of(requirement) for requirement in [*RUN, *DEV, *MUTANTS]}


@pytest.mark.parametrize(("file", "requirements"), [("run.txt", RUN), ("dev.txt", RUN + DEV), ("mutants.txt", MUTANTS)])
def test_every_dependency_is_locked_with_hashes_and_without_an_address(file: str, requirements: list[str]) -> None:
    blocks = locked(file)

    assert {name_of(requirement) for requirement in requirements} <= blocks.keys()
    assert all("--hash=sha256:" in block for block in blocks.values())
    assert "://" not in (ROOT / "requirements" / file).read_text()


def test_what_runs_is_locked_for_development_too() -> None:
    assert locked("run.txt").keys() <= locked("dev.txt").keys()


@pytest.mark.parametrize("file", ["run.txt", "mutants.txt"])
def test_lock_files_agree_on_every_version_that_they_share(file: str) -> None:
    development, other = locked("dev.txt"), locked(file)
    shared = development.keys() & other.keys()

    assert {name: other[name].split()[0] for name in shared} == {name: development[name].split()[0] for name in shared}
