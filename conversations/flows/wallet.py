"""Being paid elsewhere: the number again, whole, then the PIN; payouts wait a day, and both numbers are told."""

from __future__ import annotations

from typing import Final

from conversations.engine import SHOW, Command, End, Flow, Menu, Option, Read, Work
from conversations.flows.choosing_wallet import OTHER, OWN, sure_by_pin, which_number
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
        which_number("number", to="sure"),
        *sure_by_pin("sure", chosen_at="show", no="show", then="change", number="number"),
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
