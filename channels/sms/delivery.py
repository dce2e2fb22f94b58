"""Africa's Talking's delivery reports.

They come more than once and in any order. What that does to a message is decided by the message log.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from channels.forms import international_number, optional, read_form, required
from channels.transport import MalformedHook

_FIELDS: Final = frozenset({"id", "status", "phoneNumber", "networkCode", "failureReason", "retryCount"})
_ID_CHARACTERS_MAX: Final = 128
_WORD_CHARACTERS_MAX: Final = 64
_PHONE_CHARACTERS_MAX: Final = 20
_RETRY_DIGITS_MAX: Final = 4


class DeliveryState(StrEnum):
    """Where a message is, from our handing it over to its end."""

    ACCEPTED = "accepted"
    SENT = "sent"
    SUBMITTED = "submitted"
    BUFFERED = "buffered"
    DELIVERED = "delivered"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    ABSENT_SUBSCRIBER = "absent_subscriber"


_STATE_OF_STATUS: Final = {
    "sent": DeliveryState.SENT,
    "submitted": DeliveryState.SUBMITTED,
    "buffered": DeliveryState.BUFFERED,
    "success": DeliveryState.DELIVERED,
    "failed": DeliveryState.FAILED,
    "rejected": DeliveryState.REJECTED,
    "expired": DeliveryState.EXPIRED,
    "absentsubscriber": DeliveryState.ABSENT_SUBSCRIBER,
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What the provider says about one message.

    provider_id: the id that `Sent` returned. state: None for a status that is new to us, which is kept as `status` and
    moves nothing. failure_reason: the provider's word, "" unless it failed.
    """

    provider_id: str
    state: DeliveryState | None
    status: str
    phone: str
    network: str
    failure_reason: str
    retry_count: int


def parse_delivery_report(body: bytes) -> DeliveryReport:
    """Read a delivery report. Unknown fields are ignored. Raises `MalformedHook`."""
    fields = read_form(body, _FIELDS)
    status = required(fields, "status", characters_max=_WORD_CHARACTERS_MAX)
    phone = required(fields, "phoneNumber", characters_max=_PHONE_CHARACTERS_MAX)
    return DeliveryReport(
        provider_id=required(fields, "id", characters_max=_ID_CHARACTERS_MAX),
        state=_STATE_OF_STATUS.get(status.lower()),
        status=status,
        phone=international_number(phone, "phoneNumber"),
        network=optional(fields, "networkCode", characters_max=_WORD_CHARACTERS_MAX),
        failure_reason=optional(fields, "failureReason", characters_max=_WORD_CHARACTERS_MAX),
        retry_count=_retry_count(fields),
    )


def _retry_count(fields: dict[str, str]) -> int:
    written = optional(fields, "retryCount", characters_max=_RETRY_DIGITS_MAX) or "0"
    if not (written.isascii() and written.isdigit()):
        raise MalformedHook("retryCount is not a count")
    return int(written)
