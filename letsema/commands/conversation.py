"""`conversations check` and `conversations graph`."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from letsema.commands.options import AsJson, finding, print_json, print_line, quiet_logs

app: Final = typer.Typer(help="The borrowers' conversations.", no_args_is_help=True)
_OVER_BUDGET: Final = "!"


@app.command()
def check(as_json: AsJson = False) -> None:
    """Walk every screen in every language with the worst values; exit code 1 on any failure."""
    quiet_logs()
    from channels.ussd.pages import UssdRenderer
    from conversations.measures import check_borrower
    from conversations.texts import load_texts

    texts = load_texts()
    report = check_borrower(texts, UssdRenderer(texts))
    if as_json:
        print_json(report.to_json())
    else:
        for screen in report.screens:
            print_line(
                f"{screen.screen:<32} {screen.language:<6} pages {screen.pages:>2}  longest {screen.size_max:>3}"
            )
        for task in report.tasks:
            print_line(f"{task.task:<32} {task.inputs} inputs of at most {task.inputs_max}")
        for found in report.findings:
            sys.stderr.write(f"{_OVER_BUDGET} {found}\n")
        print_line(f"{len(report.screens)} screens, {len(report.findings)} findings.")
    if not report.is_clean:
        finding()


@app.command()
def graph(flow: Annotated[str, typer.Argument(help="One flow; all when none is named.")] = "") -> None:
    """Draw the machine as Mermaid, one picture a flow."""
    from conversations.check import graph as draw
    from conversations.flows import BORROWER

    drawn = draw(BORROWER)
    if flow and flow not in drawn:
        raise typer.BadParameter(f"the flows are {', '.join(drawn)}", param_hint="FLOW")
    for name, picture in drawn.items():
        if flow in {"", name}:
            print_line(f"%% {name}\n{picture}")
