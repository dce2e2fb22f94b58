from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.ports.engine import Engine
from core.ports.record import DistrictDown
from letsema.environment import SystemIdentifiers
from letsema.internal_app import examine, is_ready, make_internal_app
from letsema.metrics import Metrics
from letsema.public_app import make_public_app
from letsema.serving import Listener, listening
from letsema.setting_values import WrongSettingError
from tests.core.use_cases.lending import Lending
from tests.servers.ports import free_port


async def test_a_request_under_way_ends_before_the_server_does() -> None:
    entered = asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        entered.set()
        await asyncio.sleep(0.3)
        return web.Response(text="whole")

    app = web.Application()
    app.router.add_get("/", slow)
    port = free_port()
    async with aiohttp.ClientSession() as client:
        async with listening([Listener(app, "127.0.0.1", port, "PORT")], shutdown_seconds=5):
            asked = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/"))
            await entered.wait()
        answer = await asked
        assert await answer.text() == "whole"


async def test_a_body_that_says_it_is_packed_and_is_not_is_read_as_it_came(caplog: pytest.LogCaptureFixture) -> None:
    """Anybody may send one: it is a wrong request, not an accident of ours."""

    async def read(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application()
    app.router.add_post("/", read)
    port = free_port()
    packed = {"Content-Encoding": "gzip"}
    async with (
        aiohttp.ClientSession() as client,
        listening([Listener(app, "127.0.0.1", port, "PORT")], shutdown_seconds=1),
        client.post(f"http://127.0.0.1:{port}/", data=b"no gzip", headers=packed) as answer,
    ):
        assert await answer.read() == b"no gzip"
    assert not caplog.records


async def test_a_port_in_use_is_one_sentence_and_nothing_stays_open() -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listeners = [
            Listener(web.Application(), "127.0.0.1", port, "--port"),
            Listener(web.Application(), "127.0.0.1", taken.getsockname()[1], "LETSEMA_INTERNAL_PORT"),
        ]
        with pytest.raises(WrongSettingError, match=r"in use by another program; .* LETSEMA_INTERNAL_PORT"):
            async with listening(listeners, shutdown_seconds=1):
                pass

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


async def test_an_address_that_is_not_ours_is_one_sentence() -> None:
    with pytest.raises(WrongSettingError, match=r"not possible to listen on 192\.0\.2\.1"):
        async with listening([Listener(web.Application(), "192.0.2.1", 8080, "X")], shutdown_seconds=1):
            pass


async def served(app: web.Application) -> TestClient[web.Request, web.Application]:
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


async def test_readiness_names_each_part(lending: Lending) -> None:
    client = await served(make_internal_app(lending.engine, Metrics()))

    answer = await client.get("/readyz")

    assert answer.status == 200
    told = await answer.json()
    assert told["channel"] == {"directory": "ok"}
    assert set(told["record"].values()) == {"ok"}
    assert len(told["record"]) == 10
    await client.close()


async def test_one_district_down_is_named_and_does_not_take_the_others_out(lending: Lending) -> None:
    class Half:
        def __getattr__(self, name: str) -> Any:
            return getattr(lending.engine.record, name)

        def unit(self, district: str) -> Any:
            if district == "LS-B":
                raise DistrictDown
            return lending.engine.record.unit(district)

    engine = replace(lending.engine, record=Half())

    planes = await examine(engine)

    assert planes["record"]["LS-B"] == "district_down"
    assert planes["record"]["LS-A"] == "ok"
    assert is_ready(planes)


async def test_with_no_district_it_is_not_ready(engine: Engine) -> None:
    client = await served(make_internal_app(engine, Metrics()))

    assert (await client.get("/readyz")).status == 503
    await client.close()


def parts(something_changed: list[str]) -> web.Application:
    async def post(_request: web.Request) -> web.Response:
        return web.Response(text="done")

    async def broken(_request: web.Request) -> web.Response:
        raise RuntimeError("a bug")

    portal, hooks = web.Application(), web.Application()
    portal.router.add_get("/pages/{reference}", post)
    hooks.router.add_post("/{token}/do", post)
    hooks.router.add_post("/{token}/break", broken)
    return make_public_app(
        portal,
        hooks,
        None,
        metrics=METRICS,
        identifiers=SystemIdentifiers(),
        something_changed=lambda: something_changed.append("rung"),
    )


METRICS = Metrics()


async def test_every_request_is_counted_by_its_pattern_and_work_is_announced() -> None:
    rung: list[str] = []
    client = await served(parts(rung))

    assert (await client.get("/pages/1234567890?text=4821")).status == 200
    assert rung == []
    assert (await client.post("/hooks/s3cret-token/do")).status == 200
    assert (await client.post("/hooks/s3cret-token/break")).status == 500
    assert (await client.get("/nowhere/58851234")).status == 404
    assert rung == ["rung", "rung"]

    page = METRICS.page().decode()
    assert 'route="/pages/{reference}",status="200"' in page
    assert 'route="/hooks/{token}/do",status="200"' in page
    assert 'route="/hooks/{token}/break",status="500"' in page
    assert 'route="unknown",status="404"' in page
    assert not any(secret in page for secret in ("s3cret", "58851234", "1234567890", "4821"))
    await client.close()


async def test_no_answer_says_which_server_it_is() -> None:
    client = await served(parts([]))

    for path in ("/healthz", "/pages/1", "/nowhere"):
        assert "Server" not in (await client.get(path)).headers
    assert await (await client.get("/healthz")).text() == "alive\n"
    await client.close()
