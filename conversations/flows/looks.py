"""Who checked me: the lenders that looked at the caller's credit history, and where to complain about one."""

from __future__ import annotations

from typing import Final

from conversations.engine import SHOW, End, Flow, PagedList, Read, To

LOOKS: Final = Flow(
    name="looks",
    version=1,
    screens=(
        PagedList(
            name="list",
            text="looks.list",
            items="looks",
            saves="look",
            to="one",
            needs=Read(kind="looks", outcomes={"listed": SHOW, "none": To("profile.menu", "looks.none")}),
        ),
        End(
            name="one",
            text="looks.one",
            needs=Read(
                kind="looking_lender",
                arguments=("look",),
                outcomes={"shown": SHOW, "gone": To("profile.menu", "looks.none")},
            ),
        ),
    ),
)
