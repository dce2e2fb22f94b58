from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from channels.forms import BODY_BYTES_MAX
from channels.hooks import HookSettings, make_hooks
from channels.sms.africastalking import PROVIDER
from conversations.turns import Hop, Reply
from core.phones import PhoneNumber
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.messages import MessageRecord
from core.ports.rails import PayoutAnswer, PayoutResult
from core.records.loan import Disbursement, Loan, LoanStatus, PayoutStatus
from letsema.logs.lines import set_up_logs
from letsema.settings import LogFormat, LogLevel
from tests.core.use_cases.lending import Lending
from tests.fixtures_engine import ObedientRail

TOKEN = "0f3c9a7d52e84b16c0d7"
NEXT_TOKEN = "5e91b3f7a2c84d60e8b1"
PHONE = PhoneNumber.parse("+26658851234")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HOP = "sessionId=ATUid_1&serviceCode=*384*555%23&phoneNumber=%2B26658851234&networkCode=65101&text="


@dataclass
class Turns:
    """Answers each hop with a page, and remembers it."""

    reply: Reply = field(default_factory=lambda: Reply(text="Letsema\n1. Apply", ends=False, screen="main.menu"))
    hops: list[Hop] = field(default_factory=list)

    async def take(self, hop: Hop) -> Reply:
        self.hops.append(hop)
        return self.reply


@dataclass
class Hooks:
    """The hooks on loopback, as a provider reaches them."""

    client: TestClient[web.Request, web.Application]
    turns: Turns

    async def post(self, path: str, body: str | bytes, *, token: str = TOKEN) -> ClientResponse:
        return await self.client.post(f"/hooks/{token}/{path}", data=body, headers=FORM)

    async def post_json(self, path: str, body: object) -> tuple[int, Any]:
        answer = await self.client.post(f"/hooks/{TOKEN}/{path}", json=body)
        return answer.status, await answer.json()


Opening = Callable[..., Awaitable[Hooks]]


@pytest.fixture
async def opened(engine: Engine) -> AsyncIterator[Opening]:
    clients: list[TestClient[web.Request, web.Application]] = []

    async def make(*, codes: frozenset[str] | None = frozenset({"*384*555#"}), engine: Engine = engine) -> Hooks:
        turns = Turns()
        root = web.Application()
        root.add_subapp("/hooks", make_hooks(HookSettings((TOKEN, NEXT_TOKEN), codes), engine, turns.take))
        clients.append(TestClient(TestServer(root)))
        await clients[-1].start_server()
        return Hooks(clients[-1], turns)

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def hooks(opened: Opening) -> Hooks:
    return await opened()


async def test_a_hop_becomes_a_page(hooks: Hooks) -> None:
    answer = await hooks.post("africastalking/ussd", HOP)

    assert (answer.status, answer.content_type) == (200, "text/plain")
    assert await answer.read() == b"CON Letsema\n1. Apply"
    assert answer.headers["at-ussd-hop-metadata"] == "main.menu"
    (hop,) = hooks.turns.hops
    assert (hop.caller, hop.service, hop.session, hop.text) == (PHONE, "*384*555#", "ATUid_1", "")


async def test_the_deadline_counts_from_before_the_body(hooks: Hooks) -> None:
    before = asyncio.get_running_loop().time()

    await hooks.post("africastalking/ussd", HOP)

    (hop,) = hooks.turns.hops
    assert hop.received_at is not None
    assert before <= hop.received_at <= asyncio.get_running_loop().time()


async def test_an_end_closes_the_session(hooks: Hooks) -> None:
    hooks.turns.reply = Reply(text="Goodbye", ends=True)

    answer = await hooks.post("africastalking/ussd", HOP)

    assert await answer.read() == b"END Goodbye"
    assert "at-ussd-hop-metadata" not in answer.headers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"serviceCode=*384*555%23&phoneNumber=%2B26658851234&text=",
        HOP.replace("ATUid_1", "").encode(),
        (HOP + "&text=2").encode(),
        HOP.encode() + b"%ZZ",
        HOP.encode() + b"%FF",
        HOP.replace("%2B26658851234", "somebody").encode(),
        HOP.replace("*384*555%23", "*999%23").encode(),
    ],
)
async def test_a_malformed_hop_is_refused_and_starts_nothing(hooks: Hooks, body: bytes) -> None:
    answer = await hooks.post("africastalking/ussd", body)

    assert answer.status == 400
    assert (await answer.json())["error"] == "malformed"
    assert hooks.turns.hops == []


