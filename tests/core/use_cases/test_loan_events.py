"""The events of a loan, read back from their rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from core.errors import Conflict
from core.records.loan import LoanEventRow
from core.use_cases.loan_events import DISBURSED, disbursed_of

DAY = date(2026, 11, 23)


def row(n: int, kind: str, key: str) -> LoanEventRow:
    return LoanEventRow(
        UUID(int=1), n, kind, DAY, datetime(2026, 11, 23, 8, tzinfo=UTC), DAY, key, {"rail": "simulated"}
    )


def test_the_payout_is_found_behind_what_was_recorded_before_it() -> None:
    found = disbursed_of([row(1, "charge", "charge:1"), row(2, DISBURSED, "disburse:1")])

    assert (found.key, found.rail, found.value_on) == ("disburse:1", "simulated", DAY)


def test_a_loan_whose_money_never_left_has_no_payout() -> None:
    with pytest.raises(Conflict):
        disbursed_of([row(1, "charge", "charge:1")])
