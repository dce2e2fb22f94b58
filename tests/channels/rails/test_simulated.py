"""The rail's client against the stand-in: what is certain, what is not, and that nothing is paid twice."""

from __future__ import annotations

from contextlib import suppress

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from channels.rails.simulated import SimulatedRail
from channels.rails.simulated_notices import parse_payment_notice
from core.money import Money
from core.ports.rails import PayoutAnswer, PayoutRail, PayoutResult
from tests.channels.stand_in.serving import Served, serving

WALLET = "+26658851234"
AMOUNT = Money.of("1000.00")


def rail_of(served: Served, *, timeout_seconds: float = 2.0) -> SimulatedRail:
    return SimulatedRail(served.url, served.client, timeout_seconds=timeout_seconds)


async def pay_out(rail: PayoutRail, reference: str = "payout-7", amount: Money = AMOUNT) -> PayoutResult:
    return await rail.pay_out(reference, to=WALLET, amount=amount, rail_account="600100")


async def test_a_payout_is_accepted_then_confirmed() -> None:
    async with serving() as served:
        rail = rail_of(served)

        accepted = await pay_out(rail)
        await served.quiet_after_payouts()
        confirmed = await rail.query("payout-7")

    assert accepted.answer is PayoutAnswer.ACCEPTED
    assert confirmed == PayoutResult(PayoutAnswer.CONFIRMED, rail_reference=accepted.rail_reference)


async def test_the_same_reference_pays_once_and_shows_where_it_stands() -> None:
    async with serving() as served:
        rail = rail_of(served)
        first = await pay_out(rail)
        await served.quiet_after_payouts()

        again = await pay_out(rail)

        assert (again.answer, again.rail_reference) == (PayoutAnswer.CONFIRMED, first.rail_reference)
        assert len(await served.get("/_payouts")) == 1


async def test_the_same_reference_with_another_amount_is_unknown_not_failed() -> None:
    async with serving() as served:
        rail = rail_of(served)
        await pay_out(rail)

        clash = await pay_out(rail, amount=Money.of("900.00"))

    assert clash == PayoutResult(PayoutAnswer.UNKNOWN, failure_code="reference_conflict")


async def test_only_the_rails_own_word_is_a_failure() -> None:
    async with serving() as served:
        await served.fault("rail", "fail")

        refused = await pay_out(rail_of(served))

    assert (refused.answer, refused.failure_code) == (PayoutAnswer.FAILED, "insufficient_float")


@pytest.mark.parametrize(
    ("fault", "code", "after"),
    [
        ("timeout", "timeout", PayoutAnswer.UNKNOWN),
        ("lost_answer", "timeout", PayoutAnswer.CONFIRMED),
        ("500", "http_500", PayoutAnswer.UNKNOWN),
        ("malformed", "malformed_answer", PayoutAnswer.CONFIRMED),
    ],
)
async def test_doubt_is_unknown_and_a_query_tells(fault: str, code: str, after: PayoutAnswer) -> None:
    async with serving() as served:
        rail = rail_of(served, timeout_seconds=0.2)
        await served.fault("rail", fault)

        doubtful = await pay_out(rail)
        await served.quiet_after_payouts()

        assert doubtful == PayoutResult(PayoutAnswer.UNKNOWN, failure_code=code)
        assert (await rail.query("payout-7")).answer is after


async def test_a_payout_that_the_rail_never_saw_is_unknown_by_name() -> None:
    async with serving() as served:
        assert await rail_of(served).query("no/such?") == PayoutResult(PayoutAnswer.UNKNOWN, failure_code="not_found")


async def test_a_rail_that_cannot_be_reached_is_unknown() -> None:
    async with aiohttp.ClientSession() as client:
        rail = SimulatedRail(f"http://127.0.0.1:{unused_port()}", client)

        assert await pay_out(rail) == PayoutResult(PayoutAnswer.UNKNOWN, failure_code="connection")


@pytest.mark.parametrize(
    "answer",
    [
        web.json_response(["accepted"]),
        web.json_response({"status": "splendid"}),
        web.json_response({"status": ["accepted"]}),
        web.Response(body=b'{"status": "accepted"' + b" " * 20_000 + b"}"),
        web.Response(status=302, headers={"Location": "/rail/payouts/elsewhere"}),
    ],
)
async def test_an_answer_that_cannot_be_read_is_unknown(answer: web.Response) -> None:
    async def respond(_request: web.Request) -> web.Response:
        return answer

    app = web.Application()
    app.router.add_route("*", "/rail/payouts{rest:.*}", respond)
    async with TestServer(app) as server, aiohttp.ClientSession() as client:
        result = await pay_out(SimulatedRail(str(server.make_url("")), client))

    assert result == PayoutResult(PayoutAnswer.UNKNOWN, failure_code="malformed_answer")


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b" " * 10_000)
        return response

    app = web.Application()
    app.router.add_post("/rail/payouts", respond)
    async with TestServer(app) as server, aiohttp.ClientSession() as client:
        result = await pay_out(SimulatedRail(str(server.make_url("")), client, timeout_seconds=2.0))

    assert result.failure_code == "malformed_answer"


@pytest.mark.parametrize("amount", [Money(0), Money(-1)])
async def test_nothing_and_less_is_refused_before_anything_is_sent(amount: Money) -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises(ValueError, match="more than nothing"):
            await pay_out(SimulatedRail("http://127.0.0.1:9", client), amount=amount)


async def test_a_wallet_that_is_no_number_is_not_paid() -> None:
    async with serving() as served:
        result = await rail_of(served).pay_out("payout-8", to="nobody", amount=AMOUNT, rail_account="600100")

        assert result.answer is PayoutAnswer.UNKNOWN
        assert await served.get("/_payouts") == []


async def request_payment(rail: SimulatedRail, reference: str = "Q1", amount: Money = AMOUNT) -> PayoutResult:
    return await rail.request_payment(
        reference, payer=WALLET, amount=amount, rail_account="600100", account="1034567891"
    )


async def test_a_request_prompts_once_and_the_payment_is_told_like_any_other() -> None:
    async with serving() as served:
        rail = rail_of(served)
        answers = [(await request_payment(rail)).answer for _ in range(2)]
        await served.quiet_after_payouts()

        [(path, _, body)] = served.application.taken
        notice = parse_payment_notice(body)
        assert answers == [PayoutAnswer.ACCEPTED, PayoutAnswer.ACCEPTED]
        assert path.endswith("/payments/simulated")
        assert (notice.payer, notice.amount, notice.account) == (WALLET, AMOUNT, "1034567891")
        assert [asked["reference"] for asked in await served.get("/_requests")] == ["Q1"]


@pytest.mark.parametrize(
    ("fault", "answer"), [("fail", PayoutAnswer.FAILED), ("fail_later", PayoutAnswer.ACCEPTED)], ids=str
)
async def test_a_request_that_is_refused_or_declined_brings_no_payment(fault: str, answer: PayoutAnswer) -> None:
    async with serving() as served:
        await served.fault("rail", fault)
        result = await request_payment(rail_of(served))
        await served.quiet_after_payouts()

        assert result.answer is answer
        assert await served.get("/_payments") == []


async def test_a_request_whose_answer_is_lost_is_unknown_and_prompts_once() -> None:
    async with serving() as served:
        await served.fault("rail", "lost_answer")
        rail = rail_of(served, timeout_seconds=0.2)
        first = await request_payment(rail)
        again = await request_payment(rail)

        assert (first.answer, again.answer) == (PayoutAnswer.UNKNOWN, PayoutAnswer.ACCEPTED)
        assert len(await served.get("/_requests")) == 1
