"""What became of an application: waiting, returned, refused, or an offer, which has a flow of its own."""

from __future__ import annotations

from typing import Final

from conversations.engine import Command, Confirmation, End, Flow, Menu, Option, Read, To, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

_WITHDRAW: Final = (Option("1", "application.withdraw", to="withdraw_sure"),)
_APPLY_AGAIN: Final = (Option("1", "application.apply_again", to="apply.product"),)

APPLICATION: Final = Flow(
    name="application",
    version=1,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="my_application",
                outcomes={
                    "offer": "offer.show",
                    "waiting": "waiting",
                    "returned": "returned",
                    "rejected": "rejected",
                    "payout": "payout",
                    "over": "over",
                    "none": To("main.menu", "application.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Menu(name="waiting", text="application.waiting", options=_WITHDRAW),
        Menu(name="returned", text="application.returned", options=_WITHDRAW),
        Menu(name="rejected", text="application.rejected", options=_APPLY_AGAIN),
        Menu(name="over", text="application.over", options=_APPLY_AGAIN),
        End(name="payout", text="application.payout"),
        # Keeping is 1: the 1 that led here, delivered twice, must not withdraw anything.
        Confirmation(
            name="withdraw_sure",
            text="application.withdraw_sure",
            options=(
                Option("1", "application.withdraw_no", to="enter"),
                Option("2", "application.withdraw_yes", to="withdraw"),
            ),
        ),
        Work(
            name="withdraw",
            ask=Command(
                kind="withdraw",
                key="withdraw:{application}",
                arguments=("reference",),
                outcomes={
                    "withdrawn": "withdrawn",
                    "too_late": "too_late",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        End(name="withdrawn", text="application.withdrawn"),
        End(name="too_late", text="application.too_late"),
    ),
)
