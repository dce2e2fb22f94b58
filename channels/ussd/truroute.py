"""TruRoute's USSD requests, the XML dialect of southern Africa: each hop brings its own input, and the reply is XML.

Only the request that begins a session names the code that was dialled; its `msg` holds it, whole. The contract has no
sequence number, so a hop that is delivered twice cannot be told from a second press: there the commands' keys protect.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from xml.sax.saxutils import escape

from channels.flat_xml import read_fields
from channels.forms import international_number, optional, required, visible
from channels.transport import MalformedHook

REPLY_CONTENT_TYPE: Final = "text/xml"
SERVICE: Final = "truroute"
"""What its sessions are kept under: their ids are unique there, and later hops do not say what was dialled."""

INPUT_CHARACTERS_MAX: Final = 1_024
"""Above what any network passes on; a longer input is read up to here, and the machine refuses it."""

_SESSION_CHARACTERS_MAX: Final = 128
_PHONE_CHARACTERS_MAX: Final = 20
_TYPE_CHARACTERS_MAX: Final = 2
_FIELDS: Final = frozenset({"type", "msisdn", "sessionid", "msg"})

_CONTINUES: Final = 2
_RELEASES: Final = 3


class RequestType(Enum):
    """What a request says, by its number."""

    BEGINS = "1"
    ANSWERS = "2"
    CANCELLED = "3"
    """The borrower closed the session. Their form waits."""
    TIMED_OUT = "4"
    CHARGE_FAILED = "10"
    """A charge that the service asked for. We ask for none, so it is logged."""


@dataclass(frozen=True, slots=True)
class TruRouteRequest:
    """One request. `text` is the dialled code when the session begins, else this hop's input; `repr` hides it.

    caller: "+…" and digits, of any country.
    """

    type: RequestType
    session: str
    caller: str
    text: str = field(repr=False)

    @property
    def is_hop(self) -> bool:
        """Whether the borrower waits for a page; otherwise it is a notice."""
        return self.type in (RequestType.BEGINS, RequestType.ANSWERS)


def parse_request(body: bytes) -> TruRouteRequest:
    """Read a request. Unknown fields are ignored. Raises `MalformedHook`."""
    fields = read_fields(body, "ussd", _FIELDS)
    return TruRouteRequest(
        type=_type(fields),
        session=required(fields, "sessionid", characters_max=_SESSION_CHARACTERS_MAX),
        caller=international_number(required(fields, "msisdn", characters_max=_PHONE_CHARACTERS_MAX), name="msisdn"),
        text=visible(fields.get("msg", "")).strip()[:INPUT_CHARACTERS_MAX],
    )


def render_reply(page: str, *, ends: bool) -> bytes:
    """The reply's body: a page that keeps the session open, or the last one."""
    # A page break is a GSM character and none of XML's.
    text = escape(page.replace("\f", " "))
    return f"<ussd><type>{_RELEASES if ends else _CONTINUES}</type><msg>{text}</msg></ussd>".encode()


def dialled_suffix(dialled: str, service_codes: Collection[str] | None) -> str | None:
    """The choices of a deep dial: `1*2` of `*384*555*1*2#` where the service is `*384*555#`; "" of the code alone.

    None for a code that is not ours. With `service_codes` None every code is, and none of it is a choice.
    """
    if service_codes is None:
        return ""
    for code in sorted(service_codes, key=len, reverse=True):
        stem = code.removesuffix("#")
        if dialled == code:
            return ""
        if dialled.startswith(f"{stem}*") and dialled.endswith("#"):
            return dialled[len(stem) + 1 : -1]
    return None


def _type(fields: dict[str, str]) -> RequestType:
    try:
        return RequestType(optional(fields, "type", characters_max=_TYPE_CHARACTERS_MAX))
    except ValueError as error:
        raise MalformedHook("type is not one of 1, 2, 3, 4, 10") from error
