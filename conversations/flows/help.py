"""Help, and where to complain: a duty of every lender, on every channel."""

from __future__ import annotations

from typing import Final

from conversations.engine import SHOW, End, Flow, Menu, Option, PagedList, Read

HELP: Final = Flow(
    name="help",
    version=1,
    screens=(
        Menu(
            name="menu",
            text="help.menu",
            options=(
                Option("1", "help.how", to="how"),
                Option("2", "help.pin", to="pin"),
                Option("3", "help.complain", to="lenders"),
            ),
        ),
        End(name="how", text="help.how_it_works"),
        End(name="pin", text="help.about_pin"),
        PagedList(
            name="lenders",
            text="help.lenders",
            items="lenders",
            saves="lender",
            to="complaint",
            needs=Read(kind="lenders", outcomes={"listed": SHOW, "none": "no_lender"}),
        ),
        End(
            name="complaint",
            text="help.complaint",
            needs=Read(kind="lender", arguments=("lender",), outcomes={"shown": SHOW, "gone": "no_lender"}),
        ),
        End(name="no_lender", text="help.no_lender"),
    ),
)
