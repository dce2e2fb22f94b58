"""Measure the budgets: `python -m benchmarks day-end --loans 100000`. Figures are of this machine, at this moment."""

from __future__ import annotations

import typer

from benchmarks import day_end, hop, reminders

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.command("day-end")(day_end.measure)
app.command("hop")(hop.measure)
app.command("reminders")(reminders.measure)


@app.callback()
def benchmarks() -> None:
    """Each command measures one budget and prints what it found."""


app()
