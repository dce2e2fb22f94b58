"""Sends SMS through Africa's Talking with its own SDK.

The SDK is synchronous and knows no deadline for a whole call, so it runs in a few threads of its own: a slow provider
costs those threads and never the event loop that answers USSD. It retries nothing; the outbox does.
"""

from __future__ import annotations

import asyncio
import errno
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

import requests
from africastalking.Service import AfricasTalkingException
from africastalking.SMS import SMSService
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.transport import Price, Sent, TransportError
from core.phones import PhoneNumber

PROVIDER: Final = "africastalking"

_API_VERSION_PATH: Final = "/version1"
_ACCEPTED: Final = frozenset({100, 101, 102})
_PERMANENT: Final = {
    402: "invalid_sender_id",
    403: "invalid_phone_number",
    404: "unsupported_number_type",
    406: "user_in_blacklist",
    407: "could_not_route",
}
_OPERATOR: Final = {401: "risk_hold", 405: "insufficient_balance"}
_TEMPORARY: Final = {500: "internal_server_error", 501: "gateway_error", 502: "rejected_by_gateway"}

# The SDK drops the HTTP status of a refusal, so the provider's own sentence is all there is to tell them apart.
_BAD_KEY_TEXT: Final = "The supplied authentication is invalid"
_INVALID_SENDER_TEXT: Final = "InvalidSenderId"
_NOT_CONNECTED: Final = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH})
_MESSAGE_PARTS: Final = re.compile(r"Message parts: (\d{1,3})\b")


class _Recipient(BaseModel):
    """One recipient of the answer, as far as it matters here."""

    model_config = ConfigDict(strict=True)

    status_code: int = Field(alias="statusCode")
    message_id: str = Field(alias="messageId", default="")
    cost: str = ""
    parts: int | None = Field(alias="messageParts", default=None)


class _SmsMessageData(BaseModel):
    """The one member of the answer."""

    model_config = ConfigDict(strict=True)

    message: str = Field(alias="Message", default="")
    recipients: list[_Recipient] = Field(alias="Recipients")


class _Answer(BaseModel):
    """What `POST /version1/messaging` answers with 201."""

    data: _SmsMessageData = Field(alias="SMSMessageData")


class AfricasTalkingSms:
    """An `SmsSender` for one account (an MFI's, or the platform's).

    base_url: None for the provider's own address, which the SDK chooses by user name (`sandbox` or live); otherwise
    scheme and host, for the stand-in. connect_seconds and read_seconds bound each wait on the socket, `total_seconds`
    the whole send including the wait for a free thread.
    """

    def __init__(
        self,
        *,
        username: str,
        api_key: str,
        base_url: str | None = None,
        threads: int = 4,
        connect_seconds: float = 3.05,
        read_seconds: float = 9.05,
        total_seconds: float = 15.0,
    ) -> None:
        self._service = _service(username, api_key, base_url)
        self._timeout = (connect_seconds, read_seconds)
        self._total_seconds = total_seconds
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="africastalking-sms")
        # Held by a send until its thread is free again, even when nobody waits for it any more: the pool's own queue is
        # unbounded, and a send must not sit in it past the moment its caller gave up.
        self._free_threads = asyncio.Semaphore(threads)

    async def send(self, to: PhoneNumber, text: str, sender_id: str | None) -> Sent:
        """Send one SMS. Raises `TransportError`; a time-out or a broken connection says that it may have been sent."""
        started = False
        try:
            async with asyncio.timeout(self._total_seconds):
                await self._free_threads.acquire()
                started = True
                return await self._in_thread(to, text, sender_id)
        except TimeoutError as error:
            raise TransportError(
                permanent=False, code="timeout" if started else "busy", may_have_been_sent=started
            ) from error

    async def close(self) -> None:
        """Let the sends that run finish and end the threads."""
        await asyncio.to_thread(self._pool.shutdown)

    async def _in_thread(self, to: PhoneNumber, text: str, sender_id: str | None) -> Sent:
        call = asyncio.get_running_loop().run_in_executor(self._pool, self._call, to, text, sender_id)
        call.add_done_callback(self._thread_is_free)
        return await asyncio.shield(call)

    def _thread_is_free(self, call: asyncio.Future[Sent]) -> None:
        self._free_threads.release()
        if not call.cancelled():
            call.exception()  # Looked at, so that a failure after the deadline is not reported as never retrieved.

    def _call(self, to: PhoneNumber, text: str, sender_id: str | None) -> Sent:
        try:
            answer = self._service.send(text, [to.e164], sender_id=sender_id, timeout=self._timeout)
        except AfricasTalkingException as error:
            raise _refusal(str(error)) from error
        except requests.RequestException as error:
            raise _broken_call(error) from error
        return _outcome(answer)


