from __future__ import annotations

import pytest

from channels.sms.segments import parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("š" + "a" * 69, 1),
        ("š" + "a" * 70, 2),
        ("š" + "a" * 134, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_costs_what_a_network_counts(text: str, parts: int) -> None:
    assert parts_of(text) == parts
