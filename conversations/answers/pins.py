"""Verifying the PIN of a registered caller: before a command, and never part of it."""

from __future__ import annotations

from typing import Final

from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome
from core.use_cases.pins import PinResult
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
    return Outcome(name=_OUTCOMES[checked.result], values={"tries_left": checked.tries_left})
