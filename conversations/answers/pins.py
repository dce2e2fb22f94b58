"""The PIN of a registered caller: verified before a command and never part of it, and changed."""

from __future__ import annotations

from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome, Value
from core.service_hours import time_of_day
from core.use_cases.changing_pin import NewPin, PinNotNew
from core.use_cases.changing_pin import change_pin as change
from core.use_cases.changing_pin import choose_new_pin as choose
from core.use_cases.pins import PinResult, WeakPin
from core.use_cases.pins import check_pin as check

_OUTCOMES: Final = {
    PinResult.OK: "right",
    PinResult.WRONG: "wrong",
    PinResult.LOCKED: "locked",
    PinResult.NEEDS_OFFICER: "needs_officer",
    # The number lost its registration while it was speaking: only a person can sort that out.
    PinResult.UNKNOWN: "needs_officer",
}


async def check_pin(scene: Scene, ask: Ask) -> Outcome:
    """One attempt, named by its session and turn, so that a hop delivered twice counts once."""
    checked = await check(scene.engine, scene.caller, ask.secret, ask.key)
    values: dict[str, Value] = {"tries_left": checked.tries_left}
    if checked.locked_until is not None:
        values["locked_until"] = time_of_day(checked.locked_until)
    return Outcome(name=_OUTCOMES[checked.result], values=values)


async def choose_new_pin(scene: Scene, ask: Ask) -> Outcome:
    """Weigh the PIN that is to replace the one in use; keep it as its hash only."""
    try:
        new = await choose(scene.engine, scene.caller, ask.secret)
    except WeakPin:
        return Outcome(name="weak")
    except PinNotNew:
        return Outcome(name="not_new")
    return Outcome(name="chosen", values={"new_pin_hash": new.pin_hash, "pin_replaced": new.replaces})


async def change_pin(scene: Scene, ask: Ask) -> Outcome:
    """Put the new PIN in place of the one that was verified."""
    new = NewPin(arguments.text(ask, "new_pin_hash"), arguments.text(ask, "pin_replaced"))
    changed = await change(scene.engine, scene.caller, new)
    return Outcome(name=changed.value, values={"new_pin_hash": "", "pin_replaced": ""})
