"""`conversations check` and `conversations graph`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from letsema.commands.options import AsJson, finding, print_json, print_line, quiet_logs

if TYPE_CHECKING:
    from conversations.check import Report, Subject

app: Final = typer.Typer(help="The borrowers' conversations.", no_args_is_help=True)
_OVER_BUDGET: Final = "!"
_LONGEST_SERVICE_CODE: Final = "*384*55512#"
_BORROWER: Final = "conversations.checked:borrower"

Of = Annotated[
    str, typer.Option("--of", metavar="MODULE:FUNCTION", help="What to check: a function that gives a `Subject`.")
]


@app.command()
def check(as_json: AsJson = False, of: Of = _BORROWER) -> None:
    """Walk every screen in every language with the worst values; exit code 1 on any failure."""
    quiet_logs()
    # Nothing here may import the flows: when they break a rule, that is what is reported.
    from channels.sms.rendering import SmsRenderer
    from channels.sms.segments import parts_of
    from channels.ussd.pages import UssdRenderer
    from conversations.check import check_subject
    from core.gsm0338 import fold

    report = check_subject(
        lambda: _subject(of),
        UssdRenderer,
        lambda text: parts_of(fold(text)),
        lambda texts: SmsRenderer(texts, _LONGEST_SERVICE_CODE),
    )
    if as_json:
        print_json(report.to_json())
    else:
        _print_table(report)
    for found in report.findings:
        sys.stderr.write(f"{_OVER_BUDGET} {found}\n")
    if not report.is_clean:
        finding()


def _print_table(report: Report) -> None:
    for screen in report.screens:
        print_line(f"{screen.screen:<32} {screen.language:<6} pages {screen.pages:>2}  longest {screen.size_max:>3}")
    for screen in report.by_sms:
        print_line(f"{screen.screen:<32} {screen.language:<6} SMS    {screen.pages:>2}  longest {screen.size_max:>3}")
    for message in report.messages:
        print_line(
            f"{message.message:<32} {message.language:<6} segments {message.parts} of at most {message.parts_max}"
        )
    for task in report.tasks:
        print_line(f"{task.task:<32} {task.language:<6} {task.inputs} inputs of at most {task.inputs_max}")
    print_line(f"{len(report.screens)} screens, {len(report.messages)} messages, {len(report.findings)} findings.")


def _subject(of: str) -> Subject:
    """What `--of` names. A machine that breaks a rule raises `InvalidMachine` when its module is imported."""
    module, _, function = of.partition(":")
    # An installed command does not look where it is run, and a flow that is being written stands there.
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        subject: Subject = getattr(import_module(module), function)()
    except (ImportError, AttributeError, TypeError) as error:
        raise typer.BadParameter(f"{of} gives nothing to check: {error}", param_hint="--of") from error
    return subject


@app.command()
def graph(
    flow: Annotated[str, typer.Argument(help="One flow; all when none is named.")] = "",
    to: Annotated[
        Path | None, typer.Option("--to", help="A folder for one page a flow, with all that is theirs.")
    ] = None,
) -> None:
    """Draw the machine as Mermaid, one picture a flow."""
    from channels.ussd.pages import UssdRenderer
    from conversations.check import graph as draw
    from conversations.check.pages import graph_pages
    from conversations.checked import borrower
    from conversations.flows import BORROWER
    from conversations.measures import check_borrower

    drawn = draw(BORROWER)
    if flow and flow not in drawn:
        raise typer.BadParameter(f"the flows are {', '.join(drawn)}", param_hint="FLOW")
    if to is not None:
        subject = borrower()
        _write(to, graph_pages(subject, check_borrower(subject.texts, UssdRenderer(subject.texts)).tasks))
        return
    for name, picture in drawn.items():
        if flow in {"", name}:
            print_line(f"%% {name}\n{picture}")


def _write(folder: Path, pages: dict[str, str]) -> None:
    """Write the pages, and take away those of flows that are gone. What somebody else wrote there is left alone."""
    from conversations.check.pages import WRITTEN

    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("*.md")}
        if foreign := sorted(name for name in found.keys() & pages.keys() if WRITTEN not in found[name]):
            raise typer.BadParameter(f"{folder / foreign[0]} was not written by this command", param_hint="--to")
        for stale in found.keys() - pages.keys():
            if WRITTEN in found[stale]:
                (folder / stale).unlink()
        for name, page in pages.items():
            (folder / name).write_text(page, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{folder} cannot be written: {error.strerror}", param_hint="--to") from None