def _service(username: str, api_key: str, base_url: str | None) -> SMSService:
    # Constructed for itself: the SDK's `initialize` is global to the process, and each MFI may have its own account.
    service = SMSService(username, api_key)
    if base_url is not None:
        address = urlsplit(base_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise ValueError("the base URL of Africa's Talking is http(s)://host[:port]")
        # The SDK has no option for its address; this attribute is the only way to reach a stand-in with it.
        service._baseUrl = base_url.rstrip("/") + _API_VERSION_PATH  # noqa: SLF001
    return service


def _refusal(text: str) -> TransportError:
    """What an answer other than 2xx means. Its HTTP status is lost in the SDK."""
    if text.strip().strip('"') == _BAD_KEY_TEXT:
        return TransportError(permanent=False, code="bad_key", needs_operator=True)
    return TransportError(permanent=False, code="provider_error")


def _broken_call(error: requests.RequestException) -> TransportError:
    if isinstance(error, requests.JSONDecodeError):
        # It came with a 2xx status: the provider did act, we only cannot read what it says.
        return TransportError(permanent=False, code="malformed_answer", may_have_been_sent=True)
    if isinstance(error, requests.ConnectionError) and _never_connected(error):
        return TransportError(permanent=False, code="unreachable")
    code = "timeout" if isinstance(error, requests.Timeout) else "connection_lost"
    return TransportError(permanent=False, code=code, may_have_been_sent=True)


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether the operating system says, somewhere down the chain of causes, that no connection came to be."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror) or (isinstance(cause, OSError) and cause.errno in _NOT_CONNECTED):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _outcome(answer: object) -> Sent:
    """Classify what the SDK returned: a dict, or the bare text when the content type named a character set."""
    try:
        data = _Answer.model_validate(json.loads(answer) if isinstance(answer, str) else answer).data
    except (ValueError, ValidationError) as error:
        raise TransportError(permanent=False, code="malformed_answer", may_have_been_sent=True) from error
    if not data.recipients:
        raise _no_recipient(data.message)
    recipient = data.recipients[0]
    if recipient.status_code not in _ACCEPTED:
        raise _refused_recipient(recipient.status_code)
    return Sent(PROVIDER, recipient.message_id, _parts(data.message, recipient), Price.parse(recipient.cost))


def _no_recipient(message: str) -> TransportError:
    """A 201 without recipients: nothing was sent, however successful the status looks."""
    if message == _INVALID_SENDER_TEXT:
        return TransportError(permanent=True, code=_PERMANENT[402], needs_operator=True)
    return TransportError(permanent=False, code="no_recipient")


def _refused_recipient(status_code: int) -> TransportError:
    if status_code in _PERMANENT:
        return TransportError(
            permanent=True, code=_PERMANENT[status_code], needs_operator=_PERMANENT[status_code] == _PERMANENT[402]
        )
    if status_code in _OPERATOR:
        return TransportError(permanent=False, code=_OPERATOR[status_code], needs_operator=True)
    return TransportError(permanent=False, code=_TEMPORARY.get(status_code, f"status_{status_code}"))


def _parts(message: str, recipient: _Recipient) -> int | None:
    if recipient.parts is not None:
        return recipient.parts
    match = _MESSAGE_PARTS.search(message)
    return int(match[1]) if match else None
