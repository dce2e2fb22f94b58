"""An approved application: the Key Fact Statement of the loan on offer, accepted with the PIN, or declined."""

from __future__ import annotations

from typing import Final

from conversations.engine import (
    SHOW,
    Again,
    Command,
    Confirmation,
    End,
    Flow,
    Menu,
    Option,
    PinCheck,
    PinQuestion,
    Read,
    To,
    Work,
)
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

_DECLINE: Final = Option("3", "offer.decline", to="decline_sure")

OFFER: Final = Flow(
    name="offer",
    version=1,
    screens=(
        Confirmation(
            name="show",
            text="offer.show",
            needs=Read(
                kind="offer",
                arguments=("which",),
                outcomes={
                    "offered": SHOW,
                    "barred": "barred",
                    "none": To("main.menu", "offer.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
            options=(
                Option("1", "offer.accept", to="pin"),
                Option("2", "offer.read_terms", to="terms"),
                _DECLINE,
            ),
        ),
        # Of a lender that may not lend now, or to a borrower who is blocked: declining is left, under its number.
        Menu(name="barred", text="offer.barred", options=(_DECLINE,)),
        # A confirmation, so that accepting acts on the last page of the terms, where all of them were shown.
        Confirmation(name="terms", text="offer.terms", options=(Option("1", "offer.accept", to="pin"),)),
        PinQuestion(
            name="pin",
            text="offer.pin",
            check=PinCheck(
                kind="check_pin",
                outcomes={
                    "right": "accept",
                    "wrong": Again("pin.wrong"),
                    "locked": "start.pin_locked",
                    "needs_officer": "start.pin_needs_officer",
                },
            ),
        ),
        Work(
            name="accept",
            ask=Command(
                kind="accept",
                key="accept:{offer}",
                arguments=("loan_reference", "figures_hash"),
                outcomes={
                    "accepted": "accepted",
                    "expired": "expired",
                    "changed": To("show", "offer.changed"),
                    "barred": "barred",
                    "gone": "gone",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Confirmation(
            name="decline_sure",
            text="offer.decline_sure",
            options=(
                Option("1", "offer.decline_yes", to="decline"),
                Option("2", "offer.decline_no", to="show"),
            ),
        ),
        Work(
            name="decline",
            ask=Command(
                kind="decline",
                key="decline:{offer}",
                arguments=("loan_reference",),
                outcomes={"declined": "declined", "gone": "gone", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="accepted", text="offer.accepted"),
        End(name="declined", text="offer.declined"),
        End(name="expired", text="offer.expired"),
        End(name="gone", text="offer.gone"),
    ),
)
