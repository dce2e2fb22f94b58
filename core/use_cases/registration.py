"""Registering a borrower: reserve the phone, reserve the identity, insert the borrower, activate both.

The two planes share no transaction, so each step is keyed by the draft and safe to repeat: a registration that died
anywhere is finished by sending it again under the same draft.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from core.errors import Conflict, InvalidInput
from core.phones import PhoneNumber
from core.ports.directory import IdentityEntry, PhoneEntry
from core.ports.engine import Engine
from core.records.borrower import ADULT_YEARS, Borrower, Channel, Consent, ConsentKind, Language, UnderAge, age_on
from core.records.message import MessageKind
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.messages import tell


class RegistrationOutcome(StrEnum):
    """What came of a registration. A known identity is never named to the caller: they are sent to a branch."""

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


async def register_borrower(engine: Engine, command: RegisterBorrower) -> Registration:
    """Register, or finish an earlier attempt of the same draft. Key: `register:{draft}`.

    Raises `UnderAge`, `InvalidInput` (a district that takes nobody), `DistrictDown` (nothing is lost: repeat it).
    """
    catalogue = await engine.record.catalogue()
    if not catalogue.district(command.district).accepts_new_borrowers:
        raise InvalidInput("that district takes no new borrowers", field="district")
    phone = await _reserve_phone(engine, command)
    if phone.draft_id != command.draft_id:
        return Registration(RegistrationOutcome.PHONE_TAKEN)
    identity = await _reserve_identity(engine, command, phone.borrower_id)
    if identity.draft_id != command.draft_id:
        await engine.channel.directory.release_phone(phone.phone_hash, command.draft_id)
        await _warn_owner(engine, identity, command.draft_id)
        return Registration(RegistrationOutcome.IDENTITY_KNOWN)
    try:
        await _insert_borrower(engine, command, phone.borrower_id)
    except UnderAge:
        await engine.channel.directory.release_identity(identity.identity_hash, command.draft_id)
        await engine.channel.directory.release_phone(phone.phone_hash, command.draft_id)
        raise
    await engine.channel.directory.activate_identity(identity.identity_hash, command.draft_id)
    await _activate_phone(engine, phone)
    return Registration(RegistrationOutcome.REGISTERED, phone.borrower_id)


async def _reserve_phone(engine: Engine, command: RegisterBorrower) -> PhoneEntry:
    return await engine.channel.directory.reserve_phone(
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


async def _reserve_identity(engine: Engine, command: RegisterBorrower, borrower_id: UUID) -> IdentityEntry:
    return await engine.channel.directory.reserve_identity(
        IdentityEntry(
            identity_hash=engine.keyed_hash.national_id(command.national_id),
            state="reserved",
            district=command.district,
            borrower_id=borrower_id,
            draft_id=command.draft_id,
            reserved_at=engine.clock.now(),
        )
    )


async def _insert_borrower(engine: Engine, command: RegisterBorrower, borrower_id: UUID) -> None:
    async with engine.record.unit(command.district) as unit:
        if await earlier_outcome(unit, f"register:{command.draft_id}") is not None:
            return
        today = await unit.business_date()
        if age_on(command.date_of_birth, today) < ADULT_YEARS:
            raise UnderAge(field="date_of_birth")
        now = engine.clock.now()
        await unit.borrowers.add(
            Borrower(
                id=borrower_id,
                district=command.district,
                phone=command.phone,
                language=command.language,
                given_names=command.given_names,
                surname=command.surname,
                national_id=command.national_id,
                date_of_birth=command.date_of_birth,
                residence_district=command.district,
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


async def _activate_phone(engine: Engine, reserved: PhoneEntry) -> None:
    entry: PhoneEntry | None = reserved
    while entry is not None and entry.state != "active":
        if await engine.channel.directory.save_phone(replace(entry, state="active")):
            return
        entry = await engine.channel.directory.phone(reserved.phone_hash)
    if entry is None or entry.draft_id != reserved.draft_id:
        raise Conflict("the reservation was released meanwhile")


async def _warn_owner(engine: Engine, identity: IdentityEntry, draft_id: UUID) -> None:
    """The old number hears that its identity was used: the only one who can tell a new SIM from a thief."""
    if identity.state != "active":
        return
    async with engine.record.unit(identity.district) as unit:
        await tell(
            engine,
            unit,
            MessageKind.IDENTITY_CLAIMED_ELSEWHERE,
            identity.borrower_id,
            key=f"identity_claimed:{draft_id}",
        )
        await unit.commit()
