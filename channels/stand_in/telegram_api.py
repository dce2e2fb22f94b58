"""Telegram's Bot API as the stand-in speaks it, and a page by which a person acts in their chat.

POST /bot<token>/<method>   getMe, sendMessage, editMessageReplyMarkup, answerCallbackQuery, deleteMessage, setWebhook
POST /telegram/say          {"from": "+266…"} with one of "text", "press" (a button's label, or its beginning),
                            "share" (a number; "" shares one's own), "block" (true or false)
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.stand_in.faults import TELEGRAM_FAULTS, Fault, FaultBoard, Provider
from channels.stand_in.loopback import require_json
from channels.stand_in.settings import StandInSettings
from channels.stand_in.telegram_people import ChatMessage, NothingToPress, TelegramPeople

_TEXT_CHARACTERS_MAX: Final = 4_096
_CALLBACK_BYTES_MAX: Final = 64
_ALERT_CHARACTERS_MAX: Final = 200
_RETRY_SECONDS: Final = 1


class _SayBody(BaseModel):
    """What a person does."""

    model_config = ConfigDict(strict=True)

    sender: Annotated[str, Field(alias="from", pattern=r"^\+[1-9][0-9]{6,14}$")]
    text: Annotated[str, Field(max_length=10_000)] | None = None
    press: Annotated[str, Field(max_length=100)] | None = None
    share: Annotated[str, Field(max_length=20)] | None = None
    block: bool | None = None


class _RefusedError(Exception):
    """400, with what Telegram says."""


class TelegramApi:
    """The handlers."""

    def __init__(self, settings: StandInSettings, faults: FaultBoard, people: TelegramPeople) -> None:
        self._settings = settings
        self._faults = faults
        self._people = people
        self._methods: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "getMe": self._get_me,
            "sendMessage": self._send,
            "editMessageReplyMarkup": self._clear,
            "answerCallbackQuery": self._answer,
            "deleteMessage": self._delete,
            "setWebhook": self._webhook,
        }

    async def post_method(self, request: web.Request) -> web.Response:
        """Answer one call of the Bot API."""
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        method = self._methods.get(request.match_info["method"])
        if method is None or not hmac.compare_digest(
            request.match_info["token"].encode(), self._settings.telegram_token.encode()
        ):
            return _error(404, "Not Found")
        fault = self._faults.take(Provider.TELEGRAM, TELEGRAM_FAULTS) if method == self._send else None
        return await self._faulty(fault, fields) or self._called(method, fields)

    async def post_say(self, request: web.Request) -> web.Response:
        """Act as a person with Telegram on their phone."""
        require_json(request)
        try:
            self._act(_SayBody.model_validate_json(await request.read()))
        except ValidationError:
            return web.json_response({"message": "send from, and one of text, press, share, block"}, status=400)
        except NothingToPress:
            return web.json_response({"message": "no message of the chat has such a button"}, status=404)
        return web.json_response({}, status=202)

    def _act(self, body: _SayBody) -> None:
        chat_id = int(body.sender[1:])
        if body.text is not None:
            self._people.writes(chat_id, body.text)
        elif body.press is not None:
            self._people.presses(chat_id, body.press)
        elif body.share is not None:
            is_own = not body.share
            self._people.shares(chat_id, body.share or body.sender[1:], owner=chat_id if is_own else None)
        elif body.block is not None:
            self._people.blocks(chat_id, is_blocked=body.block)

    async def _faulty(self, fault: Fault | None, fields: Mapping[str, str]) -> web.Response | None:
        """The answer of a call that is to go wrong; None for one that is not."""
        match fault:
            case Fault.TIMEOUT:
                await self._faults.hang()
                return _error(504, "Gateway Timeout")
            case Fault.LOST_ANSWER:
                self._send(fields)
                await self._faults.hang()
                return _error(504, "Gateway Timeout")
            case Fault.SERVER_ERROR:
                return web.Response(status=500, text="<html><body>Internal Server Error</body></html>")
            case Fault.MALFORMED:
                self._send(fields)
                return web.Response(body=b'{"ok":true,"result":', content_type="application/json")
            case Fault.BAD_KEY:
                return _error(401, "Unauthorized")
            case Fault.BLOCKED:
                return _error(403, "Forbidden: bot was blocked by the user")
            case Fault.RETRY_AFTER:
                return _error(429, f"Too Many Requests: retry after {_RETRY_SECONDS}", retry_after=_RETRY_SECONDS)
            case _:
                return None

    @staticmethod
    def _called(method: Callable[[Mapping[str, str]], Any], fields: Mapping[str, str]) -> web.Response:
        try:
            return web.json_response({"ok": True, "result": method(fields)})
        except _RefusedError as refused:
            return _error(400, f"Bad Request: {refused}")
        except (KeyError, ValueError, TypeError):
            return _error(400, "Bad Request: can't parse the parameters")

    def _get_me(self, _fields: Mapping[str, str]) -> Any:
        return self._bot()

    def _send(self, fields: Mapping[str, str]) -> Any:
        text = fields.get("text", "")
        if not text.strip():
            raise _RefusedError("message text is empty")
        if len(text) > _TEXT_CHARACTERS_MAX:
            raise _RefusedError("message is too long")
        markup: dict[str, Any] = json.loads(fields.get("reply_markup", "{}"))
        if any(
            len(str(button["callback_data"]).encode()) > _CALLBACK_BYTES_MAX
            for row in markup.get("inline_keyboard", [])
            for button in row
        ):
            raise _RefusedError("BUTTON_DATA_INVALID")
        return self._written(self._people.send(int(fields["chat_id"]), text, markup))

    def _clear(self, fields: Mapping[str, str]) -> Any:
        message = self._there(fields)
        if not message.buttons:
            raise _RefusedError("message is not modified")
        message.buttons = []
        return self._written(message)

    def _answer(self, fields: Mapping[str, str]) -> Any:
        alert = fields.get("text", "")
        if len(alert) > _ALERT_CHARACTERS_MAX:
            raise _RefusedError("MESSAGE_TOO_LONG")
        self._people.alerts.append((fields["callback_query_id"], alert))
        return True

    def _delete(self, fields: Mapping[str, str]) -> Any:
        self._there(fields).is_deleted = True
        return True

    def _webhook(self, fields: Mapping[str, str]) -> Any:
        self._people.webhook = fields.get("url", "")
        self._people.secret = fields.get("secret_token", "")
        return True

    def _there(self, fields: Mapping[str, str]) -> ChatMessage:
        message = self._people.message(int(fields["chat_id"]), int(fields["message_id"]))
        if message is None:
            raise _RefusedError("message not found")
        return message

    def _bot(self) -> dict[str, Any]:
        bot_id = int(self._settings.telegram_token.partition(":")[0])
        return {"id": bot_id, "is_bot": True, "first_name": "Letsema", "username": "letsema_stand_in_bot"}

    def _written(self, message: ChatMessage) -> dict[str, Any]:
        return {
            "message_id": message.number,
            "date": int(message.at.timestamp()),
            "chat": {"id": message.chat_id, "type": "private", "first_name": "Thabo"},
            "from": self._bot(),
            "text": message.text,
        }


def _error(status: int, description: str, **parameters: int) -> web.Response:
    more = {"parameters": parameters} if parameters else {}
    return web.json_response({"ok": False, "error_code": status, "description": description, **more}, status=status)
