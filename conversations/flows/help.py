"""Help, where a forgotten PIN is set anew, and where to complain: a duty of every lender, on every channel."""

from __future__ import annotations

from typing import Final

from conversations.engine import End, Flow, Menu, Option

HELP: Final = Flow(
    name="help",
    version=2,
    screens=(
        Menu(
            name="menu",
            text="help.menu",
            options=(
                Option("1", "help.how", to="how"),
                Option("2", "help.pin", to="pin"),
                Option("3", "help.complain", to="complaint.lender"),
                Option("4", "help.complaints", to="complaints.list"),
            ),
        ),
        End(name="how", text="help.how_it_works"),
        Menu(
            name="pin",
            text="help.about_pin",
            options=(Option("1", "recovery.have_code", to="recovery.enter"),),
        ),
    ),
)
