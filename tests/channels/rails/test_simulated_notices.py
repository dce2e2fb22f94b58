from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.rails.simulated_notices import (
    BODY_BYTES_MAX,
    PaymentNotice,
    PayoutEnd,
    PayoutNotice,
    parse_payment_notice,
    parse_payout_notice,
)
from channels.transport import MalformedHook
from core.money import Money

PAYMENT = {
    "reference": "SIM0A1B2C3D4E",
    "amount": "150.00",
    "currency": "LSL",
    "payer": "+26658851234",
    "to": "600100",
    "account": "1034567891",
    "paid_at": "2026-11-23T10:15:30+02:00",
}
PAYOUT = {
    "reference": "payout-7",
    "status": "confirmed",
    "rail_reference": "SIM0A1B2C3D4E",
    "at": "2026-11-23T08:15:30.250Z",
}


def body(members: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps(members | changes).encode()


def test_a_payment_is_read_and_its_instant_is_utc() -> None:
    assert parse_payment_notice(body(PAYMENT, memo="ignored")) == PaymentNotice(
        reference="SIM0A1B2C3D4E",
        amount=Money(15_000),
        payer="+26658851234",
        to="600100",
        account="1034567891",
        paid_at=datetime(2026, 11, 23, 8, 15, 30, tzinfo=UTC),
    )


def test_a_payment_may_come_without_an_account_or_with_one_that_is_not_ours() -> None:
    assert parse_payment_notice(body(PAYMENT, account="")).account == ""
    assert parse_payment_notice(body(PAYMENT, account=" school fees\n")).account == "school fees"


@pytest.mark.parametrize("written", ["0.01", "150", "150.5", "10000000000.00"])
def test_an_amount_is_a_decimal_string(written: str) -> None:
    assert parse_payment_notice(body(PAYMENT, amount=written)).amount == Money.of(written)


@pytest.mark.parametrize(
    "amount",
    [
        "0",
        "0.00",
        "-1.00",
        "+1.00",
        "1.005",
        "1e3",
        "1,000.00",
        "NaN",
        "",
        " 1.00",
        "\u0661\u0665\u0660",
        "100000000000.01",
        150,
        1.5,
        None,
    ],
)
def test_any_other_amount_is_malformed(amount: object) -> None:
    with pytest.raises(MalformedHook, match="amount"):
        parse_payment_notice(body(PAYMENT, amount=amount))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("reference", ""),
        ("reference", "x" * 65),
        ("reference", "a b"),
        ("reference", 7),
        ("currency", "ZAR"),
        ("currency", None),
        ("payer", "nobody"),
        ("payer", 26658851234),
        ("to", ""),
        ("to", "6" * 41),
        ("account", None),
        ("account", "1" * 41),
        ("paid_at", "2026-11-23T10:15:30"),
        ("paid_at", "23 November"),
        ("paid_at", "0001-01-01T00:00:00+14:00"),
        ("paid_at", "9999-12-31T23:59:59Z"),
        ("paid_at", 1_700_000_000),
    ],
)
def test_a_payment_with_a_wrong_member_is_malformed(member: str, value: object) -> None:
    with pytest.raises(MalformedHook, match=member):
        parse_payment_notice(body(PAYMENT, **{member: value}))


@pytest.mark.parametrize("member", sorted(PAYMENT))
def test_a_payment_that_lacks_a_member_is_malformed(member: str) -> None:
    with pytest.raises(MalformedHook, match=member):
        parse_payment_notice(json.dumps({key: value for key, value in PAYMENT.items() if key != member}).encode())


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 8_000,
        b" " * (BODY_BYTES_MAX + 1),
        b"reference=1",
    ],
)
def test_a_body_that_is_no_plain_json_object_is_malformed(wrong: bytes) -> None:
    with pytest.raises(MalformedHook):
        parse_payment_notice(wrong)


def test_a_member_that_comes_twice_is_malformed() -> None:
    with pytest.raises(MalformedHook, match="twice"):
        parse_payment_notice(body(PAYMENT)[:-1] + b', "amount": "900.00"}')


def test_a_confirmed_payout_is_read() -> None:
    assert parse_payout_notice(body(PAYOUT)) == PayoutNotice(
        reference="payout-7",
        status=PayoutEnd.CONFIRMED,
        rail_reference="SIM0A1B2C3D4E",
        code="",
        at=datetime(2026, 11, 23, 8, 15, 30, 250_000, tzinfo=UTC),
    )


def test_a_failed_payout_says_why() -> None:
    notice = parse_payout_notice(body(PAYOUT, status="failed", code="wallet_barred"))

    assert (notice.status, notice.code) == (PayoutEnd.FAILED, "wallet_barred")


@pytest.mark.parametrize(
    ("member", "value"),
    [("status", "accepted"), ("reference", None), ("rail_reference", "a/b"), ("at", "2026-11-23"), ("code", 7)],
)
def test_a_payout_notice_with_a_wrong_member_is_malformed(member: str, value: object) -> None:
    with pytest.raises(MalformedHook, match=member):
        parse_payout_notice(body(PAYOUT, **{member: value}))
