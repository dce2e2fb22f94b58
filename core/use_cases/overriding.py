"""Deciding in spite of a check: who may, with a reason, and the line in the audit trail that counts it.

To recommend lends nothing: whoever recommends past a finding says why, and it goes up to those who may decide. To
approve past a warning is an analyst's right, past a block a manager's. docs/roles.md shows the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.credit.checks import Finding, Severity
from core.errors import InvalidInput
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.staff import PERMISSIONS, Actor, NotAllowed, Permission, Role
from core.references import Reference
from core.use_cases.auditing import audit

OVERRIDE_PERMISSIONS: Final[Mapping[Severity, Permission]] = {
    Severity.WARN: Permission.APPLICATION_OVERRIDE_WARNING,
    Severity.BLOCK: Permission.APPLICATION_OVERRIDE_BLOCK,
}


class OverrideReasonNeeded(InvalidInput):
    """A check of the product failed: a note has to say why it goes on all the same."""

    code = "override_reason_needed"


class OverrideNotAllowed(NotAllowed):
    """A check of the product failed, and this role may not decide in spite of it."""

    code = "override_not_allowed"


def roles_that_override(severity: Severity) -> tuple[Role, ...]:
    """Who may approve in spite of a finding of this weight."""
    return tuple(role for role in Role if OVERRIDE_PERMISSIONS[severity] in PERMISSIONS[role])


def may_override(actor: Actor, findings: Sequence[Finding]) -> bool:
    """Whether the actor has the right for every one of them."""
    return all(actor.may(OVERRIDE_PERMISSIONS[finding.severity]) for finding in findings)


def check_reason(findings: Sequence[Finding], note: str) -> None:
    """Raise `OverrideReasonNeeded` for findings without a note."""
    if findings and not note:
        names = ", ".join(finding.check for finding in findings)
        raise OverrideReasonNeeded(f"say why it goes on in spite of {names}", field="note")


def check_right(actor: Actor, findings: Sequence[Finding]) -> None:
    """Raise `OverrideNotAllowed` unless the actor may approve in spite of all of them."""
    barred = [finding for finding in findings if not may_override(actor, [finding])]
    if barred:
        names = ", ".join(f"{finding.check} ({finding.saw}, limit {finding.limit})" for finding in barred)
        raise OverrideNotAllowed(f"your role may not approve in spite of {names}")


async def note_overrides(
    engine: Engine, unit: Unit, actor: Actor, reference: Reference, findings: Sequence[Finding]
) -> None:
    """One audit line for each check that was overridden: which, what it saw, what it allows. Why is in the step."""
    for finding in findings:
        await audit(engine, unit, actor, "application.check_overridden", reference, **finding.to_json())
