from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from channels.stand_in.loopback import is_loopback, loopback_only
from channels.stand_in.settings import StandInSettings
from tests.channels.stand_in.serving import NOW, serving


async def test_faults_are_used_up_in_their_order_and_listed_until_then() -> None:
    async with serving() as served:
        await served.fault("rail", "fail", times=2)
        await served.fault("rail", "500")
        await served.fault("rail", "slow", times=0)

        statuses = []
        for number in range(4):
            status, _ = await served.post(
                "/rail/payouts", reference=f"p{number}", to="+26658851234", amount="1.00", currency="LSL", account="6"
            )
            statuses.append(status)

        assert statuses == [200, 200, 500, 202]
        assert await served.get("/_faults") == []


async def test_a_payment_leaves_a_payouts_fault_alone() -> None:
    async with serving() as served:
        await served.fault("rail", "fail")

        status, _ = await served.post("/rail/pay", **{"from": "+26658851234", "to": "6", "amount": "1.00"})

        assert status == 201
        assert await served.get("/_faults") == [{"provider": "rail", "fault": "fail", "times": 1}]


async def test_a_fault_is_taken_back_by_asking_for_none_of_it() -> None:
    async with serving() as served:
        await served.fault("africastalking", "timeout", times=5)
        await served.fault("africastalking", "timeout", times=0)

        assert await served.get("/_faults") == []


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"provider": "mpesa", "fault": "timeout", "times": 1}, "africastalking, rail"),
        ({"provider": "rail", "fault": "bad_key", "times": 1}, "duplicate_callback, fail"),
        ({"provider": "rail", "fault": "slow", "times": -1}, "0 to 1000"),
        ({"provider": "rail", "fault": "slow", "times": 1001}, "0 to 1000"),
        ({"provider": "rail", "fault": "slow", "times": "1"}, "whole number"),
        ({"provider": "rail"}, "provider, fault and times"),
    ],
)
async def test_a_fault_that_there_is_not_is_400_and_says_which_there_are(order: dict[str, object], said: str) -> None:
    async with serving() as served:
        status, answer = await served.post("/_faults", **order)

    assert status == 400
    assert said in answer["message"]


async def test_a_form_of_some_other_site_cannot_ask_for_faults_or_pay() -> None:
    async with serving() as served:
        for path in ("/_faults", "/rail/pay", "/rail/payouts"):
            async with served.client.post(served.url + path, data=b"{}", headers={"Content-Type": "text/plain"}) as no:
                assert no.status == 415


async def test_another_name_for_this_server_is_refused() -> None:
    async with serving() as served:
        async with served.client.get(f"{served.url}/_sent", headers={"Host": "evil.example"}) as refused:
            assert refused.status == 403
        async with served.client.get(f"{served.url}/_sent", headers={"Host": "localhost:1"}) as welcome:
            assert welcome.status == 200


async def test_a_peer_elsewhere_is_refused() -> None:
    async def never(_request: web.Request) -> web.Response:
        raise AssertionError("a stranger came in")

    request = make_mocked_request("GET", "/_sent", headers={"Host": "127.0.0.1"}).clone(remote="196.11.240.1")

    with pytest.raises(web.HTTPForbidden):
        await loopback_only(request, never)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("192.168.1.4", False),
        ("::", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("url", ["http://letsema.example", "https://127.0.0.1", "127.0.0.1:8000", "http://0.0.0.0:80"])
def test_it_calls_back_nobody_but_loopback(url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        StandInSettings(public_url=url, now=lambda: NOW)


async def test_a_request_that_hangs_does_not_keep_the_server_from_stopping() -> None:
    async with serving() as served:
        await served.fault("rail", "timeout")
        waiting = asyncio.create_task(
            served.post("/rail/payouts", reference="p", to="+26658851234", amount="1.00", currency="LSL", account="6")
        )
        while await served.get("/_faults"):
            pass
        await served.stand_in.shutdown()

        assert (await asyncio.wait_for(waiting, 2))[0] == 504
