"""Processes of a drill: started, killed, started again as a service manager would, and all ended at the end."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

READY_SECONDS: Final = 90
_WATCH_SECONDS: Final = 0.2
_RESTART_SECONDS: Final = 0.5
_STOP_SECONDS: Final = 30


@dataclass
class Started:
    """A program that runs, with what it says in a file."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start it, once more if need be. It ends with the test run, whatever ends that."""
        with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*with_us, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
            )

    def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        self.process.wait(_STOP_SECONDS)

    def stop(self) -> int:
        """End it in order; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode


@dataclass
class Product:
    """Two servers and two workers. `killed` names those that ended by SIGKILL, in their order."""

    environment: Mapping[str, str]
    ports: Sequence[int]
    directory: Path
    kill_points: Mapping[str, str]
    killed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    _running: list[Started] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """All four, watched; they are told to stop when left."""
        for n, port in enumerate(self.ports, start=1):
            self._start(f"serve {n}", {"LETSEMA_PUBLIC_PORT": str(port), "LETSEMA_INTERNAL_PORT": str(port + 1)})
            self._start(f"worker {n}", {})
        watch = asyncio.create_task(self._watch())
        try:
            await self._become_ready()
            yield
        finally:
            watch.cancel()
            await asyncio.to_thread(self._stop)

    def _start(self, name: str, own: Mapping[str, str]) -> None:
        work, _, _ = name.partition(" ")
        command = [sys.executable, "-m", "tests.drills.product", work]
        if name in self.kill_points:
            command.append(self.kill_points[name])
        log = self.directory / f"{name.replace(' ', '-')}.log"
        self._running.append(Started(name, command, {**self.environment, **own}, log))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            for started in self._running:
                if (code := started.process.poll()) is not None:
                    (self.killed if code == -signal.SIGKILL else self.ended).append(started.name)
                    await asyncio.sleep(_RESTART_SECONDS)
                    # Once: who starts it again gives it no place to die at.
                    started.command = started.command[:4]
                    started.start()

    async def _become_ready(self) -> None:
        give_up_at = time.monotonic() + READY_SECONDS
        async with aiohttp.ClientSession() as http:
            for port in self.ports:
                while not await _answers(http, f"http://127.0.0.1:{port + 1}/readyz"):
                    said = "\n".join(f"{one.name}: {_end_of(one.log)}" for one in self._running)
                    assert time.monotonic() < give_up_at, f"not ready in {READY_SECONDS} s\n{said}"
                    await asyncio.sleep(0.1)

    def _stop(self) -> None:
        for started in self._running:
            started.process.send_signal(signal.SIGTERM)
        for started in self._running:
            started.stop()


def product_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """An environment with these settings and no others."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LETSEMA_")}
    return plain | {f"LETSEMA_{name.upper()}": value for name, value in settings.items()}


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""
