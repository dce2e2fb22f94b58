"""Being paid elsewhere: the number again, whole, then the PIN; payouts wait a day, and both numbers are told."""

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
    MobileNumber,
    Option,
    PinCheck,
    PinQuestion,
    Question,
    Read,
    To,
    Work,
)
from conversations.flows.apply import OTHER, OWN
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

WALLET: Final = Flow(
    name="wallet",
    version=1,
    screens=(
        Menu(
            name="show",
            text="wallet.show",
            saves="wallet",
            needs=Read(kind="my_wallet", outcomes={"shown": SHOW, DISTRICT_DOWN: DISTRICT_DOWN_END}),
            options=(
                Option("1", "wallet.another_number", to="number", code=OTHER),
                Option("2", "wallet.this_number", to="sure", code=OWN, when="is_elsewhere"),
            ),
        ),
        Question(
            name="number",
            text="wallet.which_number",
            saves="wallet_number",
            check=MobileNumber(),
            personal=True,
            to="sure",
        ),
        Confirmation(
            name="sure",
            text="wallet.sure",
            needs=Read(
                kind="new_wallet",
                arguments=("wallet", "wallet_number"),
                outcomes={
                    "shown": SHOW,
                    "same": To("show", "wallet.same"),
                    "missing": "number",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
            options=(Option("1", "wallet.yes", to="pin"), Option("2", "wallet.no", to="show")),
        ),
        PinQuestion(
            name="pin",
            text="wallet.pin",
            check=PinCheck(
                kind="check_pin",
                outcomes={
                    "right": "change",
                    "wrong": Again("pin.wrong"),
                    "locked": "start.pin_locked",
                    "needs_officer": "start.pin_needs_officer",
                },
            ),
        ),
        Work(
            name="change",
            ask=Command(
                kind="change_wallet",
                key="change_wallet:{session}:{turn}",
                arguments=("wallet", "wallet_number"),
                outcomes={"changed": "changed", "already": "already", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="changed", text="wallet.changed"),
        End(name="already", text="wallet.already"),
    ),
)
