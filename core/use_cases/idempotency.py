"""Doing a thing once: its key, its effect and its outcome are kept in one transaction.

In a conversation the key alone says what is meant (`apply:{draft}`), so a repeat returns the stored outcome whatever
else came with it. A staff form's token and a rail's reference are bound to their content: the same key with other
content is refused by `Commands.claim`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.money import Money
from core.phones import PhoneNumber
from core.ports.record import Unit
from core.records.staff import Actor
from core.references import Reference


def plain(value: object) -> Any:
    """A value in the one JSON form that digests and outcomes use."""
    if isinstance(value, Money):
        return value.minor
    if isinstance(value, PhoneNumber | Reference | UUID | Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(part) for name, part in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [plain(part) for part in value]
    return value


def content_digest(*content: object) -> bytes:
    """SHA-256 of the canonical JSON of what was asked."""
    text = json.dumps([plain(part) for part in content], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def form_key(actor: Actor, token: str) -> str:
    """The key of a staff form, made from the token that its browser sent back.

    A browser may send anything, such as the key of a payment that is still to come. So a token only ever names a form
    of that member of staff, and is hashed, so that its length is ours.
    """
    return f"form:{actor.staff_id}:{hashlib.sha256(token.encode()).hexdigest()}"


async def earlier_outcome(unit: Unit, key: str, *content: object) -> Mapping[str, Any] | None:
    """Claim a key in this unit; the stored outcome when it was used before, None when the effect is ours to make."""
    return await unit.commands.claim(key, content_digest(*content))
