"""The real SDK against the stand-in on loopback: every way that a send can end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from channels.sms.africastalking import AfricasTalkingSms
from channels.transport import Price, Sent, TransportError
from core.phones import PhoneNumber
from tests.channels.stand_in.serving import API_KEY, USERNAME, serving

FIXTURES = Path(__file__).parents[2] / "fixtures" / "africastalking"
BORROWER = PhoneNumber.parse("+26658851234")


@asynccontextmanager
async def sender_at(url: str, **changes: Any) -> AsyncIterator[AfricasTalkingSms]:
    defaults: dict[str, Any] = {"username": USERNAME, "api_key": API_KEY, "connect_seconds": 1.0, "read_seconds": 1.0}
    sender = AfricasTalkingSms(base_url=url, **(defaults | changes))
    try:
        yield sender
    finally:
        await sender.close()


@asynccontextmanager
async def answering(status: int, body: bytes, content_type: str = "application/json") -> AsyncIterator[str]:
    """A provider that always answers the same."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"Content-Type": content_type})

    app = web.Application()
    app.router.add_post("/version1/messaging", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def failure_of(sender: AfricasTalkingSms, text: str = "Lumela") -> TransportError:
    with pytest.raises(TransportError) as failed:
        await sender.send(BORROWER, text, None)
    return failed.value


async def test_a_message_is_sent_and_its_text_arrives_as_it_was_written() -> None:
    async with serving() as served, sender_at(served.url) as sender:
        sent = await sender.send(BORROWER, "Mots'eanong, 100% & é + M1,000.00", "LETSEMA")

        [stored] = await served.get("/_sent?to=%2B26658851234")
    assert stored == {
        "at": "2026-11-23T08:15:30.250Z",
        "to": "+26658851234",
        "from": "LETSEMA",
        "text": "Mots'eanong, 100% & é + M1,000.00",
        "parts": 1,
    }
    assert sent.provider == "africastalking"
    assert sent.provider_id.startswith("ATXid_")
    assert (sent.parts, sent.cost) == (1, Price("LSL", Decimal("0.3500")))


@pytest.mark.parametrize(
    ("fault", "code", "permanent", "needs_operator", "may_have_been_sent", "is_stored"),
    [
        ("timeout", "timeout", False, False, True, False),
        ("lost_answer", "timeout", False, False, True, True),
        ("500", "provider_error", False, False, False, False),
        ("bad_key", "bad_key", False, True, False, False),
        ("malformed", "malformed_answer", False, False, True, True),
        ("invalid_sender", "invalid_sender_id", True, True, False, False),
        ("invalid_number", "invalid_phone_number", True, False, False, False),
        ("blacklisted", "user_in_blacklist", True, False, False, False),
        ("risk_hold", "risk_hold", False, True, False, False),
        ("insufficient_balance", "insufficient_balance", False, True, False, False),
        ("gateway_error", "gateway_error", False, False, False, False),
    ],
)
async def test_each_fault_is_told_apart(
    fault: str, code: str, permanent: bool, needs_operator: bool, may_have_been_sent: bool, is_stored: bool
) -> None:
    # Short only where nothing comes: on a busy machine an answer may well take longer than that.
    patience = 0.2 if code == "timeout" else 5.0
    async with serving() as served, sender_at(served.url, read_seconds=patience) as sender:
        await served.fault("africastalking", fault)

        failure = await failure_of(sender)

        assert (failure.code, failure.permanent, failure.needs_operator) == (code, permanent, needs_operator)
        assert failure.may_have_been_sent is may_have_been_sent
        assert len(await served.get("/_sent")) == int(is_stored)


async def test_an_answer_whose_content_type_names_a_character_set_is_read_too() -> None:
    async with serving() as served, sender_at(served.url) as sender:
        await served.fault("africastalking", "charset")

        assert (await sender.send(BORROWER, "Lumela", None)).parts == 1


async def test_nothing_is_sent_twice_by_the_sender_itself() -> None:
    async with serving() as served, sender_at(served.url) as sender:
        await served.fault("africastalking", "malformed")

        await failure_of(sender)

        assert len(await served.get("/_sent")) == 1


async def test_a_wrong_key_or_user_is_an_operators_matter() -> None:
    async with serving() as served:
        for wrong in ({"api_key": "another"}, {"username": "another"}):
            async with sender_at(served.url, **wrong) as sender:
                assert (await failure_of(sender)).code == "bad_key"


async def test_a_provider_that_cannot_be_reached_has_sent_nothing() -> None:
    async with sender_at(f"http://127.0.0.1:{unused_port()}") as sender:
        failure = await failure_of(sender)

    assert (failure.code, failure.permanent, failure.may_have_been_sent) == ("unreachable", False, False)


async def test_a_connection_that_breaks_may_have_sent() -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.close()

    server = await asyncio.start_server(break_off, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, sender_at(f"http://127.0.0.1:{port}") as sender:
        failure = await failure_of(sender)

    assert (failure.code, failure.may_have_been_sent) == ("connection_lost", True)


async def test_the_recorded_answers_are_read() -> None:
    expected = {
        "sms_sent.json": Sent(
            "africastalking", "ATXid_6bbc999c9658bcc504f22abea1c5164b", 1, Price("KES", Decimal("0.8000"))
        ),
        "sms_sent_parts_by_recipient.json": Sent(
            "africastalking", "ATXid_263022d5954c5c2a7adb3a80e34e6ed2", 2, Price("KES", Decimal("1.6000"))
        ),
    }
    for name, sent in expected.items():
        async with answering(201, (FIXTURES / name).read_bytes()) as url, sender_at(url) as sender:
            assert await sender.send(BORROWER, "Lumela", None) == sent


async def test_a_success_without_recipients_is_a_failure() -> None:
    async with answering(201, (FIXTURES / "sms_invalid_sender.json").read_bytes()) as url, sender_at(url) as sender:
        assert (await failure_of(sender)).code == "invalid_sender_id"
    empty = json.dumps({"SMSMessageData": {"Message": "Sent to 0/1", "Recipients": []}}).encode()
    async with answering(201, empty) as url, sender_at(url) as sender:
        failure = await failure_of(sender)
    assert (failure.code, failure.permanent) == ("no_recipient", False)


@pytest.mark.parametrize(
    ("code", "word", "permanent"),
    [
        (402, "invalid_sender_id", True),
        (404, "unsupported_number_type", True),
        (407, "could_not_route", True),
        (500, "internal_server_error", False),
        (502, "rejected_by_gateway", False),
        (999, "status_999", False),
    ],
)
async def test_each_status_of_a_recipient_has_its_meaning(code: int, word: str, permanent: bool) -> None:
    recipient = {"statusCode": code, "number": "+26658851234", "status": "X", "cost": "0", "messageId": "None"}
    body = json.dumps({"SMSMessageData": {"Message": "Sent to 0/1", "Recipients": [recipient]}}).encode()
    async with answering(201, body) as url, sender_at(url) as sender:
        failure = await failure_of(sender)

    assert (failure.code, failure.permanent) == (word, permanent)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"OK", "text/plain"),
        (b"[]", "application/json"),
        (b'{"SMSMessageData":null}', "application/json"),
        (b'{"SMSMessageData":{"Recipients":[{"statusCode":"101"}]}}', "application/json"),
    ],
)
async def test_a_success_that_cannot_be_read_may_have_been_sent(body: bytes, content_type: str) -> None:
    async with answering(201, body, content_type) as url, sender_at(url) as sender:
        failure = await failure_of(sender)

    assert (failure.code, failure.permanent, failure.may_have_been_sent) == ("malformed_answer", False, True)


async def test_a_slow_provider_holds_neither_the_event_loop_nor_more_than_its_threads() -> None:
    async with serving() as served, sender_at(served.url, threads=1, read_seconds=5.0, total_seconds=0.2) as sender:
        await served.fault("africastalking", "timeout", times=2)
        started = asyncio.get_running_loop().time()

        first, second = await asyncio.gather(failure_of(sender), failure_of(sender))

        assert asyncio.get_running_loop().time() - started < 2
        assert {first.code, second.code} == {"timeout", "busy"}
        waited = first if first.code == "busy" else second
        assert not waited.may_have_been_sent
        assert [fault["times"] for fault in await served.get("/_faults")] == [1]
        await served.stand_in.shutdown()


async def test_the_key_and_the_text_are_in_no_failure() -> None:
    async with serving() as served, sender_at(served.url) as sender:
        await served.fault("africastalking", "500")

        failure = await failure_of(sender, text="secret-text")

    assert str(failure) == "provider_error"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8080", "http://"])
def test_an_address_that_is_none_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        AfricasTalkingSms(username=USERNAME, api_key=API_KEY, base_url=url)
