"""A phone with Telegram, as the stand-in plays it: texts and buttons, and the code by SMS that links the number."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from channels.simulator.phone import PhoneScreen
from channels.simulator.window import StandInWindow, accepted
from channels.transport import TransportError
from core.phones import PhoneNumber

_START: Final = "/start"
_TELEGRAM: Final = "telegram"
_CODE: Final = re.compile(r"\b\d{6}\b")


class ChattingPhone:
    """One person's chat with the bot. Their number is linked on the first dial."""

    def __init__(self, window: StandInWindow, *, number: PhoneNumber, sms_sender: str) -> None:
        self._window = window
        self._number = number.e164
        self._chat = f"{_TELEGRAM}:{number.e164}"
        self._sms_sender = sms_sender

    async def dial(self, *_already_typed: str) -> PhoneScreen:
        """Open the chat; a number that is not linked is shared, and the code that comes is typed."""
        messages = await self._act({"text": _START})
        if messages[-1]["asks_for_contact"]:
            messages = await self._link()
        return _screen(messages)

    async def answer(self, typed: str) -> PhoneScreen:
        """Press the button of a number, or write a text. Raises `TransportError`."""
        return _screen(await self._act({"press": f"{typed}. "}, {"text": typed}))

    async def _link(self) -> list[dict[str, Any]]:
        before = await self._window.count_from(self._sms_sender, self._number)
        await self._act({"share": ""})
        messages = await self._window.new_from(self._sms_sender, self._number, before)
        codes = [found[0] for each in messages if (found := _CODE.search(str(each["text"])))]
        if not codes:
            raise TransportError(permanent=True, code="no_code_by_sms")
        return await self._act({"text": codes[-1]})

    async def _act(self, *ways: dict[str, str]) -> list[dict[str, Any]]:
        """Do the first of these that is possible, and wait for what comes of it."""
        seen = await self._window.count_from(_TELEGRAM, self._chat)
        status = 0
        for way in ways:
            status = await self._window.post("/telegram/say", {"from": self._number, **way})
            if status != HTTPStatus.NOT_FOUND:
                break
        accepted(status)
        return await self._window.new_from(_TELEGRAM, self._chat, seen, answers=_is_screen)


def _screen(messages: list[dict[str, Any]]) -> PhoneScreen:
    """The screens as a phone shows them, each with its buttons under it. A chat is always open.

    A receipt or a welcome that comes by itself meanwhile is left out, unless there is nothing else.
    """
    screens = [message for message in messages if _is_screen(message)]
    return PhoneScreen(text="\n\n".join(map(_shown, screens or messages)), is_open=True)


def _is_screen(message: dict[str, Any]) -> bool:
    return bool(message["buttons"]) or bool(message["asks_for_contact"])


def _shown(message: dict[str, Any]) -> str:
    return "\n".join([str(message["text"]), *(f"[{label}]" for label in message["buttons"])])
