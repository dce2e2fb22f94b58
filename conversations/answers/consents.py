"""What the caller agreed to, and changing it."""

from __future__ import annotations

from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome, Text, Value
from conversations.flows.wording import TEXT_VERSION
from core.records.borrower import ConsentKind
from core.use_cases import consenting

NAMES: Final = {
    ConsentKind.CREDIT_CHECK: "consents.credit_check",
    ConsentKind.SHARE_HISTORY: "consents.share_history",
    ConsentKind.KEEP_DATA: "consents.keep_data",
}
EFFECTS: Final = {kind: f"consents.without_{kind}" for kind in NAMES}
"""What is different without it, in a sentence."""


async def my_consents(scene: Scene, _ask: Ask) -> Outcome:
    """Which of them stand."""
    seen = await consenting.consents_of(scene.engine, scene.caller)
    answers: dict[str, Value] = {
        f"agrees_{kind}": Text("consents.yes" if kind in seen.given_on else "consents.no") for kind in NAMES
    }
    return Outcome(name="shown", values=answers)


async def my_consent(scene: Scene, ask: Ask) -> Outcome:
    """One of them: since when it stands, and what is different without it."""
    kind = _kind(ask)
    seen = await consenting.consents_of(scene.engine, scene.caller)
    named: dict[str, Value] = {"consent_name": Text(NAMES[kind]), "consent_effect": Text(EFFECTS[kind])}
    if kind not in seen.given_on:
        return Outcome(name="withdrawn", values=named)
    if kind is ConsentKind.KEEP_DATA and seen.has_open_business:
        return Outcome(name="still_needed")
    return Outcome(name="stands", values=named | {"agreed_on": seen.given_on[kind]})


async def withdraw_consent(scene: Scene, ask: Ask) -> Outcome:
    """Take one back."""
    change = await consenting.withdraw_consent(scene.engine, scene.caller, _kind(ask), ask.key)
    return Outcome(name=change.value)


async def give_consent(scene: Scene, ask: Ask) -> Outcome:
    """Agree to one again, on the wording of today."""
    change = await consenting.give_consent(scene.engine, scene.caller, _kind(ask), scene.channel, TEXT_VERSION, ask.key)
    return Outcome(name=change.value)


def _kind(ask: Ask) -> ConsentKind:
    return ConsentKind(arguments.text(ask, "consent"))
