"""What one lender may see of another's loans: a band, both its ends tested."""

from __future__ import annotations

import pytest

from core.credit.exposure import outstanding_band
from core.money import Money


@pytest.mark.parametrize(
    ("amount", "band"),
    [
        ("0", "none"),
        ("0.01", "up_to_1000"),
        ("1000", "up_to_1000"),
        ("1000.01", "up_to_5000"),
        ("20000", "up_to_20000"),
        ("20000.01", "above_20000"),
    ],
)
def test_a_band_holds_its_upper_end(amount: str, band: str) -> None:
    assert outstanding_band(Money.of(amount)) == band
