"""Borrowers, consents and identity checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Conflict, NotFound
from core.phones import PhoneNumber
from core.ports.record import Record
from core.records.borrower import Channel, Consent, ConsentKind, IdentityCheck, Language
from tests.storage.samples import DISTRICT, LATER, MFI, NOW, OTHER_MFI, a_borrower


async def test_a_borrower_is_read_back_as_added(record: Record) -> None:
    borrower = a_borrower()

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        assert await unit.borrowers.get(borrower.id) == borrower


async def test_adding_a_borrower_again_changes_nothing(record: Record) -> None:
    borrower = a_borrower()

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.borrowers.add(replace(borrower, surname="Somebody else"))

        assert await unit.borrowers.get(borrower.id) == borrower


async def test_one_national_id_is_one_borrower(record: Record) -> None:
    borrower = a_borrower()

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        with pytest.raises(Conflict):
            await unit.borrowers.add(a_borrower(national_id=borrower.national_id))


async def test_only_what_may_change_is_saved(record: Record) -> None:
    borrower = a_borrower()
    changed = replace(
        borrower,
        language=Language.ENGLISH,
        phone=PhoneNumber("+26662000111"),
        residence_district="LS-B",
        blocked=True,
        wants_reminders=False,
        surname="Somebody else",
        national_id="999",
    )

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.borrowers.save(changed)

        kept = replace(changed, surname=borrower.surname, national_id=borrower.national_id)
        assert await unit.borrowers.get(borrower.id) == kept


async def test_a_borrower_of_another_district_is_not_found(record: Record) -> None:
    borrower = a_borrower()
    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.commit()

    async with record.unit("LS-B") as unit:
        with pytest.raises(NotFound):
            await unit.borrowers.get(borrower.id)
        with pytest.raises(NotFound):
            await unit.borrowers.save(borrower)


async def test_a_consent_is_kept_and_its_withdrawal_noted(record: Record) -> None:
    borrower = a_borrower()
    given = Consent(borrower.id, ConsentKind.CREDIT_CHECK, NOW, Channel.USSD, "1")
    other = Consent(borrower.id, ConsentKind.KEEP_DATA, LATER, Channel.USSD, "1")

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.borrowers.give_consent(given)
        await unit.borrowers.give_consent(other)
        await unit.borrowers.give_consent(given)
        await unit.borrowers.give_consent(replace(given, withdrawn_at=LATER))

        assert list(await unit.borrowers.consents(borrower.id)) == [replace(given, withdrawn_at=LATER), other]


async def test_taking_a_consent_back_ends_what_stands_and_nothing_else(record: Record) -> None:
    borrower, neighbour = a_borrower(), a_borrower()
    earlier = Consent(borrower.id, ConsentKind.CREDIT_CHECK, NOW, Channel.USSD, "1", withdrawn_at=NOW)
    standing = replace(earlier, given_at=LATER, withdrawn_at=None)
    other = Consent(borrower.id, ConsentKind.KEEP_DATA, LATER, Channel.USSD, "1")
    not_theirs = replace(standing, borrower_id=neighbour.id)
    at = LATER + timedelta(days=1)

    async with record.unit(DISTRICT) as unit:
        for person in (borrower, neighbour):
            await unit.borrowers.add(person)
        for consent in (earlier, standing, other, not_theirs):
            await unit.borrowers.give_consent(consent)
        await unit.borrowers.withdraw_consent(borrower.id, ConsentKind.CREDIT_CHECK, at)
        await unit.borrowers.withdraw_consent(borrower.id, ConsentKind.CREDIT_CHECK, at + timedelta(days=1))

        assert list(await unit.borrowers.consents(borrower.id)) == [
            earlier,
            replace(standing, withdrawn_at=at),
            other,
        ]
        assert list(await unit.borrowers.consents(neighbour.id)) == [not_theirs]


async def test_the_newest_identity_check_of_that_lender_stands(record: Record) -> None:
    borrower = a_borrower()
    first = IdentityCheck(borrower.id, MFI, "saw_national_id", "", MFI, "Palesa", NOW)
    second = replace(first, method="called_employer", checked_at=NOW + timedelta(days=1))
    elsewhere = replace(first, mfi_id=OTHER_MFI, checked_at=NOW + timedelta(days=2))

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        assert await unit.borrowers.identity_check(borrower.id, MFI) is None
        for check in (second, first, elsewhere):
            await unit.borrowers.add_identity_check(check)

        assert await unit.borrowers.identity_check(borrower.id, MFI) == second
