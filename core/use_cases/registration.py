"""Registering a borrower: reserve the phone, reserve the identity, insert the borrower, activate both.

The two planes share no transaction, so each step is keyed by the draft and safe to repeat: a registration that died
anywhere is finished by sending it again under the same draft, or by the worker (`core.use_cases.reserving`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import Conflict, InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import IdentityEntry, PhoneEntry
from core.ports.engine import Engine
from core.records.borrower import ADULT_YEARS, Borrower, Channel, Consent, ConsentKind, Language, UnderAge, age_on
from core.records.message import MessageKind
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.identity_cases import IdentityClaim, open_case
from core.use_cases.messages import tell
from core.use_cases.reserving import ReservationReleased, activate, keep_reservation, release
from core.use_cases.unlinking import cut_chat

OPEN_SESSION_MAX: Final = timedelta(minutes=10)
"""A session that was answered this lately may still be open; no network gives a number to another within it."""


class RegistrationOutcome(StrEnum):
    """What came of a registration. That an identity is known is never said to the caller: an officer calls them."""

    REGISTERED = "registered"
    IDENTITY_KNOWN = "identity_known"
    PHONE_TAKEN = "phone_taken"


@dataclass(frozen=True, slots=True)
class RegisterBorrower:
    """Everything that a registration takes. The PIN comes as its hash only."""

    draft_id: UUID
    phone: PhoneNumber
    language: Language
    given_names: str
    surname: str
    national_id: str
    date_of_birth: date
    district: str
    pin_hash: str
    channel: Channel
    consents: tuple[ConsentKind, ...]
    text_version: str


@dataclass(frozen=True, slots=True)
class Registration:
    """What came of it; `borrower_id` only when registered."""

    outcome: RegistrationOutcome
    borrower_id: UUID | None = None


class RegistrationUnderWay(Conflict):
    """The number or the identity is just being registered: who comes first is not known yet. Repeat it."""

    code = "registration_under_way"


async def register_borrower(engine: Engine, command: RegisterBorrower) -> Registration:
    """Register, or finish an earlier attempt of the same draft. Key: `register:{draft}`.

    What a former holder of the number left on it is dropped. Raises `UnderAge`, `InvalidInput` (a district that takes
    nobody), `RegistrationUnderWay`, `ReservationReleased`, `ChannelPlaneDown`, `DistrictDown` (nothing is lost by the
    last four: repeat it).
    """
    catalogue = await engine.record.catalogue()
    if not catalogue.district(command.district).accepts_new_borrowers:
        raise InvalidInput("that district takes no new borrowers", field="district")
    phone = await _reserve_phone(engine, command)
    if phone.draft_id != command.draft_id:
        if phone.state != "active":
            raise RegistrationUnderWay
        return Registration(RegistrationOutcome.PHONE_TAKEN)
    identity = await _reserve_identity(engine, command, phone)
    if identity.borrower_id != phone.borrower_id:
        return await _stand_back(engine, command, phone, identity)
    if phone.state == "reserved":
        await _leave_behind(engine, command)
    try:
        national_id = await _insert_borrower(engine, command, phone)
    except (UnderAge, ReservationReleased):
        # The identity first: a number that is free may be registered anew, and finds its identity free.
        await release(engine, identity)
        await release(engine, phone)
        raise
    # The answer to an earlier attempt may have been lost, and the form changed since: what was inserted stands.
    is_as_inserted = identity.identity_hash == engine.keyed_hash.national_id(national_id)
    await (activate if is_as_inserted else release)(engine, identity)
    await activate(engine, phone)
    return Registration(RegistrationOutcome.REGISTERED, phone.borrower_id)


async def _leave_behind(engine: Engine, command: RegisterBorrower) -> None:
    """Let nothing of whoever had the number before go on with its new borrower: no form, no command begun, no chat.

    Before the borrower is inserted, because their first message would go to that chat. What belongs to this
    registration stays: its own form with the turns in it, and the chat that it is made in. So do sessions of just now:
    whoever dials twice meanwhile has the SIM.
    """
    caller, now = engine.keyed_hash.phone(command.phone), engine.clock.now()
    await engine.channel.conversations.forget(caller, but_draft=command.draft_id, saved_before=now - OPEN_SESSION_MAX)
    if command.channel is not Channel.TELEGRAM:
        await cut_chat(engine, command.phone)


async def _stand_back(
    engine: Engine, command: RegisterBorrower, phone: PhoneEntry, identity: IdentityEntry
) -> Registration:
    """The identity is another's. Of one who is only being registered nobody can say yet whether it stays theirs."""
    await release(engine, phone)
    if identity.state != "active":
        raise RegistrationUnderWay
    claim = IdentityClaim(
        draft_id=command.draft_id,
        phone=command.phone,
        given_names=command.given_names,
        surname=command.surname,
        date_of_birth=command.date_of_birth,
        channel=command.channel,
    )
    await open_case(engine, identity, claim)
    return Registration(RegistrationOutcome.IDENTITY_KNOWN)


