"""One thing owed: it is settled when nothing is left of it, whichever way it went."""

from __future__ import annotations

from datetime import date

import pytest

from core.loans.obligations import Obligation, Origin
from core.loans.parts import Part
from core.money import ZERO, Money


@pytest.mark.parametrize(
    ("paid", "waived", "written_off"),
    [(600, 0, 0), (0, 600, 0), (0, 0, 600), (300, 200, 100)],
    ids=["paid", "waived", "written off", "some of each"],
)
def test_an_obligation_is_settled_by_what_is_paid_waived_and_written_off_of_it_together(
    paid: int, waived: int, written_off: int
) -> None:
    def owed(amount: int) -> Obligation:
        obligation = Obligation(Part.INTEREST, Origin.SCHEDULE, date(2026, 3, 1), Money(amount), recognised=True)
        obligation.paid, obligation.waived, obligation.written_off = Money(paid), Money(waived), Money(written_off)
        return obligation

    settled, open_by_a_lisente = owed(600), owed(601)

    assert (settled.is_settled, settled.outstanding) == (True, ZERO)
    assert (open_by_a_lisente.is_settled, open_by_a_lisente.outstanding) == (False, Money(1))
