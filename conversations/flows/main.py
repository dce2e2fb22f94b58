"""The menu of a registered caller. People learn its numbers by heart: they never change without a new version."""

from __future__ import annotations

from typing import Final

from conversations.engine import Flow, Menu, Option

_LOANS: Final = Option("2", "main.loans", to="loans.enter")
_REPAY: Final = Option("4", "main.repay", to="repay.enter")
_HELP: Final = Option("6", "main.help", to="help.menu")

MAIN: Final = Flow(
    name="main",
    version=2,
    screens=(
        Menu(
            name="menu",
            text="main.menu",
            options=(
                Option("1", "main.apply", to="apply.product"),
                _LOANS,
                Option("3", "main.application", to="application.enter"),
                _REPAY,
                Option("5", "main.profile", to="profile.menu"),
                _HELP,
            ),
        ),
        # What is owed, paying it and help are there at every hour, under the numbers that people know.
        Menu(name="outside_hours", text="main.outside_hours", options=(_LOANS, _REPAY, _HELP)),
    ),
)