async def test_a_body_that_is_not_compressed_as_it_says_is_malformed(hooks: Hooks) -> None:
    url = f"/hooks/{TOKEN}/africastalking/ussd"
    answer = await hooks.client.post(url, data=HOP, headers=FORM | {"Content-Encoding": "gzip"})

    assert answer.status == 400
    assert hooks.turns.hops == []


async def test_a_body_past_its_limit_is_refused(hooks: Hooks) -> None:
    answer = await hooks.post("africastalking/ussd", HOP + "1" * BODY_BYTES_MAX)

    assert answer.status == 400
    assert hooks.turns.hops == []


async def test_where_every_code_is_answered_any_code_is(opened: Opening) -> None:
    hooks = await opened(codes=None)

    assert (await hooks.post("africastalking/ussd", HOP.replace("*384*555%23", "*999%23"))).status == 200


@pytest.mark.parametrize("number", ["%2B254711222333", "%2B26622310041"])
async def test_a_caller_without_a_lesotho_mobile_is_told_so(hooks: Hooks, number: str) -> None:
    answer = await hooks.post("africastalking/ussd", HOP.replace("%2B26658851234", number))

    text = await answer.text()
    assert answer.status == 200
    assert text.startswith("END Letsema is for mobile numbers of Lesotho")
    assert len(text) <= 160 + len("END ")
    assert hooks.turns.hops == []


@pytest.mark.parametrize("token", ["wrong", "", "0f3c9a7d52e84b16c0d", TOKEN + "0", "%30f3c9a7d52e84b16c0d"])
@pytest.mark.parametrize("path", ["africastalking/ussd", "payments/simulated", "nowhere"])
async def test_without_the_token_nothing_is_found(hooks: Hooks, token: str, path: str) -> None:
    assert (await hooks.post(path, HOP, token=token)).status == 404
    assert hooks.turns.hops == []


async def test_both_tokens_work_while_one_replaces_the_other(hooks: Hooks) -> None:
    assert (await hooks.post("africastalking/ussd", HOP, token=NEXT_TOKEN)).status == 200


async def test_only_posts_are_taken(hooks: Hooks) -> None:
    assert (await hooks.client.get(f"/hooks/{TOKEN}/africastalking/ussd")).status in {404, 405}


async def test_the_end_of_a_session_is_telemetry(hooks: Hooks) -> None:
    body = (
        "date=2026-11-23%2008:00:00&sessionId=ATUid_1&serviceCode=*384*555%23&networkCode=65101"
        "&phoneNumber=%2B26658851234&status=Incomplete&cost=LSL%200.10&durationInMillis=41000&hopsCount=7"
        "&hopsMetadata=main.menu|apply.amount&input=1*4821&lastAppResponse=CON%20PIN&errorMessage="
    )

    assert (await hooks.post("africastalking/ussd-events", body)).status == 200


def sms(provider_id: str = "in-1", text: str = "HELP") -> str:
    return f"id={provider_id}&from=%2B26658851234&to=55512&text={text}&date=2026-11-23T06:04:45Z"


async def test_an_inbound_message_is_kept_once(hooks: Hooks, engine: Engine) -> None:
    for _ in range(2):
        assert (await hooks.post("africastalking/sms", sms())).status == 200

    (kept,) = await engine.channel.messages.of_caller(engine.keyed_hash.phone(PHONE), 10)
    assert (kept.direction, kept.text, kept.provider_id) == ("in", "HELP", "in-1")


async def test_two_messages_at_once_are_two(hooks: Hooks, engine: Engine) -> None:
    await asyncio.gather(*(hooks.post("africastalking/sms", sms(f"in-{n % 2}")) for n in range(6)))

    assert len(await engine.channel.messages.of_caller(engine.keyed_hash.phone(PHONE), 10)) == 2


async def test_a_message_from_abroad_is_taken_and_not_kept(hooks: Hooks) -> None:
    assert (await hooks.post("africastalking/sms", sms().replace("26658851234", "254711222333"))).status == 200


