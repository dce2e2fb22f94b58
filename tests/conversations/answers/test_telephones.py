"""Numbers to call, as a screen shows them."""

from __future__ import annotations

import pytest

from conversations.answers.telephones import telephone


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+26622310041", "+266 2231 0041"),
        ("+26658851234", "+266 5885 1234"),
        ("+27821234567", "+27821234567"),
        ("+266223100411", "+266223100411"),
    ],
)
def test_a_number_of_lesotho_is_shown_in_groups_of_four(kept: str, shown: str) -> None:
    assert telephone(kept) == shown
