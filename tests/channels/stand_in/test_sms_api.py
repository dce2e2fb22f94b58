"""The SMS API over plain HTTP: the shapes that Africa's Talking answers in, and the delivery reports it owes."""

from __future__ import annotations

from typing import Any

import pytest

from channels.sms.delivery import DeliveryState, parse_delivery_report
from tests.channels.stand_in.serving import API_KEY, USERNAME, Served, serving

FORM = {"username": USERNAME, "to": "+26658851234", "message": "Lumela", "bulkSMSMode": "1"}


async def send(served: Served, key: str = API_KEY, **changes: str) -> tuple[int, str, Any]:
    form = {name: value for name, value in (FORM | changes).items() if value}
    async with served.client.post(f"{served.url}/version1/messaging", data=form, headers={"apiKey": key}) as response:
        is_json = response.content_type == "application/json"
        return (
            response.status,
            response.headers["Content-Type"],
            await (response.json() if is_json else response.text()),
        )


async def test_a_message_is_accepted_with_201_and_a_bare_content_type() -> None:
    async with serving() as served:
        status, content_type, answer = await send(served)

    [recipient] = answer["SMSMessageData"]["Recipients"]
    assert (status, content_type) == (201, "application/json")
    assert answer["SMSMessageData"]["Message"] == "Sent to 1/1 Total Cost: LSL 0.3500 Message parts: 1"
    assert recipient.pop("messageId").startswith("ATXid_")
    assert recipient == {"statusCode": 101, "number": "+26658851234", "status": "Success", "cost": "LSL 0.3500"}


async def test_each_number_of_a_list_has_its_own_answer() -> None:
    async with serving() as served:
        _, _, answer = await send(served, to="+26658851234, 58851234,+26662123456")

    recipients = answer["SMSMessageData"]["Recipients"]
    assert [recipient["statusCode"] for recipient in recipients] == [101, 403, 101]
    assert recipients[1]["messageId"] == "None"
    assert answer["SMSMessageData"]["Message"] == "Sent to 2/3 Total Cost: LSL 0.7000 Message parts: 1"


async def test_a_long_message_is_counted_and_charged_by_its_parts() -> None:
    async with serving() as served:
        _, _, answer = await send(served, message="š" * 71)

        assert answer["SMSMessageData"]["Recipients"][0]["cost"] == "LSL 0.7000"
        assert (await served.get("/_sent"))[0]["parts"] == 2


@pytest.mark.parametrize(("key", "changes"), [("", {}), ("other", {}), (API_KEY, {"username": "other"})])
async def test_a_bad_key_is_401_in_plain_text(key: str, changes: dict[str, str]) -> None:
    async with serving() as served:
        status, content_type, answer = await send(served, key=key, **changes)

    assert (status, answer) == (401, "The supplied authentication is invalid")
    assert content_type.startswith("text/plain")


@pytest.mark.parametrize("name", ["to", "message"])
async def test_a_missing_field_is_400_and_says_which(name: str) -> None:
    async with serving() as served:
        status, _, answer = await send(served, **{name: ""})

    assert (status, answer) == (400, f"Request is missing required form field '{name}'")


@pytest.mark.parametrize("sender", ["LETSEMA LOANS", "12", "+26658851234", "<b>"])
async def test_a_sender_id_that_no_network_takes_leaves_the_recipients_empty(sender: str) -> None:
    async with serving() as served:
        status, _, answer = await send(served, **{"from": sender})

        assert (status, answer) == (201, {"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}})
        assert await served.get("/_sent") == []


async def reports_after(fault: str | None) -> list[tuple[DeliveryState | None, str]]:
    async with serving() as served:
        if fault is not None:
            await served.fault("africastalking", fault)
        _, _, answer = await send(served)
        await served.quiet()
        reports = [parse_delivery_report(body) for _, _, body in served.application.taken]
        sent_id = answer["SMSMessageData"]["Recipients"][0]["messageId"]
        assert {path for path, _, _ in served.application.taken} <= {"/hooks/demo/africastalking/delivery"}
        assert {kind for _, kind, _ in served.application.taken} <= {"application/x-www-form-urlencoded"}
        assert {report.provider_id for report in reports} <= {sent_id}
        return [(report.state, report.failure_reason) for report in reports]


@pytest.mark.parametrize(
    ("fault", "states"),
    [
        (None, {(DeliveryState.DELIVERED, "")}),
        ("undelivered", {(DeliveryState.FAILED, "DeliveryFailure")}),
        ("no_report", set()),
        ("late_sent_report", {(DeliveryState.DELIVERED, ""), (DeliveryState.SENT, "")}),
    ],
)
async def test_a_delivery_report_follows(fault: str | None, states: set[tuple[DeliveryState, str]]) -> None:
    reports = await reports_after(fault)

    assert set(reports) == states
    assert len(reports) == len(states)


async def test_a_delivery_report_can_come_twice() -> None:
    assert await reports_after("duplicate_report") == [(DeliveryState.DELIVERED, "")] * 2


async def test_what_was_sent_is_told_by_number_in_the_order_of_sending() -> None:
    async with serving() as served:
        for text, to in (("one", "+26658851234"), ("two", "+26662123456"), ("three", "+26658851234")):
            await send(served, message=text, to=to)

        mine = await served.get("/_sent?to=+26658851234")  # A bare plus, as a person types it.
        everyone = await served.get("/_sent")

    assert [sms["text"] for sms in mine] == ["one", "three"]
    assert len(everyone) == 3


async def test_only_so_many_messages_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.stand_in.sms_api.REMEMBERED_MAX", 2)
    async with serving() as served:
        for text in ("one", "two", "three"):
            await send(served, message=text)

        assert [sms["text"] for sms in await served.get("/_sent")] == ["two", "three"]
