"""Africa's Talking's SMS API as the stand-in speaks it: `POST /version1/messaging`, in the real API's shapes.

The shapes are the recorded ones: 201 for success, 201 without recipients for a bad sender, text for a bad key, 400 text
for a missing field, and `application/json` without a character set, which the SDK insists on.
"""

from __future__ import annotations

import hmac
import json
import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from channels.sms.segments import parts_of
from channels.stand_in.callbacks import Callback, CallbackQueue
from channels.stand_in.faults import SMS_FAULTS, Fault, FaultBoard, Provider
from channels.stand_in.networks import network_code
from channels.stand_in.settings import REMEMBERED_MAX, StandInSettings

RECIPIENTS_MAX: Final = 1_000
TEXT_CHARACTERS_MAX: Final = 5_000

_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SENDER: Final = re.compile(r"[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 .-]{1,11}")
_CENTS_A_PART: Final = 35
_STATUSES: Final = {
    101: "Success",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    501: "GatewayError",
}
_REFUSAL_OF_FAULT: Final = {
    Fault.RISK_HOLD: 401,
    Fault.INVALID_NUMBER: 403,
    Fault.INSUFFICIENT_BALANCE: 405,
    Fault.BLACKLISTED: 406,
    Fault.GATEWAY_ERROR: 501,
}
_ACCEPTED: Final = 101
_BAD_NUMBER: Final = 403


@dataclass(frozen=True, slots=True)
class SentSms:
    """A message that was accepted for one number."""

    id: str
    at: datetime
    to: str
    sender: str
    text: str
    parts: int


class SmsApi:
    """The provider's side of SMS: accepts messages, remembers them, reports their delivery."""

    def __init__(self, settings: StandInSettings, faults: FaultBoard, callbacks: CallbackQueue) -> None:
        self._settings = settings
        self._faults = faults
        self._callbacks = callbacks
        self.sent: deque[SentSms] = deque(maxlen=REMEMBERED_MAX)

    async def post_messaging(self, request: web.Request) -> web.Response:
        """Answer one request of the SDK."""
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        fault = self._faults.take(Provider.AFRICASTALKING, SMS_FAULTS)
        if fault is Fault.TIMEOUT:
            await self._faults.hang()
            return _text(504, "Gateway Timeout")
        if fault is Fault.SERVER_ERROR:
            return _text(500, "<html><body>Internal Server Error</body></html>")
        if fault is Fault.BAD_KEY or not self._is_authentic(request, fields):
            return _text(401, "The supplied authentication is invalid")
        missing = next((name for name in ("to", "message") if not fields.get(name)), None)
        if missing is not None:
            return _text(400, f"Request is missing required form field '{missing}'")
        return await self._accept(fields, fault)

    def _is_authentic(self, request: web.Request, fields: dict[str, str]) -> bool:
        key = request.headers.get("apiKey", "")
        is_known_key = hmac.compare_digest(key.encode(), self._settings.sms_api_key.encode())
        return is_known_key and fields.get("username") == self._settings.sms_username

    async def _accept(self, fields: dict[str, str], fault: Fault | None) -> web.Response:
        sender = fields.get("from", self._settings.default_sender)
        numbers = [number.strip() for number in fields["to"].split(",")][:RECIPIENTS_MAX]
        if fault is Fault.INVALID_SENDER or not _SENDER.fullmatch(sender):
            return _json({"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}})
        text = fields["message"][:TEXT_CHARACTERS_MAX]
        parts = parts_of(text)
        recipients = [self._recipient(number, sender, text, parts, fault) for number in numbers]
        if fault is Fault.LOST_ANSWER:
            await self._faults.hang()
        if fault is Fault.MALFORMED:
            return web.Response(status=201, body=b'{"SMSMessageData":{"Message":"Sent to', content_type=_JSON)
        answer = _json({"SMSMessageData": {"Message": _summary(recipients, parts), "Recipients": recipients}})
        if fault is Fault.CHARSET:
            answer.charset = "utf-8"
        return answer

    def _recipient(self, number: str, sender: str, text: str, parts: int, fault: Fault | None) -> dict[str, object]:
        code = _REFUSAL_OF_FAULT.get(fault, _ACCEPTED) if fault is not None else _ACCEPTED
        if code == _ACCEPTED and not _NUMBER.fullmatch(number):
            code = _BAD_NUMBER
        accepted = code == _ACCEPTED
        message_id = "ATXid_" + self._settings.random_hex(16) if accepted else "None"
        if accepted:
            self._remember(SentSms(message_id, self._settings.now(), number, sender, text, parts), fault)
        return {
            "statusCode": code,
            "number": number,
            "status": _STATUSES[code],
            "cost": f"LSL {_maloti(parts)}" if accepted else "0",
            "messageId": message_id,
        }

    def _remember(self, message: SentSms, fault: Fault | None) -> None:
        self.sent.append(message)
        if fault is Fault.NO_REPORT:
            return
        failed = fault is Fault.UNDELIVERED
        self._report(message, "Failed" if failed else "Success", "DeliveryFailure" if failed else "", 1)
        if fault is Fault.DUPLICATE_REPORT:
            self._report(message, "Success", "", 2)
        if fault is Fault.LATE_SENT_REPORT:
            self._report(message, "Sent", "", 2)

    def _report(self, message: SentSms, status: str, failure_reason: str, turn: int) -> None:
        """Owe the delivery report of a message; the second one of a message comes a turn later."""
        fields = {
            "id": message.id,
            "status": status,
            "phoneNumber": message.to,
            "networkCode": network_code(message.to),
            "retryCount": "0",
        }
        if failure_reason:
            fields["failureReason"] = failure_reason
        report = Callback(self._settings.hook("africastalking/delivery"), _FORM, urlencode(fields).encode())
        self._callbacks.send(report, after_seconds=self._settings.report_seconds * turn)


def _maloti(parts: int) -> str:
    return f"{parts * _CENTS_A_PART // 100}.{parts * _CENTS_A_PART % 100:02d}00"


def _summary(recipients: list[dict[str, object]], parts: int) -> str:
    accepted = sum(recipient["statusCode"] == _ACCEPTED for recipient in recipients)
    cost = _maloti(parts * accepted)
    return f"Sent to {accepted}/{len(recipients)} Total Cost: LSL {cost} Message parts: {parts}"


def _json(members: dict[str, object]) -> web.Response:
    return web.Response(status=201, body=json.dumps(members, separators=(",", ":")).encode(), content_type=_JSON)


def _text(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text)
