"""Takes out of a log line what must not be there: by the name of a field, and by what a value looks like.

The first wall is that nobody logs a PIN, a body or a number. This is the second one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Final

HIDDEN: Final = "[hidden]"
_DEPTH_MAX: Final = 6
_NAMES_KEPT: Final = 1_024

_SECRET_NAMES: Final = frozenset(
    {
        "api_key",
        "apikey",
        "authorization",
        "body",
        "caller",
        "cookie",
        "csrf_token",
        "date_of_birth",
        "email",
        "form",
        "input",
        "last_app_response",
        "lastappresponse",
        "msisdn",
        "name",
        "national_id",
        "password",
        "payer",
        "payload",
        "phone",
        "phone_number",
        "phonenumber",
        "pin",
        "query_string",
        "secret",
        "set_cookie",
        "text",
        "to",
        "token",
        "transcript",
        "wallet",
    }
)

# A number with Lesotho's prefix, however it is written; then any run of eleven to thirteen digits, as national IDs are.
_PHONE: Final = re.compile(r"(?:\+|%2B|00)?266[ -]?[56]\d{3}[ -]?\d{4}(?!\d)")
_NATIONAL_ID: Final = re.compile(r"(?<![\d.])\d{11,13}(?![\d.])")
_BOT_TOKEN: Final = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}")
_HOOK_TOKEN: Final = re.compile(r"(/hooks/)(?!telegram\b|\{token\})[^/\s\"']+")
_INVITATION: Final = re.compile(r"(/invitation/)(?!\{token\})[^/\s\"'?]+")
_URL_PASSWORD: Final = re.compile(r"(://[^:/@\s]*:)[^@/\s]+(@)")
# In every text that one of the patterns would change, and in few others: a line a request is read by this one alone.
_SUSPECT: Final = re.compile(r"266[ -]?[56]\d{3}|\d{11}|\d{6}:|/hooks/(?!\{token\})|/invitation/|://")


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the event without what is secret or personal."""
    for name, value in event.items():
        event[name] = _hidden_or_clean(name, value, depth=0)
    return event


def clean_text(text: str) -> str:
    """A text without phone numbers, national IDs, tokens, and passwords in addresses."""
    if _SUSPECT.search(text) is None:
        return text
    text = _HOOK_TOKEN.sub(rf"\1{HIDDEN}", text)
    text = _INVITATION.sub(rf"\1{HIDDEN}", text)
    text = _BOT_TOKEN.sub(HIDDEN, text)
    text = _URL_PASSWORD.sub(rf"\1{HIDDEN}\2", text)
    return _NATIONAL_ID.sub(HIDDEN, _PHONE.sub(HIDDEN, text))


def _hidden_or_clean(name: object, value: Any, *, depth: int) -> Any:
    if _is_secret(str(name)):
        return HIDDEN
    return _clean(value, depth=depth)


@lru_cache(_NAMES_KEPT)
def _is_secret(name: str) -> bool:
    return name.lower().replace("-", "_") in _SECRET_NAMES


def _clean(value: Any, *, depth: int) -> Any:
    if isinstance(value, str):
        return clean_text(value) if depth < _DEPTH_MAX else HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= _DEPTH_MAX:
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(name): _hidden_or_clean(name, inner, depth=depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner, depth=depth + 1) for inner in value]
    return clean_text(str(value))
