"""The product's checks that fail, in words: what was seen, what is allowed, and who went on in spite of them, and why.

Nothing is decided here: the use cases ask the same questions again, under the locks of the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from admin_web import words
from admin_web.formats import percent
from admin_web.languages import Text
from core.credit.checks import Check, Finding, Severity, blocks
from core.money import Money
from core.records.staff import Actor
from core.records.transition import Transition
from core.use_cases.overriding import may_override, roles_that_override
from core.use_cases.reviewing import ApplicationFile


def _share(figure: str) -> str:
    return percent(Decimal(figure))


def _amount(figure: str) -> str:
    return str(Money.of(figure))


_FORMATS: Final[Mapping[Check, Callable[[str], str]]] = {
    Check.AFFORDABILITY: _share,
    Check.ONE_THIRD: _amount,
    Check.INCOME_MISMATCH: _share,
}
"""How a check's figures are written; counts and days stand as they are."""

_GOES_ON: Final = frozenset({"recommended", "first_approval", "approved"})
"""Reasons of the steps that take an application onward."""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A check that failed: its name, how much it weighs, and the sentence with the figure and the limit."""

    name: str
    severity: words.Badge
    sentence: Text


@dataclass(frozen=True, slots=True)
class Findings:
    """All that failed, and whether this actor may approve in spite of it; if not, `roles` are those who may."""

    lines: Sequence[FindingLine]
    is_blocked: bool
    may_override: bool
    roles: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.lines)


@dataclass(frozen=True, slots=True)
class Override:
    """A step that was taken in spite of findings: the step itself, with its maker and note, and what stood against."""

    step: Transition
    lines: Sequence[FindingLine]


def findings_for(actor: Actor, findings: Sequence[Finding]) -> Findings:
    """The findings as this actor meets them."""
    is_blocked = blocks(findings)
    return Findings(
        lines=lines_of(findings),
        is_blocked=is_blocked,
        may_override=may_override(actor, findings),
        roles=roles_that_override(Severity.BLOCK if is_blocked else Severity.WARN),
    )


def lines_of(findings: Sequence[Finding]) -> Sequence[FindingLine]:
    """Findings in words, in their order."""
    return [
        FindingLine(
            name=words.word(words.CHECKS, finding.check),
            severity=words.badge(words.SEVERITIES, finding.severity),
            sentence=_sentence(finding),
        )
        for finding in findings
    ]


def overrides_of(file: ApplicationFile) -> Sequence[Override]:
    """The recommendations and approvals that went on in spite of a check, oldest first."""
    steps = {step.n: step for step in file.transitions if step.reason_code in _GOES_ON}
    return [
        Override(steps[kept.transition_n], lines_of([Finding.from_json(finding) for finding in kept.findings]))
        for kept in file.scores
        if kept.findings and kept.transition_n in steps
    ]


def _sentence(finding: Finding) -> Text:
    written = _FORMATS.get(finding.check, str)
    return Text(
        words.word(words.FINDINGS, finding.check), {"saw": written(finding.saw), "limit": written(finding.limit)}
    )
