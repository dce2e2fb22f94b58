"""Who becomes a borrower: nobody under age, nobody where nobody is taken, and never half of a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from core.errors import Conflict, InvalidInput
from core.ports.directory import IdentityEntry, PhoneEntry
from core.records.borrower import Channel, Language, UnderAge
from core.use_cases.registration import (
    RegisterBorrower,
    RegistrationOutcome,
    RegistrationUnderWay,
    register_borrower,
)
from tests.core.use_cases.lending import CONSENTS, HOME, Lending, new_phone


def command(lending: Lending) -> RegisterBorrower:
    phone = new_phone()
    return RegisterBorrower(
        draft_id=uuid4(),
        phone=phone,
        language=Language.SESOTHO,
        given_names="Thabo",
        surname="Molefe",
        national_id=f"1{phone.e164[4:]}",
        date_of_birth=date(1990, 5, 17),
        district=HOME,
        pin_hash=lending.pin_hash,
        channel=Channel.USSD,
        consents=CONSENTS,
        text_version="1",
    )


async def test_who_is_under_age_is_not_registered_and_leaves_number_and_identity_free(lending: Lending) -> None:
    grown_up = command(lending)
    child = replace(grown_up, draft_id=uuid4(), date_of_birth=await lending.today())

    with pytest.raises(UnderAge) as refused:
        await register_borrower(lending.engine, child)

    assert refused.value.field == "date_of_birth"
    assert (await register_borrower(lending.engine, grown_up)).outcome is RegistrationOutcome.REGISTERED


async def test_a_district_that_takes_nobody_registers_nobody(lending: Lending) -> None:
    catalogue = await lending.engine.record.catalogue()
    closed = replace(catalogue.district(HOME), accepts_new_borrowers=False)
    engine = replace(lending.engine, record=WithDistrict(lending.engine.record, closed))  # type: ignore[arg-type]

    with pytest.raises(InvalidInput) as refused:
        await register_borrower(engine, command(lending))

    assert refused.value.field == "district"


async def test_an_identity_that_somebody_is_just_registering_is_neither_known_nor_free(lending: Lending) -> None:
    wanted = command(lending)
    await lending.engine.channel.directory.reserve_identity(
        IdentityEntry(
            identity_hash=lending.engine.keyed_hash.national_id(wanted.national_id),
            state="reserved",
            district=HOME,
            borrower_id=uuid4(),
            draft_id=uuid4(),
            reserved_at=lending.engine.clock.now(),
        )
    )

    with pytest.raises(RegistrationUnderWay):
        await register_borrower(lending.engine, wanted)

    assert await lending.messages("identity_claimed_elsewhere") == []
    assert await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(wanted.phone)) is None


async def test_a_number_whose_reservation_was_released_meanwhile_is_not_taken(lending: Lending) -> None:
    channel = Releasing(lending.engine.channel)

    with pytest.raises(Conflict):
        await register_borrower(replace(lending.engine, channel=channel), command(lending))  # type: ignore[arg-type]


class WithDistrict:
    """The record plane, with one district other than it is."""

    def __init__(self, real: object, district: object) -> None:
        self._real = real
        self._district = district

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    async def catalogue(self) -> object:
        catalogue = await self._real.catalogue()  # type: ignore[attr-defined]
        return replace(catalogue, districts={**catalogue.districts, HOME: self._district})


class Releasing:
    """The channel plane, whose sweep takes a number's reservation back just before it becomes active."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        if name == "directory":
            return self
        return getattr(self._real, name, None) or getattr(self._real.directory, name)  # type: ignore[attr-defined]

    async def save_phone(self, entry: PhoneEntry) -> bool:
        directory = self._real.directory  # type: ignore[attr-defined]
        await directory.remove_phone(replace(entry, state="reserved"))
        return bool(await directory.save_phone(entry))