async def _reserve_phone(engine: Engine, command: RegisterBorrower) -> PhoneEntry:
    """The number's reservation, with the PIN that was chosen last: the form may have been changed between attempts."""
    standing = await engine.channel.directory.reserve_phone(
        PhoneEntry(
            phone_hash=engine.keyed_hash.phone(command.phone),
            state="reserved",
            district=command.district,
            borrower_id=engine.identifiers.new_id(),
            draft_id=command.draft_id,
            language=command.language,
            pin_hash=command.pin_hash,
            reserved_at=engine.clock.now(),
        )
    )
    if (standing.draft_id, standing.state) != (command.draft_id, "reserved") or standing.pin_hash == command.pin_hash:
        return standing
    if not await engine.channel.directory.save_phone(replace(standing, pin_hash=command.pin_hash)):
        raise RegistrationUnderWay
    return replace(standing, pin_hash=command.pin_hash, version=standing.version + 1)


async def _reserve_identity(engine: Engine, command: RegisterBorrower, phone: PhoneEntry) -> IdentityEntry:
    return await engine.channel.directory.reserve_identity(
        IdentityEntry(
            identity_hash=engine.keyed_hash.national_id(command.national_id),
            state="reserved",
            district=phone.district,
            borrower_id=phone.borrower_id,
            draft_id=command.draft_id,
            reserved_at=engine.clock.now(),
        )
    )


async def _insert_borrower(engine: Engine, command: RegisterBorrower, phone: PhoneEntry) -> str:
    """Insert, unless an earlier attempt of the draft did; the national ID that stands."""
    borrower_id = phone.borrower_id
    # The district of the reservation: a repeat that names another one must not find another database.
    async with engine.record.unit(phone.district) as unit:
        if await earlier_outcome(unit, f"register:{command.draft_id}") is not None:
            return (await unit.borrowers.get(borrower_id)).national_id
        await keep_reservation(unit, command.draft_id, borrower_id)
        today = await unit.business_date()
        if age_on(command.date_of_birth, today) < ADULT_YEARS:
            raise UnderAge(field="date_of_birth")
        now = engine.clock.now()
        await unit.borrowers.add(
            Borrower(
                id=borrower_id,
                district=phone.district,
                phone=command.phone,
                language=command.language,
                given_names=command.given_names,
                surname=command.surname,
                national_id=command.national_id,
                date_of_birth=command.date_of_birth,
                residence_district=phone.district,
                registered_on=today,
                registered_at=now,
                channel=command.channel,
            )
        )
        for kind in command.consents:
            consent = Consent(borrower_id, kind, now, command.channel, command.text_version)
            await unit.borrowers.give_consent(consent)
        await tell(
            engine,
            unit,
            MessageKind.REGISTERED,
            borrower_id,
            key=f"registered:{borrower_id}",
            given_names=command.given_names,
        )
        await unit.commands.complete(f"register:{command.draft_id}", {"borrower_id": str(borrower_id)})
        await unit.commit()
    return command.national_id
