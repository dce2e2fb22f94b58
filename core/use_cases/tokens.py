"""Tokens that a person carries: their district in the clear, so that one shard is asked, then unpredictable bytes.

Only the SHA-256 of a token is ever kept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from core.ports.engine import Engine


def token_digest(token: bytes) -> bytes:
    """What is kept of a token: 32 bytes."""
    return hashlib.sha256(token).digest()


def token_text(token: bytes) -> str:
    """A token in characters that cookies, forms and addresses take as they are."""
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def carried_token(district: str, token: bytes) -> str:
    """A token as it is handed out: `LS-A.token`."""
    return f"{district}.{token_text(token)}"


async def read_token(engine: Engine, carried: str) -> tuple[str, bytes] | None:
    """District and digest of a token that came back; None for what was never one."""
    district, _, encoded = carried.rpartition(".")
    if district not in (await engine.record.catalogue()).districts:
        return None
    try:
        token = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return district, token_digest(token)
