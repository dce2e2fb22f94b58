"""A PIN chosen anew: with the code that a branch had sent, or on a new number with the end of one's national ID.

On a new number nothing comes before it, so its screens are where a dial begins and lead back to nowhere.
"""

from __future__ import annotations

from typing import Final

from conversations.engine import Again, Command, End, Flow, PinCheck, PinQuestion, Read, To, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.use_cases.recovering import CODE_DIGITS


def _proof(wrong: str) -> PinCheck:
    return PinCheck(
        kind="check_reset_code",
        outcomes={
            "right": "recovery.new",
            "wrong": Again(wrong),
            "over": "recovery.no_code",
            DISTRICT_DOWN: DISTRICT_DOWN_END,
        },
    )


RECOVERY: Final = Flow(
    name="recovery",
    version=1,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="pin_reset",
                outcomes={
                    "open": "code",
                    "by_identity": "first_pin.identity",
                    "none": "no_code",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        PinQuestion(
            name="code",
            text="recovery.code",
            digits=CODE_DIGITS,
            check=_proof("recovery.wrong_code"),
        ),
        PinQuestion(
            name="new",
            text="pin.new",
            check=PinCheck(
                kind="choose_reset_pin",
                outcomes={
                    "chosen": "new_again",
                    "weak": Again("register.pin_weak"),
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
                outcomes={"same": "reset", "different": To("new", "register.pin_different")},
            ),
        ),
        Work(
            name="reset",
            ask=Command(
                kind="reset_pin",
                key="reset_pin:{pin_reset}",
                arguments=("pin_reset", "new_pin_hash", "pin_replaced"),
                outcomes={"reset": "done", "over": "no_code", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="done", text="recovery.done"),
        End(name="no_code", text="recovery.no_code"),
    ),
)

FIRST_PIN: Final = Flow(
    name="first_pin",
    version=1,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="pin_reset",
                outcomes={
                    "by_identity": "identity",
                    "open": "code",
                    "none": "recovery.no_code",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        PinQuestion(
            name="identity",
            text="recovery.identity",
            digits=CODE_DIGITS,
            check=_proof("recovery.wrong_identity"),
        ),
        # A branch has helped once more since: by then a code is what counts.
        PinQuestion(name="code", text="recovery.code", digits=CODE_DIGITS, check=_proof("recovery.wrong_code")),
    ),
)