def outgoing(engine: Engine, *, state: str, provider_id: str = "") -> MessageRecord:
    return MessageRecord(
        id=engine.identifiers.new_id(),
        caller=engine.keyed_hash.phone(PHONE),
        borrower_id=None,
        district="LS-A",
        mfi_id=None,
        channel="sms",
        direction="out",
        kind="registered",
        text="Welcome",
        parts=1,
        state=state,
        created_at=engine.clock.now(),
        provider=PROVIDER if provider_id else "",
        provider_id=provider_id,
    )


def report(provider_id: str = "ATXid_1", status: str = "Success", failure: str = "") -> str:
    return f"id={provider_id}&status={status}&phoneNumber=%2B26658851234&networkCode=65101&failureReason={failure}"


async def state_of(engine: Engine) -> tuple[str, str]:
    (message,) = await engine.channel.messages.of_caller(engine.keyed_hash.phone(PHONE), 10)
    return message.state, message.provider_id


async def test_a_delivery_report_moves_its_message_on_and_never_back(hooks: Hooks, engine: Engine) -> None:
    await engine.channel.messages.add(outgoing(engine, state="accepted", provider_id="ATXid_1"))

    for status in ("Success", "Sent", "Buffered"):
        assert (await hooks.post("africastalking/delivery", report(status=status))).status == 200

    assert await state_of(engine) == ("delivered", "ATXid_1")


async def test_a_report_for_a_send_that_was_never_answered_says_that_it_was_sent(hooks: Hooks, engine: Engine) -> None:
    await engine.channel.messages.add(outgoing(engine, state="sending"))

    assert (await hooks.post("africastalking/delivery", report())).status == 200

    assert await state_of(engine) == ("delivered", "ATXid_1")


async def test_a_report_that_belongs_to_nothing_is_taken_and_changes_nothing(hooks: Hooks, engine: Engine) -> None:
    await engine.channel.messages.add(outgoing(engine, state="accepted", provider_id="ATXid_9"))

    assert (await hooks.post("africastalking/delivery", report())).status == 200

    assert await state_of(engine) == ("accepted", "ATXid_9")


async def test_a_status_that_is_new_to_us_changes_nothing(hooks: Hooks, engine: Engine) -> None:
    await engine.channel.messages.add(outgoing(engine, state="accepted", provider_id="ATXid_1"))

    assert (await hooks.post("africastalking/delivery", report(status="Teleported"))).status == 200

    assert await state_of(engine) == ("accepted", "ATXid_1")


def payment(**changes: object) -> dict[str, object]:
    notice = {
        "reference": "PAY1",
        "amount": "150.00",
        "currency": "LSL",
        "payer": "+26658851234",
        "to": "71001",
        "account": "",
        "paid_at": "2026-11-23T08:00:00+02:00",
    }
    return {**notice, **changes}


async def test_a_payment_is_taken_once_and_a_clash_is_refused(hooks: Hooks, lending: Lending) -> None:
    assert await hooks.post_json("payments/simulated", payment()) == (200, {"result": "accepted"})
    assert await hooks.post_json("payments/simulated", payment()) == (200, {"result": "duplicate"})
    status, answer = await hooks.post_json("payments/simulated", payment(amount="151.00"))
    assert (status, answer["error"]) == (409, "key_reused")


async def test_a_payment_told_many_times_at_once_is_accepted_once(hooks: Hooks, lending: Lending) -> None:
    answers = await asyncio.gather(*(hooks.post_json("payments/simulated", payment()) for _ in range(6)))

    results = sorted(answer["result"] for status, answer in answers if status == 200)
    assert results == ["accepted", *["duplicate"] * 5]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "-1"}, "malformed"),
        ({"amount": 150}, "malformed"),
        ({"amount": "0"}, "malformed"),
        ({"currency": "ZAR"}, "malformed"),
        ({"paid_at": "2026-11-23T08:00:00"}, "malformed"),
        ({"reference": ""}, "malformed"),
        ({"to": "nobody"}, "unknown_rail_account"),
    ],
)
async def test_a_wrong_payment_notice_is_refused(
    hooks: Hooks, lending: Lending, changes: dict[str, object], code: str
) -> None:
    status, answer = await hooks.post_json("payments/simulated", payment(**changes))

    assert (status, answer["error"]) == (400, code)
    assert list(await lending.engine.channel.intake.waiting("LS-A", 10)) == []


