from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from channels.simulator.phone import SimulatedPhone
from channels.simulator.recording import Session
from channels.simulator.terminal import PinNeeded, replay, talk
from channels.transport import TransportError
from core.phones import PhoneNumber
from core.records.borrower import Channel

BORROWER = PhoneNumber.parse("+26658851234")
CODE = "*384*555#"
REPLIES = {"": "CON Lumela\n1 Kopa", "1": "CON Bokae?", "1*500": "END Re u romelletse SMS."}


class Lender:
    """An application with a menu of three pages, which remembers the hops."""

    def __init__(self) -> None:
        self.hops: list[dict[str, str]] = []

    async def ussd(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.hops.append(form)
        return web.Response(text=REPLIES[form["text"]])


@asynccontextmanager
async def lending() -> AsyncIterator[tuple[str, Lender]]:
    lender = Lender()
    app = web.Application()
    app.router.add_post("/hooks/demo/africastalking/ussd", lender.ussd)
    async with TestServer(app) as server:
        yield str(server.make_url("/")), lender


async def dial(url: str, phone: PhoneNumber, code: str, stdin: io.StringIO, stdout: io.StringIO) -> Session:
    session = Session(Channel.USSD)
    async with aiohttp.ClientSession() as client:
        await talk(handset(client, url, phone), session, stdin, stdout, redial=code)
    return session


def handset(client: aiohttp.ClientSession, url: str, phone: PhoneNumber = BORROWER) -> SimulatedPhone:
    ussd_url = f"{url.rstrip('/')}/hooks/demo/africastalking/ussd"
    return SimulatedPhone(client, ussd_url=ussd_url, number=phone, service_code=CODE)


async def test_a_session_is_played_to_its_end_with_all_input_each_time() -> None:
    shown = io.StringIO()
    async with lending() as (url, lender):
        await dial(url, BORROWER, "*384*555#", io.StringIO("1\n500\nnever read\n"), shown)

    assert [hop["text"] for hop in lender.hops] == ["", "1", "1*500"]
    assert len({hop["sessionId"] for hop in lender.hops}) == 1
    assert lender.hops[0] == {
        "phoneNumber": "+26658851234",
        "serviceCode": "*384*555#",
        "text": "",
        "sessionId": lender.hops[0]["sessionId"],
        "networkCode": "65101",
    }
    assert "Lumela\n1 Kopa" in shown.getvalue()
    assert shown.getvalue().rstrip("-\n").endswith("Re u romelletse SMS.")


async def test_the_end_of_input_hangs_up() -> None:
    async with lending() as (url, lender):
        await dial(url, BORROWER, "*384*555#", io.StringIO("1\n"), io.StringIO())

    assert [hop["text"] for hop in lender.hops] == ["", "1"]


async def test_each_dial_is_a_session_of_its_own() -> None:
    async with lending() as (url, lender):
        for _ in range(2):
            await dial(url, BORROWER, "*384*555#", io.StringIO(""), io.StringIO())

    assert len({hop["sessionId"] for hop in lender.hops}) == 2


async def test_an_application_that_is_not_there_is_said() -> None:
    with pytest.raises(TransportError) as failed:
        await dial(f"http://127.0.0.1:{unused_port()}", BORROWER, "*384*555#", io.StringIO(), io.StringIO())

    assert failed.value.code == "unreachable"


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [(404, "END", "http_404"), (200, "Lumela", "malformed_answer"), (200, "", "malformed_answer")],
)
async def test_what_a_network_would_not_show_is_said(status: int, text: str, code: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with TestServer(app) as server:
        with pytest.raises(TransportError) as failed:
            await dial(str(server.make_url("")), BORROWER, "*384*555#", io.StringIO(), io.StringIO())

    assert failed.value.code == code


async def test_the_service_code_hangs_up_and_dials_again() -> None:
    async with lending() as (url, lender):
        session = await dial(url, BORROWER, CODE, io.StringIO(f"1\n{CODE}\n1\n"), io.StringIO())

    assert [hop["text"] for hop in lender.hops] == ["", "1", "", "1"]
    assert len({hop["sessionId"] for hop in lender.hops}) == 2
    assert [page.typed for page in session.pages] == ["dials", "1", "dials", "1"]


async def test_a_kept_session_is_played_again_page_by_page() -> None:
    async with lending() as (url, lender), aiohttp.ClientSession() as client:
        kept = await dial(url, BORROWER, CODE, io.StringIO("1\n500\n"), io.StringIO())
        told = io.StringIO()

        assert await replay(handset(client, url), Session.from_text(kept.to_text()), told)

    assert [hop["text"] for hop in lender.hops] == ["", "1", "1*500"] * 2
    assert told.getvalue() == "3 pages, as recorded.\n"


async def test_the_first_page_that_is_another_is_shown_and_nothing_after_it_is_played() -> None:
    async with lending() as (url, lender), aiohttp.ClientSession() as client:
        kept = (await dial(url, BORROWER, CODE, io.StringIO("1\n500\n"), io.StringIO())).to_text()
        told = io.StringIO()

        assert not await replay(handset(client, url), Session.from_text(kept.replace("Bokae?", "Bokae joale?")), told)

    assert lender.hops[-1]["text"] == "1"
    assert "page 2, after >>> 1" in told.getvalue()
    assert "-Bokae joale?\n+Bokae?" in told.getvalue()


async def test_a_masked_pin_is_asked_for_before_anything_is_played() -> None:
    kept = Session.from_text("# channel: ussd\n>>> dials\n[CON]\nPIN?\n\n>>> ****\n[END]\nDone\n")
    async with lending() as (url, lender), aiohttp.ClientSession() as client:
        with pytest.raises(PinNeeded):
            await replay(handset(client, url), kept, io.StringIO())

    assert lender.hops == []
