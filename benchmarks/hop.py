"""A USSD hop, whole: load, machine, render, save. The bar: the throughput of a bare handler with one read and one write
in the same run, and at most three times its 99th percentile.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Annotated, Final
from urllib.parse import quote

import aiohttp
import typer

from benchmarks.day_end import DataDirectory
from benchmarks.ground import TODAY, engine_on
from benchmarks.hop_servers import TOKEN, serve
from benchmarks.portfolio import DISTRICT, MFI, PRODUCT
from storage.embedded import EmbeddedPostgres
from storage.postgres.migrating import Plane, upgrade

BARE: Final = "bare"
OURS: Final = "letsema"
THROUGHPUT_BAR: Final = 1.0
LATENCY_BAR: Final = 3.0

HOPS: Final = ("", "2", "2*1", "2*1*Palesa", "2*1*Palesa*Mokoena", "2*1*Palesa*Mokoena*012345678901")
"""A registration as far as the date of birth: a form that is saved with every hop, and sealed."""

# Each phone calls once: a second call would be offered the form of the first.
_numbers: Final = itertools.count(58_000_000)


@dataclass
class Measured:
    """What a server did in its rounds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.latencies, n=100)[percent - 1] * 1_000

    def __str__(self) -> str:
        return (
            f"{self.a_second:,.0f} hops/s; p50 {self.percentile(50):.1f}, p95 {self.percentile(95):.1f}, "
            f"p99 {self.percentile(99):.1f} ms ({len(self.latencies):,} hops)"
        )


def measure(
    clients: Annotated[int, typer.Option(help="Phones at a time, each on a connection of its own.")] = 16,
    seconds: Annotated[float, typer.Option(help="How long a round takes.")] = 5.0,
    rounds: Annotated[
        int, typer.Option(help="Rounds of each server, in turns, so that both see the same machine.")
    ] = 3,
    data_dir: DataDirectory = None,
) -> None:
    """Play sessions against a bare handler and against ours, in turns on the same database; exit 1 below the bar."""
    with tempfile.TemporaryDirectory() as temporary:
        found = asyncio.run(_measure(clients, seconds, rounds, data_dir or Path(temporary)))
    for kind, measured in found.items():
        print(f"{kind:<8} {measured}")
    throughput = found[OURS].a_second / found[BARE].a_second
    latency = found[OURS].percentile(99) / found[BARE].percentile(99)
    print(f"ratio    throughput {throughput:.2f} (bar {THROUGHPUT_BAR}), p99 {latency:.2f} (bar {LATENCY_BAR})")
    if throughput < THROUGHPUT_BAR or latency > LATENCY_BAR:
        raise typer.Exit(1)


async def _measure(clients: int, seconds: float, rounds: int, data_directory: Path) -> dict[str, Measured]:
    server = await EmbeddedPostgres.start(data_directory)
    try:
        await _prepare(server)
        found = {BARE: Measured(), OURS: Measured()}
        with _serving(BARE, server.url()) as bare, _serving(OURS, server.url()) as ours:
            for port in (bare, ours):
                await _round(port, clients, 1.0, Measured())
            for _ in range(rounds):
                await _round(bare, clients, seconds, found[BARE])
                await _round(ours, clients, seconds, found[OURS])
        return found
    finally:
        await server.stop()


async def _prepare(server: EmbeddedPostgres) -> None:
    await server.ensure_database()
    for plane in Plane:
        await upgrade(plane, server.url())
    async with engine_on(server.url()) as engine:
        await engine.record.add_mfi(MFI)
        await engine.record.add_product(PRODUCT)
        await engine.record.open_district(DISTRICT, TODAY)


@contextmanager
def _serving(kind: str, url: str) -> Iterator[int]:
    """A server in a process of its own; its port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(kind, url, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(60):
            raise TimeoutError(f"{kind} does not answer")
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


async def _round(port: int, clients: int, seconds: float, into: Measured) -> None:
    """Let every client play sessions until the time is over."""
    url = f"http://127.0.0.1:{port}/hooks/{TOKEN}/africastalking/ussd"
    started = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=clients)) as http:
        await asyncio.gather(*(_play(http, url, started + seconds, into) for _ in range(clients)))
    into.seconds += time.perf_counter() - started


async def _play(http: aiohttp.ClientSession, url: str, until: float, into: Measured) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    while time.perf_counter() < until:
        number, session = f"%2B266{next(_numbers)}", f"ATUid_{random.getrandbits(128):032x}"
        for text in HOPS:
            body = (
                f"sessionId={session}&serviceCode=*384*555%23&phoneNumber={number}&networkCode=65101&text={quote(text)}"
            )
            began = time.perf_counter()
            async with http.post(url, data=body.encode(), headers=headers) as answer:
                page = await answer.read()
            into.latencies.append(time.perf_counter() - began)
            if not page.startswith(b"CON "):
                raise RuntimeError(f"an unexpected answer: {page!r}")
