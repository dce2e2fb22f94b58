"""The commands that move business dates and remind: `day-end`, `remind`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import typer

from letsema.commands.options import AsJson, DataDirectory, Day, print_json, print_line, quiet_logs, run, today

_DONE: Final = {
    "interest_recognised": "interest recognised",
    "late_fees": "late fees",
    "offers_expired": "offers expired",
    "applications_expired": "applications expired",
}

_UNREACHABLE: Final = 2

_FURTHEST: Final = timedelta(days=3653)
"""Ten years. A day cannot be opened again, so a slip in the year must not close a generation of a demo's."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("day-end")(day_end)
    app.command()(remind)


def day_end(day: Day = None, data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Close each open day up to and with a date (else yesterday), in every district; the day after is then open."""
    quiet_logs()
    yesterday = today() - timedelta(days=1)
    _check_day(day, data_dir, latest=yesterday, why="a day is closed once it is over")
    through = day or yesterday
    closed, down = run(_close(data_dir, through))
    if as_json:
        print_json(closed)
    else:
        for line in close_lines(closed):
            print_line(line)
        if not closed and not down:
            print_line(f"Nothing to close: every district's business date is after {through.isoformat()}.")
    _end_without(down)


def remind(day: Day = None, data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Plan and send the reminders that are due on a date (else today), as at 09:00 of it; never twice."""
    quiet_logs()
    _check_day(day, data_dir, latest=today(), why="nobody is reminded of a day that has not come")
    counts, down = run(_remind(data_dir, day or today()))
    if as_json:
        print_json(counts)
    else:
        for row in counts:
            print_line(f"{row['district']}  before {row['before']}, due {row['due']}, late {row['late']}")
    _end_without(down)


def close_lines(closed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line a district, whatever the number of days: which were closed, and what was done in all of them."""
    for district, rows in groupby(closed, key=itemgetter("district")):
        days = list(rows)
        first, last = days[0]["closed_on"], days[-1]["closed_on"]
        done = ", ".join(f"{words} {sum(day[name] for day in days)}" for name, words in _DONE.items())
        yield f"{district}  {first if first == last else f'{first} to {last}'}  {done}"


def _end_without(down: Sequence[str]) -> None:
    """Say which districts did not answer, if any: they alone are left, for the same command does no other twice."""
    if down:
        sys.stderr.write(f"No answer from {', '.join(down)}: run the same command again when it is back.\n")
        raise typer.Exit(_UNREACHABLE)


def _check_day(day: date | None, data_directory: Path | None, *, latest: date, why: str) -> None:
    """Refuse a day that nobody can mean: one that is yet to come, but in a demo, whose days are played ahead.

    Raises `BadParameter`, `WrongSettingError`.
    """
    from letsema.demo.settings import is_of_demo

    if day is None:
        return
    if abs(day - today()) > _FURTHEST:
        raise typer.BadParameter(f"{day.isoformat()} is more than ten years from today")
    if day > latest and not is_of_demo(data_directory):
        raise typer.BadParameter(f"{day.isoformat()} is after {latest.isoformat()}: {why}")


async def _close(data_directory: Path | None, day: date) -> tuple[list[dict[str, Any]], list[str]]:
    """The days that were closed, and the districts that did not answer: one that is down keeps no other open."""
    from core.ports.record import DistrictDown
    from core.use_cases.closing import DayEndResult, close_through
    from letsema.commands.joining import joined

    results: list[DayEndResult] = []
    down = []

    async def note(result: DayEndResult) -> None:
        results.append(result)

    async with joined(data_directory) as installation:
        for district in sorted((await installation.engine.record.catalogue()).districts):
            try:
                await close_through(installation.engine, [district], day, each_day=note)
            except DistrictDown:
                down.append(district)
    return [{**asdict(result), "closed_on": result.closed_on.isoformat()} for result in results], down


async def _remind(data_directory: Path | None, day: date) -> tuple[Sequence[Mapping[str, Any]], list[str]]:
    """What was planned and sent in each district, and the districts that did not answer."""
    from core.ports.record import DistrictDown
    from core.use_cases.reminding import plan_reminders
    from letsema.commands.joining import joined
    from letsema.installation import open_sender
    from letsema.telegram import open_telegram

    async with (
        joined(data_directory) as installation,
        open_sender(installation.settings) as sender,
        open_telegram(installation) as telegram,
    ):
        districts = sorted((await installation.engine.record.catalogue()).districts)
        # As the worker sends: to the chat where a number has one.
        outbox = installation.outbox(sender, telegram.dispatch(installation) if telegram is not None else None)
        planned, down = [], []
        for district in districts:
            try:
                planned.append(asdict(await plan_reminders(installation.engine, district, day)))
                while await outbox.work_on(district):
                    pass  # until nothing is due: what failed comes again later, and a worker takes it
            except DistrictDown:
                down.append(district)
    return planned, down
