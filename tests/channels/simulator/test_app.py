from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, unused_port

from channels.simulator.app import DemoLender, DemoPhone, make_simulator
from core.phones import PhoneNumber
from tests.channels.stand_in.serving import API_KEY, USERNAME, Served, serving

LERATO = DemoPhone(PhoneNumber.parse("+26658851234"), "2580", "Maseru", "Sesotho", ("1034567891",))
LENDER = DemoLender("Thusano & <Sons>", "600100")

Browser = TestClient[web.Request, web.Application]


@asynccontextmanager
async def browsing(stand_in_url: str) -> AsyncIterator[Browser]:
    app = web.Application()
    simulator = make_simulator(
        service_code="*384*555#",
        ussd_url="/hooks/demo/africastalking/ussd",
        stand_in_url=stand_in_url,
        phones=[LERATO],
        lenders=[LENDER],
    )
    app.add_subapp("/simulator", simulator)
    async with TestClient(TestServer(app)) as browser:
        yield browser


async def send_sms(served: Served, to: str, text: str) -> None:
    form = {"username": USERNAME, "to": to, "message": text}
    async with served.client.post(
        f"{served.url}/version1/messaging", data=form, headers={"apiKey": API_KEY}
    ) as response:
        assert response.status == 201


async def test_the_page_shows_the_demos_numbers_with_their_pins() -> None:
    async with browsing("http://127.0.0.1:9") as browser, browser.get("/simulator") as response:
        html = await response.text()

    assert 'value="+26658851234"' in html
    assert "<b>2580</b>" in html
    assert 'data-service-code="*384*555#"' in html
    assert "Thusano &amp; &lt;Sons&gt;" in html


async def test_the_page_needs_nothing_inline_and_nothing_from_elsewhere() -> None:
    async with browsing("http://127.0.0.1:9") as browser:
        async with browser.get("/simulator") as response:
            html, policy = await response.text(), response.headers["Content-Security-Policy"]
        files = re.findall(r'(?:src|href)="([^"]+)"', html)
        for file in files:
            async with browser.get(file) as found:
                assert found.status == 200, file

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(files) >= 3
    assert all(file.startswith("/simulator/static/") for file in files)
    assert not re.search(r"<style|<script(?![^>]*src=)|\son\w+=|\sstyle=", html)


async def test_the_address_with_a_slash_leads_to_the_page() -> None:
    async with browsing("http://127.0.0.1:9") as browser, browser.get("/simulator/", allow_redirects=False) as moved:
        assert (moved.status, moved.headers["Location"]) == (308, "/simulator")


async def test_the_activity_of_a_number_is_its_own_messages_payouts_and_payments() -> None:
    async with serving() as served, browsing(served.url) as browser:
        await send_sms(served, "+26658851234", "mine")
        await send_sms(served, "+26662123456", "not mine")
        for to in ("+26658851234", "+26662123456"):
            await served.post(
                "/rail/payouts", reference=f"p{to[1:]}", to=to, amount="1.00", currency="LSL", account="600100"
            )

        async with browser.get("/simulator/activity", params={"of": "+26658851234"}) as response:
            activity = await response.json()

    assert [sms["text"] for sms in activity["messages"]] == ["mine"]
    assert [payout["to"] for payout in activity["payouts"]] == ["+26658851234"]
    assert activity["payments"] == []


async def test_what_is_no_number_has_no_activity() -> None:
    async with browsing("http://127.0.0.1:9") as browser, browser.get("/simulator/activity?of=all") as response:
        assert response.status == 400


async def test_a_payment_reaches_the_rail_and_comes_back_with_its_reference() -> None:
    async with serving() as served, browsing(served.url) as browser:
        order = {"from": "+26658851234", "to": "600100", "amount": "150.00", "account": "1034567891"}
        async with browser.post("/simulator/pay", json=order) as response:
            assert (response.status, (await response.json())["reference"][:3]) == (201, "SIM")
        async with browser.post("/simulator/pay", json=order | {"amount": "0"}) as response:
            assert (response.status, (await response.json())["field"]) == (400, "amount")
        async with browser.post("/simulator/pay", data=order) as response:
            assert response.status == 415

        assert len(await served.get("/_payments")) == 1


async def test_a_stand_in_that_is_gone_is_502() -> None:
    async with browsing(f"http://127.0.0.1:{unused_port()}") as browser:
        async with browser.get("/simulator/activity", params={"of": "+26658851234"}) as response:
            assert response.status == 502
        async with browser.post("/simulator/pay", json={}) as response:
            assert response.status == 502


async def test_another_name_for_this_server_is_refused() -> None:
    headers = {"Host": "evil.example"}
    async with browsing("http://127.0.0.1:9") as browser, browser.get("/simulator", headers=headers) as refused:
        assert refused.status == 403
