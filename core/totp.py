"""Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, as authenticator apps make them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

STEP_SECONDS: Final = 30
_STEP: Final = timedelta(seconds=STEP_SECONDS)
_FIRST_STEP_AT: Final = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS: Final = 6
_STEPS_OFF: Final = 1
"""A code of the step before or after is taken: phones' clocks are never quite right."""


def code_at(secret: bytes, step: int) -> str:
    """The code of one step of thirty seconds since 1970."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The step that a code belongs to, None when it belongs to none near now. Takes the same time either way."""
    current = (now - _FIRST_STEP_AT) // _STEP
    steps = range(current - _STEPS_OFF, current + _STEPS_OFF + 1)
    matches = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return matches[0] if matches else None
