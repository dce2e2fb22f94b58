"""`dial`: a phone in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from letsema.commands.options import DataDirectory, run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(dial)


def dial(
    number: Annotated[str, typer.Argument(help="A Lesotho mobile number, such as 58010101.")] = "+26658777777",
    data_dir: DataDirectory = None,
) -> None:
    """Dial the demo that runs on a data directory, and talk to it."""
    from channels.simulator.terminal import dial as talk
    from core.phones import PhoneNumber
    from letsema.demo.directory import read_demo_file

    told = read_demo_file(data_dir or Path("data"))
    run(talk(told["public"], PhoneNumber.parse(number), told["service_code"], sys.stdin, sys.stdout))
