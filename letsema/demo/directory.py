"""What a demo's data directory holds besides its database: the keys, and `demo.json`, which tells who is who.

`demo.json` is written when the demo is ready. Its form is stable: scripts, the journey test and `letsema dial` read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from pydantic import StringConstraints, TypeAdapter, ValidationError

from letsema.setting_values import WrongSettingError
from letsema.settings import KEYS_FOLDER

DEMO_FILE: Final = "demo.json"
_MARK: Final = "demo"
_HISTORY_MARK: Final = "history-complete"

Address: TypeAlias = Annotated[str, StringConstraints(pattern=r"^http://[a-z0-9.-]+:[0-9]{1,5}$")]
"""Where a listener of the demo is: its host and its port."""


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

    public: Address
    internal: Address
    stand_in: Address
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


_FORM: Final = TypeAdapter(DemoFile)
_JSON_INVALID: Final = "json_invalid"


def read_demo_file(data_directory: Path) -> DemoFile:
    """What `demo.json` says. What a later version adds to it is left alone.

    Raises `WrongSettingError`, with the cure, when no demo was ever ready there, and for a file of another form.
    """
    file = data_directory / DEMO_FILE
    try:
        return _FORM.validate_json(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise WrongSettingError(f"There is no demo in {data_directory}: start one with `letsema demo`.") from None
    except OSError as error:
        raise WrongSettingError(f"{file} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        cure = f"start the demo again, `letsema demo --data-dir {data_directory}`, which writes it anew"
        raise WrongSettingError(f"{file} {_fault(error)}: {cure}.") from None


def _fault(error: ValidationError) -> str:
    """What is wrong with a file, by the first field at fault."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == _JSON_INVALID:
        return "is no JSON"
    if not first["loc"]:
        return "holds no demo"
    return f"is of another version of Letsema, by its field {'.'.join(map(str, first['loc']))}"
