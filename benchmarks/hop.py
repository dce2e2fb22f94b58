"""A USSD hop, whole: load, machine, render, save. The bar: the throughput of a bare handler with one read and one write
in the same run, and at most three times its 99th percentile.

Both answer the same client over the same connections, commit as durably, and run on uvloop as the product does. They
take turns, a round each, and what counts is the median of the rounds' ratios: a busy moment then hits a round, and not
one server.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Final
from urllib.parse import quote

import aiohttp
import psutil
import typer

from benchmarks.day_end import DataDirectory
from benchmarks.ground import TODAY, engine_on
from benchmarks.hop_servers import TOKEN, serve
from benchmarks.portfolio import DISTRICT, MFI, PRODUCT
from letsema.serving import run
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
    """What a server did in a round, or in all of its rounds."""

    seconds: float = 0.0
    processor_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.latencies, n=100)[percent - 1] * 1_000

    def __str__(self) -> str:
        processor = self.processor_seconds * 1_000 / len(self.latencies)
        return (
            f"{self.a_second:,.0f} hops/s; p50 {self.percentile(50):.1f}, p95 {self.percentile(95):.1f}, "
            f"p99 {self.percentile(99):.1f} ms; {processor:.2f} ms of the server's processor a hop "
            f"({len(self.latencies):,} hops)"
        )


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/{TOKEN}/africastalking/ussd"

    @property
    def processor_seconds(self) -> float:
        """What the process has used; without the database's and the client's, which are alike for both servers."""
        used = self.process.cpu_times()
        return used.user + used.system


def measure(
    clients: Annotated[int, typer.Option(help="Phones at a time, each on a connection of its own.")] = 16,
    seconds: Annotated[float, typer.Option(help="How long a round takes.")] = 3.0,
    rounds: Annotated[int, typer.Option(help="Rounds of each server, in turns.")] = 7,
    data_dir: DataDirectory = None,
) -> None:
    """Play sessions against a bare handler and against ours, in turns on the same database; exit 1 below the bar."""
    with tempfile.TemporaryDirectory() as temporary:
        found = run(_measure(clients, seconds, rounds, data_dir or Path(temporary)))
    for kind, each in found.items():
        print(f"{kind:<8} {_together(each)}")
    pairs = list(zip(found[OURS], found[BARE], strict=True))
    throughput = [ours.a_second / bare.a_second for ours, bare in pairs]
    latency = [ours.percentile(99) / bare.percentile(99) for ours, bare in pairs]
    print(f"rounds   throughput {' '.join(f'{ratio:.2f}' for ratio in throughput)}")
    print(
        f"median   throughput {median(throughput):.2f} (bar {THROUGHPUT_BAR}), "
        f"p99 {median(latency):.2f} (bar {LATENCY_BAR})"
    )
    if median(throughput) < THROUGHPUT_BAR or median(latency) > LATENCY_BAR:
        raise typer.Exit(1)


def _together(rounds: Sequence[Measured]) -> Measured:
    return Measured(
        sum(each.seconds for each in rounds),
        sum(each.processor_seconds for each in rounds),
        [latency for each in rounds for latency in each.latencies],
    )


async def _measure(clients: int, seconds: float, rounds: int, data_directory: Path) -> dict[str, list[Measured]]:
    database = await EmbeddedPostgres.start(data_directory)
    try:
        await _prepare(database)
        found: dict[str, list[Measured]] = {BARE: [], OURS: []}
        with _serving(BARE, database.url()) as bare, _serving(OURS, database.url()) as ours:
            for server in (bare, ours):
                await _round(server, clients, 1.0)
            for _ in range(rounds):
                found[BARE].append(await _round(bare, clients, seconds))
                found[OURS].append(await _round(ours, clients, seconds))
        return found
    finally:
        await database.stop()


async def _prepare(server: EmbeddedPostgres) -> None:
    await server.ensure_database()
    for plane in Plane:
        await upgrade(plane, server.url())
    async with engine_on(server.url()) as engine:
        await engine.record.add_mfi(MFI)
        await engine.record.add_product(PRODUCT)
        await engine.record.open_district(DISTRICT, TODAY)


@contextmanager
def _serving(kind: str, url: str) -> Iterator[Server]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(kind, url, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(60):
            raise TimeoutError(f"{kind} does not answer")
        yield Server(ours.recv(), psutil.Process(process.pid))
    finally:
        process.terminate()
        process.join()


async def _round(server: Server, clients: int, seconds: float) -> Measured:
    """Let every client play sessions until the time is over."""
    found = Measured()
    started, used = time.perf_counter(), server.processor_seconds
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=clients)) as http:
        await asyncio.gather(*(_play(http, server.url, started + seconds, found) for _ in range(clients)))
    found.seconds = time.perf_counter() - started
    found.processor_seconds = server.processor_seconds - used
    return found


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
