"""The simulated phone of each channel, against one running application and its provider stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from channels.simulator.chatting import ChattingPhone
from channels.simulator.phone import Handset, SimulatedPhone
from channels.simulator.texting import TextingPhone
from channels.simulator.window import StandInWindow
from core.phones import PhoneNumber
from core.records.borrower import Channel


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is. public, stand_in: URLs. sms_sender: who the application's own messages come from."""

    public: str
    stand_in: str
    service_code: str
    short_code: str
    sms_sender: str
    hook_token: str

    def hook(self, path: str) -> str:
        """A callback's address."""
        return f"{self.public.rstrip('/')}/hooks/{self.hook_token}/africastalking/{path}"


@asynccontextmanager
async def open_handset(
    channel: Channel, addresses: Addresses, number: PhoneNumber, now: Callable[[], datetime]
) -> AsyncIterator[Handset]:
    """A phone with this number, until left."""
    async with aiohttp.ClientSession() as client:
        window = StandInWindow(client, addresses.stand_in.rstrip("/"))
        match channel:
            case Channel.SMS:
                yield TextingPhone(
                    window,
                    inbound_url=addresses.hook("sms"),
                    number=number,
                    short_code=addresses.short_code,
                    now=now,
                )
            case Channel.TELEGRAM:
                yield ChattingPhone(window, number=number, sms_sender=addresses.sms_sender)
            case _:
                yield SimulatedPhone(
                    client,
                    ussd_url=addresses.hook("ussd"),
                    number=number,
                    service_code=addresses.service_code,
                )
