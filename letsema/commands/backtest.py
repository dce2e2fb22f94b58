"""`backtest`: the score beside what became of the loans, by band and by factor."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from letsema.commands.options import AsJson, DataDirectory, print_json, print_line, quiet_logs, run

if TYPE_CHECKING:
    from core.credit.backtest import Backtest, Tally

INVENTED: Final = "This is a demo: its people and their loans are invented, and so is every figure above."
_BANDS_FROM: Final = {"low": "700 to 850", "medium": "500 to 699", "high": "300 to 499"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backtest)


def backtest(data_dir: DataDirectory = None, as_json: AsJson = False) -> None:
    """Score every loan that was paid out as at its decision, and say how many of each band and factor went bad."""
    quiet_logs()
    result, is_demo = run(_backtest(data_dir))
    if as_json:
        print_json({**to_json(result), "invented": is_demo})
        return
    for line in lines(result):
        print_line(line)
    if is_demo:
        print_line(INVENTED)


def to_json(result: Backtest) -> dict[str, Any]:
    """The figures for machines: rates in percent as strings, null where there is no loan."""
    return {
        "scorecard": result.scorecard_version,
        "bad_means": "ever 30 or more days late, or written off",
        **_figures(result.judged),
        "too_young": result.young,
        "not_scored": result.not_scored,
        "bands": [{"band": band.value, **_figures(tally)} for band, tally in result.bands.items()],
        "factors": [
            {"factor": code, "points": points, **_figures(tally)} for (code, points), tally in _by_factor(result)
        ],
        "overrides": [
            {"check": check.value, "severity": severity.value, **_figures(tally)}
            for (check, severity), tally in sorted(result.overrides.items())
        ],
    }


def lines(result: Backtest) -> Iterator[str]:
    """The figures for people."""
    yield f"Card {result.scorecard_version}. Bad: ever 30 or more days late, or written off."
    yield f"Too young to tell, and left out: {result.young}."
    if result.not_scored:
        yield f"Decided by an older card that read less, and in no band: {result.not_scored}."
    yield ""
    yield _row("", "loans", "closed", "bad", "bad rate")
    yield _tally_row("all", result.judged)
    yield ""
    yield "By band"
    for band, tally in result.bands.items():
        yield _tally_row(f"{band.value} risk, {_BANDS_FROM[band]}", tally)
    yield ""
    yield "By factor and its points"
    for (code, points), tally in _by_factor(result):
        yield _tally_row(f"{code} {points:+d}", tally)
    if result.overrides:
        yield ""
        yield "Approved in spite of a check"
        for (check, severity), tally in sorted(result.overrides.items()):
            yield _tally_row(f"{check.value} ({severity.value})", tally)
    yield ""


def _by_factor(result: Backtest) -> list[tuple[tuple[str, int], Tally]]:
    """The factors in the card's order, each with its most points first."""
    order = list(dict.fromkeys(code for code, _ in result.factors))
    return sorted(result.factors.items(), key=lambda item: (order.index(item[0][0]), -item[0][1]))


def _figures(tally: Tally) -> dict[str, Any]:
    rate = tally.bad_rate_percent
    return {
        "loans": tally.loans,
        "closed": tally.closed,
        "bad": tally.bad,
        "bad_rate_percent": None if rate is None else str(rate),
    }


def _tally_row(name: str, tally: Tally) -> str:
    return _row(name, tally.loans, tally.closed, tally.bad, _rate(tally.bad_rate_percent))


def _rate(percent: Decimal | None) -> str:
    return "none" if percent is None else f"{percent}%"


def _row(name: str, *cells: object) -> str:
    return f"{name:<36}" + "".join(f"{cell!s:>10}" for cell in cells)


async def _backtest(data_directory: Path | None) -> tuple[Backtest, bool]:
    from core.use_cases.backtesting import backtest as count
    from letsema.commands.joining import joined
    from letsema.demo.directory import is_demo

    async with joined(data_directory) as installation:
        districts = sorted((await installation.engine.record.catalogue()).districts)
        result = await count(installation.engine, districts)
        return result, is_demo(installation.settings.data_dir)
