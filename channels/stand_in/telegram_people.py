"""People with Telegram on their phones, as the stand-in plays them: what they were sent, and what they do.

Each is known by their phone number. What they do becomes an update in Telegram's own shape, posted to the webhook that
the application asked for, until it is told 2xx.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from channels.stand_in.callbacks import Callback, CallbackQueue
from channels.stand_in.rail import written
from channels.stand_in.settings import REMEMBERED_MAX, StandInSettings

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a header's name
_JSON: Final = "application/json"


@dataclass(slots=True)
class ChatMessage:
    """A message in somebody's chat, as it stands: its buttons may be taken away, and it may be deleted.

    `is_screen`: it came with buttons, so it is what the conversation shows and no notice beside it.
    """

    number: int
    chat_id: int
    at: datetime
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    asks_for_contact: bool = False
    is_screen: bool = False
    is_ours: bool = True
    is_deleted: bool = False

    def to_json(self) -> dict[str, Any]:
        """The message as the stand-in tells of it."""
        return {
            "at": written(self.at),
            "to": f"telegram:+{self.chat_id}" if self.is_ours else "telegram",
            "from": "telegram" if self.is_ours else f"telegram:+{self.chat_id}",
            "text": self.text,
            "buttons": [label for label, _ in self.buttons],
            "asks_for_contact": self.asks_for_contact,
            "screen": self.is_screen,
            "deleted": self.is_deleted,
        }


class NothingToPress(Exception):
    """No message of the chat has such a button."""


class TelegramPeople:
    """Everybody's chats with the one bot. A person's id is their number's digits, so that nothing has to be kept."""

    def __init__(self, settings: StandInSettings, callbacks: CallbackQueue) -> None:
        self._settings = settings
        self._callbacks = callbacks
        self._updates = 0
        self._messages = 0
        self.messages: deque[ChatMessage] = deque(maxlen=REMEMBERED_MAX)
        self.alerts: deque[tuple[str, str]] = deque(maxlen=REMEMBERED_MAX)
        self.webhook = ""
        self.secret = settings.telegram_secret

    # --- what the application does ---

    def send(self, chat_id: int, text: str, markup: Mapping[str, Any]) -> ChatMessage:
        """Put a message of the bot into a chat."""
        rows = markup.get("inline_keyboard", [])
        buttons = [(str(button["text"]), str(button["callback_data"])) for row in rows for button in row]
        asks = any(button.get("request_contact") for row in markup.get("keyboard", []) for button in row)
        return self._keep(chat_id, text, buttons=buttons, asks_for_contact=asks, is_screen=bool(buttons))

    def message(self, chat_id: int, number: int) -> ChatMessage | None:
        """One message of a chat, unless it was deleted."""
        there = (each for each in self.messages if (each.chat_id, each.number) == (chat_id, number))
        return next((each for each in there if not each.is_deleted), None)

    # --- what a person does ---

    def writes(self, chat_id: int, text: str) -> int:
        """Write a text; the message's number."""
        message = self._keep(chat_id, text, is_ours=False)
        self._post("message", {**self._message(message), "text": text})
        return message.number

    def shares(self, chat_id: int, phone: str, *, owner: int | None) -> None:
        """Share a contact card."""
        message = self._keep(chat_id, "", is_ours=False)
        contact = {"phone_number": phone, "first_name": "Thabo", **({"user_id": owner} if owner else {})}
        self._post("message", {**self._message(message), "contact": contact})

    def presses(self, chat_id: int, label: str) -> None:
        """Press the newest button that begins with a label. Raises `NothingToPress`."""
        for message in reversed(self.messages):
            for shown, data in message.buttons if message.chat_id == chat_id else ():
                if shown.startswith(label):
                    self._press(message, data)
                    return
        raise NothingToPress

    def blocks(self, chat_id: int, *, is_blocked: bool) -> None:
        """Block the bot, or let it write again."""
        before, after = ("member", "kicked") if is_blocked else ("kicked", "member")
        bot = {"id": self._bot_id(), "is_bot": True, "first_name": "Letsema"}
        change = {
            "chat": _chat(chat_id),
            "from": _user(chat_id),
            "date": self._now(),
            "old_chat_member": {"status": before, "user": bot},
            "new_chat_member": {"status": after, "user": bot, "until_date": 0},
        }
        self._post("my_chat_member", change)

    def _press(self, message: ChatMessage, data: str) -> None:
        query = {
            "id": str(self._updates + 1),
            "from": _user(message.chat_id),
            "chat_instance": "1",
            "message": {**self._message(message), "text": message.text},
            "data": data,
        }
        self._post("callback_query", query)

    def _keep(self, chat_id: int, text: str, **more: Any) -> ChatMessage:
        self._messages += 1
        message = ChatMessage(self._messages, chat_id, self._settings.now(), text, **more)
        self.messages.append(message)
        return message

    def _post(self, kind: str, content: Mapping[str, Any]) -> None:
        self._updates += 1
        body = json.dumps({"update_id": self._updates, kind: content}).encode()
        url = self.webhook or f"{self._settings.public_url.rstrip('/')}/hooks/telegram"
        self._callbacks.send(Callback(url, _JSON, body, {SECRET_HEADER: self.secret}))

    def _message(self, message: ChatMessage) -> dict[str, Any]:
        return {
            "message_id": message.number,
            "date": self._now(),
            "chat": _chat(message.chat_id),
            "from": _user(message.chat_id),
        }

    def _now(self) -> int:
        return int(self._settings.now().timestamp())

    def _bot_id(self) -> int:
        return int(self._settings.telegram_token.partition(":")[0])


def _chat(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "type": "private", "first_name": "Thabo"}


def _user(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "is_bot": False, "first_name": "Thabo", "language_code": "en"}
