"""The image holds the whole product, on a base that is pinned, and nothing else of this folder."""

from __future__ import annotations

import re
import tomllib

import pytest

from letsema.settings import PREFIX, SECRETS_DIR, Settings, variable
from tests.deployment.reading import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COPIED = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_both_steps_are_on_one_pinned_python_that_the_project_allows() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])
    assert f">={re.findall(r'3.[0-9]+', bases[0])[0]}" == PROJECT["project"]["requires-python"]


@pytest.mark.parametrize(
    "room", [name.rstrip("*") for name in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]]
)
def test_every_room_is_in_it(room: str) -> None:
    assert f"{room}/" in COPIED


def test_what_is_copied_is_what_is_sent_to_the_builder() -> None:
    sent = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = [source.rstrip("/") for line in COPIED for source in line.split()]

    assert sorted(copied) == sorted(sent)
    assert all((ROOT / source).exists() for source in copied)


def test_nothing_is_installed_without_its_hash() -> None:
    installed = re.findall(r"pip install (.*)$", DOCKERFILE, re.MULTILINE)

    assert installed == ["--require-hashes --requirement requirements/run.txt", "--no-deps --no-build-isolation ."]


def test_it_runs_as_nobody_special_and_says_nothing_that_the_product_does_not_know() -> None:
    known = {SECRETS_DIR, *map(variable, Settings.model_fields)}

    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["letsema"]
    assert set(re.findall(rf"\b({PREFIX}[A-Z_]+)=", DOCKERFILE)) <= known
    assert not re.search("PASSWORD|TOKEN|API_KEY", DOCKERFILE)
