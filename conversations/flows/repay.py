"""How to pay: the lender's account on the rail and the loan's number, which puts the money on the right loan."""

from __future__ import annotations

from typing import Final

from conversations.engine import SHOW, End, Flow, PagedList, Read, To, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

REPAY: Final = Flow(
    name="repay",
    version=1,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="loans_to_pay",
                outcomes={
                    "one": "show",
                    "several": "list",
                    "none": To("main.menu", "repay.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        PagedList(name="list", text="repay.list", items="loans", saves="loan", to="show"),
        End(
            name="show",
            text="repay.show",
            needs=Read(
                kind="how_to_pay",
                arguments=("loan",),
                outcomes={
                    "shown": SHOW,
                    "gone": To("main.menu", "repay.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
    ),
)
