"""SMS that a person sent to our short code, as Africa's Talking hands them over. It repeats one until we answer 200."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from channels.forms import instant, international_number, optional, read_form, required, visible
from channels.transport import MalformedHook

TEXT_CHARACTERS_MAX: Final = 1_530
"""Ten parts of 153 characters; a longer text is read up to here."""

_FIELDS: Final = frozenset({"id", "from", "to", "text", "date", "linkId", "networkCode"})
_ID_CHARACTERS_MAX: Final = 128
_WORD_CHARACTERS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class InboundSms:
    """One inbound message; `provider_id` is what repeats are known by. `repr` does not show the text.

    sender: "+…" and digits; "" for a name, as networks send under. service: the short code or number it was sent to.
    link_id: for answers on a premium code.
    """

    provider_id: str
    sender: str
    service: str
    text: str = field(repr=False)
    received_at: datetime
    link_id: str
    network: str


def parse_inbound_sms(body: bytes) -> InboundSms:
    """Read an inbound message. Unknown fields are ignored. Raises `MalformedHook`."""
    fields = read_form(body, _FIELDS)
    return InboundSms(
        provider_id=required(fields, "id", characters_max=_ID_CHARACTERS_MAX),
        sender=_number_or_nothing(required(fields, "from", characters_max=_WORD_CHARACTERS_MAX)),
        service=required(fields, "to", characters_max=_WORD_CHARACTERS_MAX),
        text=visible(fields.get("text", "")).strip()[:TEXT_CHARACTERS_MAX],
        received_at=instant(required(fields, "date", characters_max=_WORD_CHARACTERS_MAX), "date"),
        link_id=optional(fields, "linkId", characters_max=_ID_CHARACTERS_MAX),
        network=optional(fields, "networkCode", characters_max=_WORD_CHARACTERS_MAX),
    )


def _number_or_nothing(sender: str) -> str:
    """A sender's number. A name is no mistake that the provider could mend by sending it again."""
    try:
        return international_number(sender, "from")
    except MalformedHook:
        return ""
