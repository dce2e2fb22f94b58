from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import unused_port

from channels.stand_in.callbacks import Callback, CallbackQueue, RetryPauses, Timers
from tests.channels.stand_in.serving import serving


async def test_a_callback_is_repeated_to_the_same_place_until_it_is_told_2xx() -> None:
    async with serving() as served:
        served.application.answers = [503, 307, 400]

        await served.post("/rail/pay", **{"from": "+26658851234", "to": "600100", "amount": "1.00"})
        await served.quiet()

        assert len(served.application.taken) == 4
        assert len(set(served.application.taken)) == 1
        assert await served.get("/_callbacks") == {"waiting": 0, "delivered": 1, "dropped": 0}


async def test_a_callback_that_nobody_takes_is_given_up_after_its_last_try() -> None:
    async with serving() as served:
        served.application.answers = [500] * 9

        await served.post("/rail/pay", **{"from": "+26658851234", "to": "600100", "amount": "1.00"})
        await served.quiet()

        assert len(served.application.taken) == 4
        assert await served.get("/_callbacks") == {"waiting": 0, "delivered": 0, "dropped": 1}


async def test_an_application_that_is_down_gets_its_callbacks_later() -> None:
    port = unused_port()
    timers = Timers()
    queue = CallbackQueue(timers, RetryPauses(attempts_max=100, first_seconds=0.01, longest_seconds=0.02))
    got: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append((await reader.readuntil(b"hello"))[-5:])
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    async with queue.running():
        queue.send(Callback(f"http://127.0.0.1:{port}/", "text/plain", b"hello"))
        server = await asyncio.start_server(take, "127.0.0.1", port)
        async with server:
            await asyncio.wait_for(queue.wait_until_idle(), 5)

    assert got == [b"hello"]
    assert queue.delivered == 1


async def test_one_callback_too_many_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.stand_in.callbacks._WAITING_MAX", 2)
    timers = Timers()
    queue = CallbackQueue(timers, RetryPauses())

    for _ in range(3):
        queue.send(Callback("http://127.0.0.1:9/", "text/plain", b""), after_seconds=60)

    assert (queue.waiting, queue.dropped) == (2, 1)
    timers.close()


def test_the_pauses_double_up_to_the_longest() -> None:
    pauses = RetryPauses(first_seconds=0.25, longest_seconds=2.0)

    assert [pauses.after(attempts) for attempts in (1, 2, 3, 4, 5, 9)] == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


async def test_a_timer_that_was_closed_never_acts() -> None:
    timers = Timers()
    acted = asyncio.Event()

    timers.after(0.0, acted.set)
    timers.close()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(acted.wait(), 0.02)
