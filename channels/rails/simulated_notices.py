"""What the simulated mobile-money rail tells us: a payment came in, a payout ended. JSON, read strictly.

A notice that is not exactly right is refused (400) and changes nothing; the rail repeats it until it is told 2xx.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from channels.forms import international_number, visible
from channels.transport import MalformedHook
from core.calendar import business_date_of
from core.errors import InvalidInput
from core.money import LSL, Money

RAIL: Final = "simulated"
BODY_BYTES_MAX: Final = 8 * 1024

_REFERENCE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_AMOUNT: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_RAIL_ACCOUNT_CHARACTERS_MAX: Final = 40
_ACCOUNT_CHARACTERS_MAX: Final = 40
_CODE_CHARACTERS_MAX: Final = 64
_PHONE_CHARACTERS_MAX: Final = 20
_INSTANT_CHARACTERS_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class PaymentNotice:
    """Money came into an MFI's account on the rail.

    reference: the rail's own, unique for a payment. payer: "+…" and digits, of any country. to: the MFI's rail account.
    account: what the payer typed to say what it is for, "" if nothing; as typed, because suspense keeps it.
    """

    reference: str
    amount: Money
    payer: str
    to: str
    account: str
    paid_at: datetime


class PayoutEnd(StrEnum):
    """How a payout ended."""

    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PayoutNotice:
    """A payout ended. `reference` is ours; `code` says why it failed, "" when it did not."""

    reference: str
    status: PayoutEnd
    rail_reference: str
    code: str
    at: datetime


def parse_payment_notice(body: bytes) -> PaymentNotice:
    """Read a payment notification. Unknown members are ignored. Raises `MalformedHook`."""
    members = _object(body)
    if _text(members, "currency", characters_max=3) != LSL.code:
        raise MalformedHook(f"currency is not {LSL.code}")
    return PaymentNotice(
        reference=_reference(members, "reference"),
        amount=_amount(members),
        payer=international_number(_text(members, "payer", characters_max=_PHONE_CHARACTERS_MAX), "payer"),
        to=_text(members, "to", characters_max=_RAIL_ACCOUNT_CHARACTERS_MAX),
        account=_text(members, "account", characters_max=_ACCOUNT_CHARACTERS_MAX, may_be_empty=True),
        paid_at=_zoned_instant(members, "paid_at"),
    )


def parse_payout_notice(body: bytes) -> PayoutNotice:
    """Read the confirmation, or the failure, of a payout. Unknown members are ignored. Raises `MalformedHook`."""
    members = _object(body)
    try:
        status = PayoutEnd(_text(members, "status", characters_max=_CODE_CHARACTERS_MAX))
    except ValueError as error:
        raise MalformedHook("status is not confirmed or failed") from error
    code = _text(members, "code", characters_max=_CODE_CHARACTERS_MAX) if "code" in members else ""
    return PayoutNotice(
        reference=_reference(members, "reference"),
        status=status,
        rail_reference=_reference(members, "rail_reference"),
        code=code if status is PayoutEnd.FAILED else "",
        at=_zoned_instant(members, "at"),
    )


def _object(body: bytes) -> dict[str, Any]:
    if len(body) > BODY_BYTES_MAX:
        raise MalformedHook(f"the body is larger than {BODY_BYTES_MAX} bytes")
    try:
        members = json.loads(body.decode("utf-8"), object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise MalformedHook("the body is not JSON") from error
    if not isinstance(members, dict):
        raise MalformedHook("the body is not a JSON object")
    return members


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedHook("a member is there twice")
    return members


def _text(members: dict[str, Any], name: str, *, characters_max: int, may_be_empty: bool = False) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise MalformedHook(f"{name} is missing or no string")
    trimmed = visible(value).strip()
    if len(trimmed) > characters_max:
        raise MalformedHook(f"{name} is longer than {characters_max} characters")
    if not trimmed and not may_be_empty:
        raise MalformedHook(f"{name} is empty")
    return trimmed


def _reference(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise MalformedHook(f"{name} is not 1 to 64 letters, digits or . _ : -")
    return value


def _amount(members: dict[str, Any]) -> Money:
    # Only a string: a JSON number has been a float in too many hands by the time it is here.
    written = members.get("amount")
    if not isinstance(written, str) or not _AMOUNT.fullmatch(written):
        raise MalformedHook('amount is not a decimal string such as "150.00"')
    try:
        amount = Money.of(written)
    except InvalidInput as error:
        raise MalformedHook("amount is too large") from error
    if not amount:
        raise MalformedHook("amount is zero")
    return amount


def _zoned_instant(members: dict[str, Any], name: str) -> datetime:
    written = _text(members, name, characters_max=_INSTANT_CHARACTERS_MAX)
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            raise MalformedHook(f"{name} has no time zone")
        business_date_of(moment)  # the last hours of the year 9999 have no date in Maseru
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedHook(f"{name} is not an ISO 8601 instant") from error
