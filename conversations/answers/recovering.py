"""A PIN set anew: the code that came by SMS, and the PIN in place of the one that was forgotten."""

from __future__ import annotations

from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome
from core.records.recovery import ResetProof
from core.use_cases import recovering
from core.use_cases.pins import WeakPin
from core.use_cases.recovering import CodeResult, RecoveredPin

_PROOFS: Final = {ResetProof.SMS_CODE: "open", ResetProof.IDENTITY_END: "by_identity"}
_NOTHING_KEPT: Final = {"new_pin_hash": "", "pin_replaced": ""}


async def pin_reset(scene: Scene, _ask: Ask) -> Outcome:
    """What may be typed to choose a PIN anew: a code that is out, or the end of the ID by who came to a new number."""
    proof = await recovering.open_proof(scene.engine, scene.caller)
    return Outcome(name="none" if proof is None else _PROOFS[proof])


async def check_reset_code(scene: Scene, ask: Ask) -> Outcome:
    """One attempt at the code, named by its session and turn, so that a hop delivered twice counts once."""
    checked = await recovering.check_reset_code(scene.engine, scene.caller, ask.secret, ask.key)
    if checked.result is not CodeResult.RIGHT:
        return Outcome(name=checked.result.value, values={"tries_left": checked.tries_left})
    return Outcome(name="right", values={"pin_reset": str(checked.reset_id), "pin_replaced": checked.replaces})


async def choose_reset_pin(scene: Scene, ask: Ask) -> Outcome:
    """Weigh the new PIN; keep it as its hash only."""
    try:
        pin_hash = await recovering.choose_reset_pin(scene.engine, scene.caller, ask.secret)
    except WeakPin:
        return Outcome(name="weak")
    return Outcome(name="chosen", values={"new_pin_hash": pin_hash})


async def reset_pin(scene: Scene, ask: Ask) -> Outcome:
    """Put it in place."""
    new = RecoveredPin(
        arguments.identifier(ask, "pin_reset"),
        arguments.text(ask, "new_pin_hash"),
        arguments.text(ask, "pin_replaced"),
    )
    outcome = await recovering.reset_pin(scene.engine, scene.caller, new)
    return Outcome(name=outcome.value, values=_NOTHING_KEPT)
