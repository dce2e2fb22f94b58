"""The command line: `letsema …`. Everything heavy is imported by the command that needs it, so that help is quick.

Exit codes: 0 done; 1 a finding (something unbalanced, a check that failed, a bad object in a list); 2 a wrong setting,
a bad file or something unreachable, told in one sentence on stderr.
"""

from __future__ import annotations

import sys
from typing import Final, NoReturn

import typer
from typer.exceptions import TyperException

from letsema.commands import (
    backtest,
    books,
    calculator,
    cluster,
    conversation,
    database,
    days,
    doctor,
    earnings,
    lenders,
    phone,
    running,
    setting,
)

UNUSABLE: Final = 2
INTERRUPTED: Final = 130

app: Final = typer.Typer(
    name="letsema",
    help="A messaging-first loan channel for microfinance institutions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (running, days, books, earnings, backtest, calculator, phone, setting, doctor):
    group.register(app)
app.add_typer(database.app, name="db")
app.add_typer(cluster.app, name="cluster")
app.add_typer(conversation.app, name="conversations")
app.add_typer(lenders.mfi, name="mfi")
app.add_typer(lenders.staff, name="staff")


def main() -> None:
    """The program's entry. A known problem is one sentence; an unknown one is a trace, and a bug."""
    from letsema.problems import sentence_of

    try:
        code = app(standalone_mode=False)
    except TyperException as error:
        # Typer's own class says only what every exception says; those that it raises also know their sentence.
        told = getattr(error, "format_message", error.__str__)
        _end_with(told())
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        _end_with(sentence)
    sys.exit(code or 0)


def _end_with(sentence: str) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(UNUSABLE)
