"""Somebody with Telegram on their phone, as the stand-in plays them: they write, press, share, and read what comes."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.demo import SMS_SECONDS, Provider


@dataclass
class Chat:
    """One person's chat with the bot. Every act waits for what it is answered."""

    provider: Provider
    number: str
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What the person was answered, without the notices that come beside it."""
        return [message for message in self.messages if message["screen"] or message["asks_for_contact"]]

    @property
    def screen(self) -> str:
        """The newest answer, with its buttons as lines."""
        newest = self.answers[-1]
        return "\n".join([str(newest["text"]), *newest["buttons"]])

    async def write(self, *texts: str) -> None:
        for text in texts:
            await self._does(text=text)

    async def choose(self, label: str) -> None:
        """Press the newest button that has a label, whatever its number; on the next page, if need be."""
        for _ in range(5):
            for button in self.answers[-1]["buttons"]:
                if label in button:
                    await self._does(press=button)
                    return
            await self._does(press="More")
        raise AssertionError(f"no button says {label!r}:\n{self.screen}")

    async def link(self) -> None:
        """Share one's number and type the code that the SIM got."""
        await self.write("/start")
        await self._does(share="", is_answered=False)
        sms = await self.provider.sms(self.number, "Telegram chat within 10 minutes")
        found = re.search(r"\b(\d{6})\b", sms)
        assert found is not None
        await self._does(text=found[1])

    async def written(self) -> list[dict[str, Any]]:
        """What this person wrote, as it stands."""
        found = await self.provider.sent("telegram")
        return [message for message in found if message["from"] == f"telegram:{self.number}"]

    async def _does(self, *, is_answered: bool = True, **what: str) -> None:
        before = len(self.answers)
        url = f"{self.provider.demo.stand_in}/telegram/say"
        async with self.provider.http.post(url, json={"from": self.number, **what}) as answer:
            assert answer.status == 202, await answer.text()
        deadline = time.monotonic() + SMS_SECONDS
        while time.monotonic() < deadline:
            self.messages = await self.provider.sent(f"telegram:{self.number}")
            if len(self.answers) > before or not is_answered:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"no answer to {what}; the last was:\n{self.screen if self.messages else 'nothing'}")
