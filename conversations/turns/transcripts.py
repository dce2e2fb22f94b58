"""From a cumulative dialect to the new answer: what follows the stored transcript and one `*`.

The transcript holds the PIN, so that only its length in characters and a keyed digest of it are ever stored.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from core.ports.conversations import TurnRecord
from core.ports.environment import KeyedHash

SEPARATOR = "*"


class Arrival(StrEnum):
    """How a transcript stands to the stored one."""

    REPEATED = "repeated"
    SHORTER = "shorter"
    CONTINUED = "continued"
    DIVERGED = "diverged"
    STALE = "stale"
    """Of a per-hop dialect: an answer to a screen that no longer stands."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdict, and the new answer when the transcript continues. It may be empty, and may hold a `*`."""

    arrival: Arrival
    answer: str = field(default="", repr=False)


def compare(text: str, stored: TurnRecord, keyed_hash: KeyedHash) -> Compared:
    """Compare what came with what a turn was answered for, under the key that digested it."""
    length = stored.transcript_length
    if len(text) < length:
        return Compared(Arrival.SHORTER)
    _, digest = keyed_hash.transcript(text[:length], stored.transcript_key_id)
    if not hmac.compare_digest(digest, stored.transcript_hmac):
        return Compared(Arrival.DIVERGED)
    rest = text[length:]
    if not rest:
        return Compared(Arrival.REPEATED)
    if length == 0:
        return Compared(Arrival.CONTINUED, rest)
    if rest.startswith(SEPARATOR):
        return Compared(Arrival.CONTINUED, rest[len(SEPARATOR) :])
    return Compared(Arrival.DIVERGED)


def is_same_input(input_id: str, stored: TurnRecord, keyed_hash: KeyedHash) -> bool:
    """Whether a per-hop dialect's input, by the provider's own id, is the one that a turn was made from."""
    if not input_id:
        return False
    _, digest = keyed_hash.transcript(input_id, stored.transcript_key_id)
    return hmac.compare_digest(digest, stored.transcript_hmac)


def dialled_parts(text: str) -> tuple[str, ...]:
    """The choices of a deep dial: `1*2` chooses 1, then 2. An empty text chooses nothing."""
    return tuple(text.split(SEPARATOR)) if text else ()
