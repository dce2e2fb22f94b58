"""Options that several commands share, and how a command prints for people and for machines."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Coroutine
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer

_Result = TypeVar("_Result")
_FINDING: Final = 1

DataDirectory = Annotated[
    Path | None,
    typer.Option("--data-dir", help="The data directory; else LETSEMA_DATA_DIR, else ./data."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]


def read_date(text: str) -> date:
    """A date option as people type it: 2026-11-23."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a date looks like 2026-11-23") from None


Day = Annotated[
    date | None,
    typer.Option("--date", parser=read_date, metavar="YYYY-MM-DD", help="The business date; else the clock's."),
]


def today() -> date:
    """The date in Maseru now: what the clock would say, for who names no date."""
    from core.calendar import business_date_of
    from letsema.environment import SystemClock

    return business_date_of(SystemClock().now())


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a command's coroutine."""
    from letsema import serving

    return serving.run(work)


def quiet_logs() -> None:
    """Logs of a command that prints for itself: warnings only, as people read them."""
    from letsema.logs.lines import set_up_logs
    from letsema.settings import LogFormat, LogLevel

    set_up_logs(LogFormat.PRETTY, LogLevel.WARNING)
    # What keeps its driver from connecting is told by the command itself, in one sentence.
    logging.getLogger("cassandra").setLevel(logging.CRITICAL)


def print_json(document: object) -> None:
    """Write one JSON document to stdout."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def print_line(line: str) -> None:
    """Write a line to stdout."""
    sys.stdout.write(f"{line}\n")


def finding() -> NoReturn:
    """End with the exit code for a finding."""
    raise typer.Exit(_FINDING)
