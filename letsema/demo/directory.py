"""What a demo's data directory holds besides its database: the keys, and `demo.json`, which tells who is who.

`demo.json` is written when the demo is ready. Its form is stable: scripts, the journey test and `letsema dial` read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from letsema.setting_values import WrongSettingError
from letsema.settings import KEYS_FOLDER

DEMO_FILE: Final = "demo.json"
_MARK: Final = "demo"
_HISTORY_MARK: Final = "history-complete"


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """A sign-in that is printed. `mfi` is the name, `district` the home district's code."""

    email: str
    password: str
    role: str
    mfi: str
    district: str


@dataclass(frozen=True, slots=True)
class MfiEntry:
    """A lender and its account on the simulated rail."""

    name: str
    rail_account: str


@dataclass(frozen=True, slots=True)
class BorrowerEntry:
    """A borrower whose phone can be used; `loans` are reference numbers, newest first."""

    phone: str
    pin: str
    language: str
    district: str
    loans: Sequence[str]


@dataclass(frozen=True, slots=True)
class DemoFile:
    """What `demo.json` says. URLs are those of the demo that ran last on the directory."""

    public: str
    internal: str
    stand_in: str
    service_code: str
    short_code: str
    staff: Sequence[StaffEntry]
    mfis: Sequence[MfiEntry]
    borrowers: Sequence[BorrowerEntry]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def mark_as_demo(data_directory: Path) -> None:
    """Mark the directory before anything is put into it, so that `serve` never takes it for an installation."""
    data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data_directory / _MARK).touch()


def is_demo(data_directory: Path) -> bool:
    """Whether the directory was made by `letsema demo`."""
    return (data_directory / _MARK).exists()


def mark_history_complete(data_directory: Path) -> None:
    """Say that the demo's history was lived through to its end."""
    (data_directory / _HISTORY_MARK).touch()


def has_history(data_directory: Path) -> bool:
    """Whether the demo's history is complete; one that was interrupted begins anew."""
    return (data_directory / _HISTORY_MARK).exists()


def keys_directory(data_directory: Path) -> Path:
    """Where the demo's keys are."""
    return data_directory / KEYS_FOLDER


def write_demo_file(data_directory: Path, demo: DemoFile) -> None:
    """Write `demo.json` whole or not at all: who waits for it never reads a half."""
    file = data_directory / DEMO_FILE
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(demo.to_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(file)


def read_demo_file(data_directory: Path) -> dict[str, Any]:
    """What `demo.json` says. Raises `WrongSettingError` when no demo was ever ready there."""
    try:
        told: dict[str, Any] = json.loads((data_directory / DEMO_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise WrongSettingError(f"There is no demo in {data_directory}: start one with `letsema demo`.") from None
    return told