class IntakeDown:
    async def accept(self, row: object) -> None:
        raise ChannelPlaneDown


async def test_a_payment_that_cannot_be_kept_is_asked_for_again(opened: Opening, lending: Lending) -> None:
    class Channel:
        directory = lending.engine.channel.directory
        intake = IntakeDown()

    hooks = await opened(engine=replace(lending.engine, channel=Channel()))  # type: ignore[arg-type]
    answer = await hooks.client.post(f"/hooks/{TOKEN}/payments/simulated", json=payment())

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0


ACCEPTED = (200, {"result": "accepted"})


async def payout_of(lending: Lending, loan: Loan) -> Disbursement:
    async with lending.engine.record.unit(loan.district) as unit:
        (payout,) = await unit.disbursements.of_loan(loan.id)
    return payout


def ended(payout: Disbursement, status: str = "confirmed") -> dict[str, str]:
    return {
        "reference": payout.reference,
        "status": status,
        "rail_reference": "SIM1",
        "at": "2026-11-23T08:00:00+02:00",
    }


async def test_a_payout_is_settled_by_the_rails_word(hooks: Hooks, lending: Lending, rail: ObedientRail) -> None:
    rail.answer = PayoutResult(PayoutAnswer.ACCEPTED)
    phone = await lending.borrower()
    loan = await lending.accept(phone, await lending.offer(phone))
    await lending.release(loan)
    await lending.work_on_outbox(loan.district)
    rail.answer = PayoutResult(PayoutAnswer.CONFIRMED, "SIM1")

    for _ in range(2):
        assert await hooks.post_json("payouts/simulated", ended(await payout_of(lending, loan))) == ACCEPTED

    settled = await payout_of(lending, loan)
    assert (settled.status, settled.rail_reference) == (PayoutStatus.CONFIRMED, "SIM1")


@pytest.mark.parametrize("status", ["confirmed", "failed"])
async def test_a_callback_settles_nothing_that_the_rail_does_not_say_itself(
    status: str, hooks: Hooks, lending: Lending, rail: ObedientRail
) -> None:
    rail.answer = PayoutResult(PayoutAnswer.ACCEPTED)
    phone = await lending.borrower()
    loan = await lending.accept(phone, await lending.offer(phone))
    await lending.release(loan)
    await lending.work_on_outbox(loan.district)

    assert await hooks.post_json("payouts/simulated", ended(await payout_of(lending, loan), status)) == ACCEPTED

    assert (await payout_of(lending, loan)).status is PayoutStatus.SENT
    assert (await lending.loan(loan)).status is LoanStatus.DISBURSING


async def test_a_payout_that_nobody_ordered_is_not_found(hooks: Hooks, lending: Lending) -> None:
    notice = {
        "reference": "D103431890801",
        "status": "confirmed",
        "rail_reference": "SIM1",
        "at": "2026-11-23T08:00:00+02:00",
    }

    status, _ = await hooks.post_json("payouts/simulated", notice)

    assert status in {400, 404}


async def test_no_pin_or_number_of_a_callback_reaches_a_log_line(hooks: Hooks) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    set_up_logs(LogFormat.JSON, LogLevel.DEBUG, stream=stream)
    try:
        for body in (HOP + "1*4821", HOP + "1*4821%ZZ", "x" * 70_000 + "4821", HOP.replace("ATUid_1", "") + "4821"):
            await hooks.post("africastalking/ussd", body)
        await hooks.post("africastalking/sms", sms(text="4821"))
        await hooks.post("africastalking/ussd", HOP + "4821", token="a-wrong-token")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()

    written = stream.getvalue()
    assert json.loads(written.splitlines()[0])
    for secret in ("4821", "58851234", TOKEN, "a-wrong-token"):
        assert secret not in written


def test_the_notice_for_strangers_speaks_both_languages_within_a_page() -> None:
    from channels.hooks.africastalking import NOT_FROM_LESOTHO
    from core.gsm0338 import is_gsm, septets

    assert is_gsm(NOT_FROM_LESOTHO)
    assert septets(NOT_FROM_LESOTHO) <= 160
