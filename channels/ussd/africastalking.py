"""Africa's Talking's USSD callbacks: from the form of a hop to plain values, and from a page to the reply's bytes.

Holds no state and decides nothing: what is new in a transcript is worked out in `transcript`. The text of a hop repeats
everything typed in the session, the PIN too, so no value of it may reach a log or an exception.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from channels.forms import instant, international_number, optional, read_form, required, visible
from channels.transport import MalformedHook

REPLY_CONTENT_TYPE: Final = "text/plain"
TEXT_CHARACTERS_MAX: Final = 16_384
"""Far above what a session of 180 seconds can type; a longer text is read up to here."""

_SESSION_CHARACTERS_MAX: Final = 128
_SERVICE_CHARACTERS_MAX: Final = 64
_NETWORK_CHARACTERS_MAX: Final = 16
_PHONE_CHARACTERS_MAX: Final = 20
_TELEMETRY_CHARACTERS_MAX: Final = 2_000
_COUNT_DIGITS_MAX: Final = 9

_HOP_FIELDS: Final = frozenset({"sessionId", "serviceCode", "phoneNumber", "networkCode", "text"})
# Without `input` and `lastAppResponse`: they hold PINs and balances, and what is never read cannot leak.
_END_FIELDS: Final = frozenset(
    {
        "date",
        "sessionId",
        "serviceCode",
        "networkCode",
        "phoneNumber",
        "status",
        "cost",
        "durationInMillis",
        "hopsCount",
        "hopsMetadata",
        "errorMessage",
    }
)


@dataclass(frozen=True, slots=True)
class UssdHop:
    """One hop of a session. `text` is all input of the session so far, joined by `*`; `repr` does not show it.

    caller: "+…" and digits, of any country. network: the operator's code (65101 Vodacom, 65102 Econet), "" if not said.
    """

    service: str
    session: str
    caller: str
    network: str
    text: str = field(repr=False)


class UssdSessionStatus(StrEnum):
    """How the network saw the session end. Telemetry only: what the borrower achieved is in our own records."""

    SUCCESS = "Success"
    INCOMPLETE = "Incomplete"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class UssdSessionEnded:
    """The notice that a session ended. Made without what was typed and what was shown.

    hop_screens: the screen ids that our replies carried as hop metadata, in order.
    cost: as the provider writes it ("KES 0.10"); "" when not said.
    """

    service: str
    session: str
    caller: str
    network: str
    status: UssdSessionStatus
    ended_at: datetime
    duration_milliseconds: int
    hops: int
    hop_screens: tuple[str, ...]
    cost: str
    error: str


def parse_hop(body: bytes) -> UssdHop:
    """Read the callback of one hop. Unknown fields are ignored. Raises `MalformedHook`."""
    fields = read_form(body, _HOP_FIELDS)
    return UssdHop(
        service=required(fields, "serviceCode", characters_max=_SERVICE_CHARACTERS_MAX),
        session=required(fields, "sessionId", characters_max=_SESSION_CHARACTERS_MAX),
        caller=_caller(fields),
        network=optional(fields, "networkCode", characters_max=_NETWORK_CHARACTERS_MAX),
        text=visible(fields.get("text", ""))[:TEXT_CHARACTERS_MAX],
    )


def render_reply(page: str, *, ends: bool) -> bytes:
    """The reply's body. Africa's Talking closes a session whose reply does not begin with exactly `CON ` or `END `."""
    return f"{'END' if ends else 'CON'} {page}".encode()


def parse_session_ended(body: bytes) -> UssdSessionEnded:
    """Read the notice that a session ended. Raises `MalformedHook`."""
    fields = read_form(body, _END_FIELDS)
    return UssdSessionEnded(
        service=required(fields, "serviceCode", characters_max=_SERVICE_CHARACTERS_MAX),
        session=required(fields, "sessionId", characters_max=_SESSION_CHARACTERS_MAX),
        caller=_caller(fields),
        network=optional(fields, "networkCode", characters_max=_NETWORK_CHARACTERS_MAX),
        status=_status(fields),
        ended_at=instant(required(fields, "date", characters_max=_TELEMETRY_CHARACTERS_MAX), "date"),
        duration_milliseconds=_count(fields, "durationInMillis"),
        hops=_count(fields, "hopsCount"),
        hop_screens=_hop_screens(fields),
        cost=optional(fields, "cost", characters_max=_TELEMETRY_CHARACTERS_MAX),
        error=optional(fields, "errorMessage", characters_max=_TELEMETRY_CHARACTERS_MAX),
    )


def _caller(fields: dict[str, str]) -> str:
    return international_number(
        required(fields, "phoneNumber", characters_max=_PHONE_CHARACTERS_MAX), name="phoneNumber"
    )


def _status(fields: dict[str, str]) -> UssdSessionStatus:
    try:
        return UssdSessionStatus(fields.get("status", ""))
    except ValueError as error:
        raise MalformedHook("status is not one of Success, Incomplete, Failed") from error


def _count(fields: dict[str, str], name: str) -> int:
    written = optional(fields, name, characters_max=_COUNT_DIGITS_MAX) or "0"
    if not (written.isascii() and written.isdigit()):
        raise MalformedHook(f"{name} is not a count")
    return int(written)


def _hop_screens(fields: dict[str, str]) -> tuple[str, ...]:
    joined = optional(fields, "hopsMetadata", characters_max=_TELEMETRY_CHARACTERS_MAX)
    return tuple(joined.split("|")) if joined else ()
