"""Thinking again: a loan whose money has not come is cancelled with the PIN, one that has against its exact cash.

Cancelling a running loan only says what to return by when: the money that arrives is what cancels it.
"""

from __future__ import annotations

from typing import Final

from conversations.engine import Again, Command, Confirmation, End, Flow, Option, PinCheck, PinQuestion, Read, To, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

CANCEL: Final = Flow(
    name="cancel",
    version=1,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="cancelling",
                arguments=("loan",),
                outcomes={
                    "free": "free",
                    "against_cash": "against_cash",
                    "under_way": To("main.menu", "cancel.under_way"),
                    "too_late": To("main.menu", "cancel.too_late"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Confirmation(
            name="free",
            text="cancel.free",
            options=(Option("1", "cancel.yes", to="pin"), Option("2", "cancel.no", to="loans.loan")),
        ),
        PinQuestion(
            name="pin",
            text="cancel.pin",
            check=PinCheck(
                kind="check_pin",
                outcomes={
                    "right": "cancel",
                    "wrong": Again("pin.wrong"),
                    "locked": "start.pin_locked",
                    "needs_officer": "start.pin_needs_officer",
                },
            ),
        ),
        Work(
            name="cancel",
            ask=Command(
                kind="cancel_loan",
                key="cancel_loan:{loan}",
                arguments=("loan",),
                outcomes={
                    "cancelled": "cancelled",
                    "under_way": "is_under_way",
                    "too_late": "is_too_late",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Confirmation(
            name="against_cash",
            text="cancel.against_cash",
            options=(Option("1", "cancel.return_it", to="ask"), Option("2", "cancel.no", to="loans.loan")),
        ),
        Work(
            name="ask",
            ask=Command(
                kind="ask_to_cancel",
                key="ask_to_cancel:{session}:{turn}",
                arguments=("loan",),
                outcomes={"asked": "asked", "too_late": "is_too_late", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="cancelled", text="cancel.cancelled"),
        End(name="asked", text="cancel.asked"),
        End(name="is_under_way", text="cancel.is_under_way"),
        End(name="is_too_late", text="cancel.is_too_late"),
    ),
)
