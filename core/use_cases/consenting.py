"""What a borrower agreed to, and taking it back: at any time, but for the data of a loan or application that is open.

A consent that was taken back is never deleted: it says what was allowed, from when until when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.calendar import business_date_of
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import OPEN_STATUSES
from core.records.borrower import Channel, Consent, ConsentKind
from core.records.loan import LoanStatus
from core.records.message import MessageKind
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.messages import tell

_OPEN_LOANS: Final = frozenset(
    {LoanStatus.OFFERED, LoanStatus.ACCEPTED, LoanStatus.DISBURSING, LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF}
)
"""Where one side still owes the other something: a loan that was written off is still owed."""


class ConsentChange(StrEnum):
    """What came of a change. Still needed: the data of something that is open cannot be let go."""

    WITHDRAWN = "withdrawn"
    GIVEN = "given"
    STILL_NEEDED = "still_needed"


@dataclass(frozen=True, slots=True)
class ConsentsView:
    """The consents that stand, by the day they were given, and whether anything open needs the data."""

    given_on: Mapping[ConsentKind, date]
    has_open_business: bool


async def consents_of(engine: Engine, phone: PhoneNumber) -> ConsentsView:
    """What a registered caller agrees to now. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        consents = await unit.borrowers.consents(entry.borrower_id)
        has_open_business = await _has_open_business(unit, entry)
    return ConsentsView(
        given_on={
            consent.kind: business_date_of(consent.given_at) for consent in consents if consent.withdrawn_at is None
        },
        has_open_business=has_open_business,
    )


async def withdraw_consent(engine: Engine, phone: PhoneNumber, kind: ConsentKind, key: str) -> ConsentChange:
    """Take a consent back, once for each key, and tell the number. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        own_key = _own(key, entry)
        earlier = await earlier_outcome(unit, own_key)
        if earlier is not None:
            return ConsentChange(earlier["outcome"])
        # The lock makes an application that is sent at the same moment come wholly before this, or wholly after.
        await unit.borrowers.get(entry.borrower_id, lock=True)
        if kind is ConsentKind.KEEP_DATA and await _has_open_business(unit, entry):
            return ConsentChange.STILL_NEEDED
        await unit.borrowers.withdraw_consent(entry.borrower_id, kind, engine.clock.now())
        await _finish(engine, unit, entry, kind, own_key, ConsentChange.WITHDRAWN)
    return ConsentChange.WITHDRAWN


async def give_consent(
    engine: Engine, phone: PhoneNumber, kind: ConsentKind, channel: Channel, text_version: str, key: str
) -> ConsentChange:
    """Agree again to what was taken back, once for each key. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        own_key = _own(key, entry)
        if await earlier_outcome(unit, own_key) is not None:
            return ConsentChange.GIVEN
        given = Consent(entry.borrower_id, kind, engine.clock.now(), channel, text_version)
        await unit.borrowers.give_consent(given)
        await _finish(engine, unit, entry, kind, own_key, ConsentChange.GIVEN)
    return ConsentChange.GIVEN


_TOLD: Final = {
    ConsentChange.WITHDRAWN: MessageKind.CONSENT_WITHDRAWN,
    ConsentChange.GIVEN: MessageKind.CONSENT_GIVEN,
}


async def _finish(
    engine: Engine, unit: Unit, entry: PhoneEntry, kind: ConsentKind, key: str, change: ConsentChange
) -> None:
    await tell(engine, unit, _TOLD[change], entry.borrower_id, key=key, consent=kind.value)
    await unit.commands.complete(key, {"outcome": change.value})
    await unit.commit()


def _own(key: str, entry: PhoneEntry) -> str:
    """A session's name is the network's to choose: beside the borrower's id nobody else's can be the same."""
    return f"{key}:{entry.borrower_id}"


async def _has_open_business(unit: Unit, entry: PhoneEntry) -> bool:
    applications = await unit.applications.of_borrower(entry.borrower_id)
    loans = await unit.loans.of_borrower(entry.borrower_id)
    return any(one.status in OPEN_STATUSES for one in applications) or any(one.status in _OPEN_LOANS for one in loans)
