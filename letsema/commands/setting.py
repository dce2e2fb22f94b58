"""`settings`: every setting there is."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(settings)


def settings(markdown: Annotated[bool, typer.Option(help="As docs/settings.md.")] = False) -> None:
    """Show every setting, its default and what it is for."""
    from letsema.settings_page import settings_list, settings_page

    sys.stdout.write(settings_page() if markdown else settings_list())
