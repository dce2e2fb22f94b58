"""Messages outside any screen: what each costs in segments with its longest figures, and whether it may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conversations.check.report import Finding, FindingName, MessageRow


@dataclass(frozen=True, slots=True)
class SentText:
    """A message with one set of its longest figures, and the most segments that it may take."""

    message: str
    language: str
    text: str
    parts_max: int


def check_segments(sent: Iterable[SentText], parts_of: Callable[[str], int]) -> tuple[list[MessageRow], list[Finding]]:
    """The worst row of each message and language, and a finding for each that is over its budget."""
    rows: dict[tuple[str, str], MessageRow] = {}
    for each in sent:
        row = MessageRow(each.message, each.language, parts_of(each.text), each.parts_max, each.text)
        held = rows.get((row.message, row.language))
        if held is None or (row.parts, len(row.text)) > (held.parts, len(held.text)):
            rows[row.message, row.language] = row
    over = [
        Finding(
            FindingName.MESSAGE_OVER_BUDGET,
            row.message,
            row.language,
            f"{row.parts} segments of at most {row.parts_max}: {row.text}",
        )
        for row in rows.values()
        if row.parts > row.parts_max
    ]
    return list(rows.values()), over
