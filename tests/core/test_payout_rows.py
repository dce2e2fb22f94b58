"""A payout as the portal lists it: when it is held back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.money import Money
from core.ports.reads.payouts import DisbursementRow
from core.records.loan import LoanStatus
from core.references import Reference

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("wallet", "pin", "is_held"),
    [(None, None, False), (LATER, None, True), (None, LATER, True), (EARLIER, NOW, False), (EARLIER, LATER, True)],
)
def test_a_payout_is_held_back_until_the_last_change_has_cooled_down(
    wallet: datetime | None, pin: datetime | None, is_held: bool
) -> None:
    row = DisbursementRow(
        loan_reference=Reference.make(10, lambda _: 7),
        district="LS-A",
        borrower_name="Palesa Mokoena",
        principal=Money.of(1_000),
        cash=Money.of(950),
        wallet_masked="58 ••• 456",
        accepted_at=EARLIER,
        identity_checked=True,
        loan_status=LoanStatus.ACCEPTED,
        loan_version=1,
        payout_status=None,
        payout_reference="",
        failure_code="",
        released_by_name="",
        wallet_waits_until=wallet,
        pin_waits_until=pin,
    )

    assert row.is_cooling_down(NOW) is is_held
