"""What `day-end` tells a person."""

from __future__ import annotations

from typing import Any

from letsema.commands.days import close_lines


def closed(district: str, day: str, **done: int) -> dict[str, Any]:
    """A closed day as the command has it."""
    nothing = {"loans": 1, "interest_recognised": 0, "late_fees": 0, "offers_expired": 0, "applications_expired": 0}
    return {"district": district, "closed_on": day, **nothing, **done}


def test_many_days_of_a_district_are_one_line_with_their_sums() -> None:
    rows = [
        closed("LS-A", "2026-12-23", interest_recognised=2),
        closed("LS-A", "2026-12-24", late_fees=1),
        closed("LS-A", "2026-12-25", late_fees=1, offers_expired=3),
        closed("LS-B", "2026-12-25"),
    ]

    assert list(close_lines(rows)) == [
        "LS-A  2026-12-23 to 2026-12-25  interest recognised 2, late fees 2, offers expired 3, applications expired 0",
        "LS-B  2026-12-25  interest recognised 0, late fees 0, offers expired 0, applications expired 0",
    ]


def test_nothing_closed_is_no_line() -> None:
    assert list(close_lines([])) == []
