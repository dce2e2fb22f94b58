"""A phone in the terminal: what `letsema dial` runs. Pages go to stdout, answers come from stdin, a line each."""

from __future__ import annotations

import asyncio
from typing import Final, TextIO

import aiohttp

from channels.simulator.phone import PhoneScreen, SimulatedPhone
from core.phones import PhoneNumber

_RULE: Final = "-" * 32
_PROMPT: Final = "> "


async def dial(
    base_url: str,
    phone: PhoneNumber,
    service_code: str,
    stdin: TextIO,
    stdout: TextIO,
    *,
    hook_token: str = "demo",  # noqa: S107 -- names the demo's path; guards nothing on loopback
) -> None:
    """Dial the service code and talk until the session ends, or until stdin does (which hangs up).

    base_url: the application's public listener. Raises `TransportError` when it does not answer, or not as USSD must.
    """
    ussd_url = f"{base_url.rstrip('/')}/hooks/{hook_token}/africastalking/ussd"
    async with aiohttp.ClientSession() as client:
        handset = SimulatedPhone(client, ussd_url=ussd_url, number=phone, service_code=service_code)
        screen = await handset.dial()
        _show(screen, stdout)
        while screen.is_open:
            # In a thread: a person thinks for minutes, and the loop has a connection to keep alive meanwhile.
            line = await asyncio.to_thread(stdin.readline)
            if not line:
                stdout.write("\n")
                return
            screen = await handset.answer(line.rstrip("\r\n"))
            _show(screen, stdout)


def _show(screen: PhoneScreen, stdout: TextIO) -> None:
    stdout.write(f"{_RULE}\n{screen.text}\n{_RULE}\n")
    if screen.is_open:
        stdout.write(_PROMPT)
    stdout.flush()
