"""The running product, as a newcomer starts it: `letsema demo` in a process of its own, on free ports."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from tests.servers.ports import free_ports

LETSEMA = Path(sys.executable).with_name("letsema")
READY_SECONDS = 180
"""When waiting is given up; what is promised of a start is `READY_PROMISED_SECONDS`, and one test asks for it."""

READY_PROMISED_SECONDS = 60
"""From the command to the answer of `/readyz`, on two cores."""

SMS_SECONDS = 15


@dataclass
class Demo:
    """A demo that is ready, and what `demo.json` says of it."""

    process: subprocess.Popen[bytes]
    data_directory: Path
    told: dict[str, Any]
    log: Path
    ready_after_seconds: float

    @classmethod
    def start(cls, data_directory: Path, port: int | None = None) -> Demo:
        """Start one and wait until it says that it is ready."""
        log = data_directory.with_suffix(".log")
        port = port or free_ports(3)
        told_file = data_directory / "demo.json"
        written_before = _written_at(told_file)
        with log.open("ab") as out:
            process = subprocess.Popen(
                [LETSEMA, "demo", "--port", str(port), "--data-dir", data_directory],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={name: value for name, value in os.environ.items() if not name.startswith("LETSEMA_")},
            )
        started = time.monotonic()
        while (waited := time.monotonic() - started) < READY_SECONDS:
            if _written_at(told_file) != written_before:
                return cls(process, data_directory, json.loads(told_file.read_text()), log, waited)
            assert process.poll() is None, f"the demo ended:\n{log.read_text()}"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)  # a kill would leave its PostgreSQL behind
        process.wait(30)
        raise AssertionError(f"the demo was not ready in {READY_SECONDS} s:\n{log.read_text()}")

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    @property
    def public(self) -> str:
        return str(self.told["public"])

    @property
    def stand_in(self) -> str:
        return str(self.told["stand_in"])

    def staff(self, role: str, lender: str) -> dict[str, str]:
        """The sign-in of somebody with a role at a lender whose name begins like this."""
        return next(one for one in self.told["staff"] if one["role"] == role and one["mfi"].startswith(lender))

    def rail_account(self, lender: str) -> str:
        return str(next(one["rail_account"] for one in self.told["mfis"] if one["name"].startswith(lender)))

    async def command(self, *words: str) -> tuple[int, str]:
        """Run `letsema …` beside the demo; its exit code and what it printed."""
        process = await asyncio.create_subprocess_exec(
            str(LETSEMA),
            *words,
            "--data-dir",
            str(self.data_directory),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode()

    async def close_through(self, day: date) -> None:
        code, out = await self.command("day-end", "--date", day.isoformat())
        assert code == 0, out

    async def remind(self, day: date) -> None:
        code, out = await self.command("remind", "--date", day.isoformat())
        assert code == 0, out


@dataclass
class Provider:
    """The provider stand-in: what was sent to whom, and a wallet that pays."""

    http: aiohttp.ClientSession
    demo: Demo

    async def sent(self, number: str) -> list[dict[str, Any]]:
        """The SMS that reached a number, oldest first."""
        async with self.http.get(f"{self.demo.stand_in}/_sent", params={"to": number}) as answer:
            assert answer.status == 200
            found: list[dict[str, Any]] = await answer.json()
        return found

    async def sms(self, number: str, *words: str) -> str:
        """Wait for an SMS to a number that has all these words; its text."""
        texts: list[str] = []
        deadline = time.monotonic() + SMS_SECONDS
        while time.monotonic() < deadline:
            texts = [str(one["text"]) for one in await self.sent(number)]
            for text in texts:
                if all(word in text for word in words):
                    return text
            await asyncio.sleep(0.1)
        raise AssertionError(f"no SMS to {number} with {words}; there are:\n" + "\n".join(texts))

    async def notify(self, **notice: str) -> tuple[int, dict[str, Any]]:
        """The rail's payment notification, as the rail sends it."""
        body = {"currency": "LSL", **notice}
        async with self.http.post(f"{self.demo.public}/hooks/demo/payments/simulated", json=body) as answer:
            return answer.status, await answer.json()


def days(count: int) -> timedelta:
    return timedelta(days=count)


def _written_at(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0
