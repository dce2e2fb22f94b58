"""Processes of a drill: started, killed, started again as a service manager would, and all ended at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import uuid4

from tests.servers.with_us import start_with_us

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
        with self.log.open("ab") as out:
            self.process = start_with_us(
                self.command,
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


class Product:
    """Two servers and two workers, watched. `killed` names those that ended by SIGKILL, `ended` any others, in order.

    environment: the settings of all. ports: the public one of each server; its internal one is the next.
    """

    def __init__(self, environment: Mapping[str, str], ports: Sequence[int], directory: Path) -> None:
        self.killed: list[str] = []
        self.ended: list[str] = []
        self._environment = environment
        self._ports = ports
        self._directory = directory
        self._running: list[Started] = []
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._restart_what_ends)

    def start(self) -> None:
        """Return when both servers are ready."""
        for n, port in enumerate(self._ports, start=1):
            self._start(f"serve {n}", {"LETSEMA_PUBLIC_PORT": str(port), "LETSEMA_INTERNAL_PORT": str(port + 1)})
            self._start(f"worker {n}", {})
        self._watch.start()
        self._become_ready()

    def order_kill(self, place: str) -> None:
        """Have the process that comes there first kill itself at a place: see `kill_points`."""
        unfinished = self._directory / f"{uuid4().hex}.unfinished"
        unfinished.write_text(place, encoding="ascii")
        unfinished.rename(unfinished.with_suffix(".kill"))

    def stop(self) -> None:
        """Tell all to stop, and wait until they have."""
        self._stopping.set()
        self._watch.join()
        for started in self._running:
            started.process.send_signal(signal.SIGTERM)
        for started in self._running:
            started.stop()

    def _start(self, name: str, own: Mapping[str, str]) -> None:
        work, _, _ = name.partition(" ")
        command = [sys.executable, "-m", "tests.drills.product", work, str(self._directory)]
        log = self._directory / f"{name.replace(' ', '-')}.log"
        self._running.append(Started(name, command, {**self._environment, **own}, log))

    def _restart_what_ends(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            for started in self._running:
                code = started.process.poll()
                if code is not None and not self._stopping.wait(_RESTART_SECONDS):
                    (self.killed if code == -signal.SIGKILL else self.ended).append(started.name)
                    started.start()

    def _become_ready(self) -> None:
        give_up_at = time.monotonic() + READY_SECONDS
        for port in self._ports:
            while not _is_ready(port + 1):
                if time.monotonic() > give_up_at:
                    said = "\n".join(f"{one.name}: {_end_of(one.log)}" for one in self._running)
                    self.stop()
                    raise AssertionError(f"not ready in {READY_SECONDS} s\n{said}")
                time.sleep(0.1)


def product_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """An environment with these settings and no others."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LETSEMA_")}
    return plain | {f"LETSEMA_{name.upper()}": value for name, value in settings.items()}


def _is_ready(internal_port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{internal_port}/readyz", timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""
