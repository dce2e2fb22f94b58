"""What one lender may see of another's loans: a band, both its ends tested."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from core.credit.exposure import Exposure, SharingLevel, outstanding_band, sharing_level
from core.money import Money
from core.records.borrower import Channel, Consent, ConsentKind


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


def consent(kind: ConsentKind, *, withdrawn: bool = False) -> Consent:
    given_at = datetime(2026, 3, 1, tzinfo=UTC)
    return Consent(UUID(int=1), kind, given_at, Channel.USSD, "1", given_at if withdrawn else None)


@pytest.mark.parametrize(
    ("consents", "level"),
    [
        ([], SharingLevel.NONE),
        ([consent(ConsentKind.SHARE_HISTORY)], SharingLevel.NONE),
        ([consent(ConsentKind.CREDIT_CHECK)], SharingLevel.LIMITED),
        ([consent(ConsentKind.CREDIT_CHECK), consent(ConsentKind.SHARE_HISTORY)], SharingLevel.FULL),
        ([consent(ConsentKind.CREDIT_CHECK), consent(ConsentKind.SHARE_HISTORY, withdrawn=True)], SharingLevel.LIMITED),
        ([consent(ConsentKind.CREDIT_CHECK, withdrawn=True), consent(ConsentKind.SHARE_HISTORY)], SharingLevel.NONE),
    ],
)
def test_what_is_shared_follows_the_consents_that_stand(consents: list[Consent], level: SharingLevel) -> None:
    assert sharing_level(consents) is level


def test_the_figures_are_read_back_as_a_decision_saw_them() -> None:
    for enquiries in (None, 3):
        seen = Exposure(2, "up_to_5000", 14, enquiries)

        assert Exposure.from_json(json.loads(json.dumps(seen.to_json()))) == seen
