"""Changing the PIN: the one in use, the new one, and the new one again. None of them is ever in the conversation."""

from __future__ import annotations

from typing import Final

from conversations.engine import Again, Command, End, Flow, PinCheck, PinQuestion, To, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

PIN: Final = Flow(
    name="pin",
    version=1,
    screens=(
        PinQuestion(
            name="now",
            text="pin.now",
            check=PinCheck(
                kind="check_pin",
                outcomes={
                    "right": "new",
                    "wrong": Again("pin.wrong"),
                    "locked": "start.pin_locked",
                    "needs_officer": "start.pin_needs_officer",
                },
            ),
        ),
        PinQuestion(
            name="new",
            text="pin.new",
            check=PinCheck(
                kind="choose_new_pin",
                outcomes={
                    "chosen": "new_again",
                    "weak": Again("register.pin_weak"),
                    # Also what a gateway that repeats a press types here: the PIN of the screen before.
                    "not_new": Again("pin.not_new"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        PinQuestion(
            name="new_again",
            text="pin.new_again",
            check=PinCheck(
                kind="repeat_pin",
                arguments=("new_pin_hash",),
                outcomes={"same": "change", "different": To("new", "register.pin_different")},
            ),
        ),
        Work(
            name="change",
            ask=Command(
                kind="change_pin",
                key="change_pin:{session}:{turn}",
                arguments=("new_pin_hash", "pin_replaced"),
                outcomes={"changed": "changed", "superseded": "superseded", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="changed", text="pin.changed"),
        End(name="superseded", text="pin.superseded"),
    ),
)
