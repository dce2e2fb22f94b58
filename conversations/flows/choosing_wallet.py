"""Where to be paid, as every flow asks it: this number or another one, and, where it changes, the number again whole.

A flow names its own screens and texts; what is saved, how a number is read, and that a change stands behind the PIN is
said here once.
"""

from __future__ import annotations

from typing import Final

from conversations.engine import (
    SHOW,
    Again,
    Confirmation,
    Menu,
    MobileNumber,
    Option,
    PinCheck,
    PinQuestion,
    Question,
    Read,
    To,
)
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

OWN: Final = "own"
OTHER: Final = "other"
KEPT: Final = "kept"
"""Where to be paid: the number that speaks, another one, or where the borrower is paid so far."""

_NUMBER: Final = "wallet_number"


def this_or_another(name: str, *, text: str, to: str) -> tuple[Menu, Question]:
    """This number or another one, and which; either leads to `to`."""
    menu = Menu(
        name=name,
        text=text,
        saves="wallet",
        options=(
            Option("1", "wallet.this_number", to=to, code=OWN),
            Option("2", "wallet.another_number", to=_NUMBER, code=OTHER),
        ),
    )
    return menu, which_number(to=to)


def which_number(name: str = _NUMBER, *, to: str) -> Question:
    """The number of another wallet, typed; it leads to `to`."""
    return Question(
        name=name, text="wallet.which_number", saves="wallet_number", check=MobileNumber(), personal=True, to=to
    )


def sure_by_pin(
    name: str, *, chosen_at: str, no: str, then: str, number: str = _NUMBER
) -> tuple[Confirmation, PinQuestion]:
    """The new number whole, yes or no, and the PIN: where money goes is changed behind it.

    `chosen_at` is where it was chosen, `number` where it was typed; a no leads to `no`, the right PIN to `then`.
    """
    sure = Confirmation(
        name=name,
        text="wallet.sure",
        needs=Read(
            kind="new_wallet",
            arguments=("wallet", "wallet_number"),
            outcomes={
                "shown": SHOW,
                "same": To(chosen_at, "wallet.same"),
                "missing": number,
                DISTRICT_DOWN: DISTRICT_DOWN_END,
            },
        ),
        options=(Option("1", "wallet.yes", to="pin"), Option("2", "wallet.no", to=no)),
    )
    pin = PinQuestion(
        name="pin",
        text="wallet.pin",
        check=PinCheck(
            kind="check_pin",
            outcomes={
                "right": then,
                "wrong": Again("pin.wrong"),
                "locked": "start.pin_locked",
                "needs_officer": "start.pin_needs_officer",
            },
        ),
    )
    return sure, pin
