"""The words of what the intake has taken and the books do not know yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.ports.intake import IntakeKind

INTAKE_KINDS: Final[Mapping[str, str]] = {
    IntakeKind.APPLICATION: mark("Application"),
    IntakeKind.PAYMENT: mark("Payment"),
}

INTAKE_STATES: Final[Mapping[str, Badge]] = {
    "waiting": Badge(mark("Waits for its district"), "wait"),
    "set_aside": Badge(mark("Set aside"), "bad"),
}

INTAKE_ERRORS: Final[Mapping[str, str]] = {
    "district_down": mark("Its district's records did not answer."),
    "channel_plane_down": mark("The directory did not answer."),
    "conflict": mark("Somebody else changed the same rows at that moment."),
    "failed": mark("The program failed on it: tell whoever runs it."),
    "not_found": mark("What it belongs to is not there."),
    "unknown_rail_account": mark("The account that was paid is nobody's here."),
}
"""Why a row of the intake is not recorded yet; a rule that has no word of its own stands as its code."""
