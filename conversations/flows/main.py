"""The menu of a registered caller. People learn its numbers by heart: they never change without a new version."""

from __future__ import annotations

from typing import Final

from conversations.engine import Flow, Menu, Option

MAIN: Final = Flow(
    name="main",
    version=1,
    screens=(
        Menu(
            name="menu",
            text="main.menu",
            options=(
                Option("1", "main.apply", to="apply.product"),
                Option("2", "main.loans", to="loans.enter"),
                Option("3", "main.application", to="application.enter"),
                Option("4", "main.repay", to="repay.enter"),
                Option("5", "main.profile", to="profile.menu"),
                Option("6", "main.help", to="help.menu"),
            ),
        ),
    ),
)
