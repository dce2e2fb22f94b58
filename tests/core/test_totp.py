from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.totp import code_at, matching_step

SECRET = b"12345678901234567890"

# RFC 6238, appendix B (SHA-1), the last six of its eight digits.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30) == code


@pytest.mark.parametrize(("off", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_either_way_is_taken(off: int, is_taken: bool) -> None:
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    step = int(now.timestamp()) // 30 + off

    assert matching_step(SECRET, code_at(SECRET, step), now) == (step if is_taken else None)


@pytest.mark.parametrize("code", ["", "1", "28708", "2870820", "28708a", "ｂ"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)) is None
