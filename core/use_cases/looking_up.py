"""Who looked at a borrower's credit history, for that borrower: every lender that did is named, to nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from core.calendar import business_date_of
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.enquiries import Enquiry
from core.records.catalogue import Mfi
from core.use_cases.callers import registered

LOOKS_KEPT_DAYS: Final = 730
LOOKS_SHOWN_MAX: Final = 20


class LookPurpose(StrEnum):
    """Why somebody looked. Other: a purpose that this release does not know."""

    APPLICATION = "application"
    OPENED = "opened"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Look:
    """A lender looked, on a day, for a purpose: however many of its staff, however often."""

    on: date
    mfi: Mfi
    purpose: LookPurpose


async def looks_at(engine: Engine, phone: PhoneNumber) -> tuple[Look, ...]:
    """The newest looks at a registered caller's history, newest first. The district is not asked.

    Raises `NotRegistered`, `ChannelPlaneDown`.
    """
    entry = await registered(engine, phone)
    catalogue = await engine.record.catalogue()
    since = engine.clock.now() - timedelta(days=LOOKS_KEPT_DAYS)
    enquiries = sorted(
        await engine.channel.enquiries.since(entry.borrower_id, since), key=lambda enquiry: enquiry.at, reverse=True
    )
    looks = (
        Look(business_date_of(enquiry.at), catalogue.mfi(enquiry.mfi_id), _purpose(enquiry)) for enquiry in enquiries
    )
    # One line a day, lender and purpose: what its staff do in an hour fills no list.
    return tuple({(look.on, look.mfi.id, look.purpose): look for look in looks}.values())[:LOOKS_SHOWN_MAX]


def _purpose(enquiry: Enquiry) -> LookPurpose:
    """The word before the colon: what follows names the application that it was about."""
    word = enquiry.purpose.partition(":")[0]
    return LookPurpose(word) if word in set(LookPurpose) else LookPurpose.OTHER
