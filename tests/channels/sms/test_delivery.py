from __future__ import annotations

from pathlib import Path

import pytest

from channels.sms.delivery import DeliveryReport, DeliveryState, parse_delivery_report
from channels.transport import MalformedHook

FIXTURES = Path(__file__).parents[2] / "fixtures" / "africastalking"
SUCCESS = (FIXTURES / "delivery_success.form").read_bytes()
FAILED = (FIXTURES / "delivery_failed.form").read_bytes()


def test_a_report_of_success_is_read() -> None:
    assert parse_delivery_report(SUCCESS) == DeliveryReport(
        provider_id="ATXid_263022d5954c5c2a7adb3a80e34e6ed2",
        state=DeliveryState.DELIVERED,
        status="Success",
        phone="+26658851234",
        network="65101",
        failure_reason="",
        retry_count=0,
    )


def test_a_report_of_failure_says_why() -> None:
    report = parse_delivery_report(FAILED)

    assert (report.state, report.failure_reason, report.retry_count) == (DeliveryState.FAILED, "UserInBlackList", 2)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Sent", DeliveryState.SENT),
        ("Submitted", DeliveryState.SUBMITTED),
        ("Buffered", DeliveryState.BUFFERED),
        ("Rejected", DeliveryState.REJECTED),
        ("Expired", DeliveryState.EXPIRED),
        ("AbsentSubscriber", DeliveryState.ABSENT_SUBSCRIBER),
        ("Teleported", None),
    ],
)
def test_each_status_has_its_state_and_a_new_one_is_kept_as_it_is(status: str, state: DeliveryState | None) -> None:
    report = parse_delivery_report(SUCCESS.replace(b"Success", status.encode()))

    assert (report.state, report.status) == (state, status)


@pytest.mark.parametrize(
    "body",
    [
        SUCCESS.replace(b"id=", b"di="),
        SUCCESS.replace(b"status=Success", b"status="),
        SUCCESS.replace(b"%2B26658851234", b"nobody"),
        SUCCESS.replace(b"retryCount=0", b"retryCount=many"),
        SUCCESS + b"&status=Failed",
        SUCCESS.replace(b"Success", b"S" * 65),
    ],
)
def test_a_report_that_makes_no_sense_is_malformed(body: bytes) -> None:
    assert body != SUCCESS

    with pytest.raises(MalformedHook):
        parse_delivery_report(body)
