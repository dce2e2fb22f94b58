"""`schedule`, the loan calculator (a file of terms for machines, a few options for a person), and `simulate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from letsema.commands.options import finding, print_json, print_line, read_date, today

_OPTIONS: Final = {
    "annual_rate_percent": "rate",
    "period_unit": "unit",
    "period_every": "every",
    "fees": "upfront-fee",
}
"""What the options that fill a field of another name are called."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(schedule)
    app.command()(simulate)


def schedule(
    asked: typer.Context,
    terms: Annotated[str | None, typer.Option(metavar="FILE", help="A JSON list of terms; - reads stdin.")] = None,
    principal: Annotated[str | None, typer.Option(help="How much is lent, such as 5000 or 5000.00.")] = None,
    rate: Annotated[str, typer.Option(help="Percent a year.")] = "36",
    periods: Annotated[int, typer.Option("--periods", "--months", help="How many instalments.")] = 6,
    unit: Annotated[str, typer.Option(help="What a period is: month, week or day.")] = "month",
    every: Annotated[int, typer.Option(help="Units from one instalment to the next: 2 with week is fortnightly.")] = 1,
    method: Annotated[str, typer.Option(help="emi, equal_principal or flat.")] = "emi",
    day_count: Annotated[
        str, typer.Option(help="equal_periods, 30/360, actual/365, actual/364, actual/360 or actual/actual.")
    ] = "equal_periods",
    upfront_fee: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Of the principal, held back from the cash.")
    ] = None,
    disbursed_on: Annotated[
        date | None, typer.Option(parser=read_date, metavar="YYYY-MM-DD", help="When the money arrives; else today.")
    ] = None,
    first_due_on: Annotated[
        date | None, typer.Option(parser=read_date, metavar="YYYY-MM-DD", help="Else one period after that.")
    ] = None,
) -> None:
    """Compute schedules: a list of terms from a file, as JSON, or one loan from options, as a table."""
    from core.loans.calculator import calculate_schedules, has_errors

    if (terms is None) == (principal is None):
        raise typer.BadParameter("give either --terms FILE or --principal AMOUNT")
    if terms is not None:
        _refuse_options_beside_a_file(asked)
        answers = calculate_schedules(_read_list(terms))
        print_json(answers)
        if has_errors(answers):
            finding()
        return
    wanted = {
        "id": "loan",
        "principal": principal,
        "annual_rate_percent": rate,
        "method": method,
        "periods": periods,
        "period_unit": unit,
        "period_every": every,
        "day_count": day_count,
        "fees": [{"name": "upfront", "when": "upfront", "percent": upfront_fee}] if upfront_fee else [],
        "disbursed_on": (disbursed_on or today()).isoformat(),
        "first_due_on": first_due_on and first_due_on.isoformat(),
    }
    (answer,) = calculate_schedules([wanted])
    if "error" in answer:
        _refuse_option(**answer["error"])
    _print_table(answer)


def simulate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A JSON list of loans and their events; - reads stdin.")],
) -> None:
    """Live through loans, event by event, and print what became of each; exit code 1 when an event was refused."""
    from core.loans.calculator import has_errors
    from core.loans.simulation import simulate_loans

    answers = simulate_loans(_read_list(file))
    print_json(answers)
    if has_errors(answers):
        finding()


def _read_list(file: str) -> Sequence[object]:
    """The document, its numbers exact. Raises `WrongSettingError`, `InvalidInput` when it cannot be read."""
    from core.loans.fields import read_document
    from letsema.setting_values import WrongSettingError

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise WrongSettingError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise WrongSettingError(f"{file} is not in UTF-8.") from None
    return read_document(text)


def _refuse_options_beside_a_file(asked: typer.Context) -> None:
    """Whoever typed one would take the file's schedule for one with it."""
    for option in asked.command.params:
        source = asked.get_parameter_source(option.name or "")
        if option.name != "terms" and source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter("the terms are those of the file", param_hint=" / ".join(option.opts))


def _refuse_option(field: str, message: str) -> NoReturn:
    """Who typed an option reads its name, not that of the field that it fills."""
    option = _OPTIONS.get(field, field.replace("_", "-"))
    raise typer.BadParameter(message, param_hint=f"--{option}")


def _print_table(answer: dict[str, Any]) -> None:
    columns = ("principal", "interest", "fees", "total", "balance")
    print_line(f"{'':>3}  {'due on':<10}" + "".join(f"  {column:>12}" for column in columns))
    for row in answer["instalments"]:
        print_line(f"{row['n']:>3}  {row['due_on']:<10}" + "".join(f"  {row[column]:>12}" for column in columns))
    print_line(
        f"Interest {answer['totals']['interest']}, fees {answer['totals']['fees']}: "
        f"total cost of credit {answer['total_cost_of_credit']}; "
        f"effective annual rate {answer['effective_annual_rate_percent']} %."
    )
