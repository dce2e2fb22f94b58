"""A known identity from another number: nobody is told but the number that is registered, and a person looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from core.errors import InvalidInput, NotFound
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.records.identity import CaseMoved, CaseOutcome, CaseStatus, IdentityCase
from core.records.message import MessageKind
from core.records.staff import NotAllowed
from core.use_cases.identity_cases import CASES_OPEN_MAX, CloseCase, case_file, close_case, show_number
from core.use_cases.registration import RegistrationOutcome, register_borrower
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.core.use_cases.test_registration import command

ID = "012345678901"


async def cases_of(lending: Lending, phone: PhoneNumber) -> list[IdentityCase]:
    """The cases about the borrower of a number that are not closed."""
    entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(phone))
    assert entry is not None
    async with lending.engine.record.unit(entry.district) as unit:
        return list(await unit.identity_cases.unclosed(entry.borrower_id))


async def claimed(lending: Lending) -> tuple[PhoneNumber, PhoneNumber, IdentityCase]:
    """A borrower of the first lender, the number that came with their ID, and the case about it."""
    owner, other = new_phone(), new_phone()
    await lending.register(owner, national_id=ID)
    await lending.apply(owner)
    assert (await lending.register(other, national_id=ID)).outcome is RegistrationOutcome.IDENTITY_KNOWN
    (case,) = await cases_of(lending, owner)
    return owner, other, case


async def test_it_becomes_a_case_of_the_borrowers_lender_with_what_the_caller_gave(lending: Lending) -> None:
    owner = new_phone()
    await lending.register(owner, national_id=ID)
    await lending.apply(owner)
    stranger = replace(command(lending), national_id=ID, date_of_birth=date(1980, 1, 1))

    await register_borrower(lending.engine, stranger)

    (case,) = await cases_of(lending, owner)
    assert (case.phone, case.given_names, case.same_birth_date) == (stranger.phone, "Thabo", False)
    assert (case.mfi_id, case.status, case.tries) == (lending.mfi.id, CaseStatus.OPEN, 1)


async def test_the_other_number_stays_free_and_nothing_is_linked(lending: Lending) -> None:
    owner, other, _ = await claimed(lending)

    assert await entry(lending, other) is None
    stands = await entry(lending, owner)
    assert stands is not None
    assert stands.state == "active"


async def entry(lending: Lending, phone: PhoneNumber) -> PhoneEntry | None:
    return await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(phone))


async def test_the_same_number_again_is_counted_and_the_owner_told_once(lending: Lending) -> None:
    owner, other, _ = await claimed(lending)

    await lending.register(other, national_id=ID)

    assert [case.tries for case in await cases_of(lending, owner)] == [2]
    assert len(await lending.messages(MessageKind.IDENTITY_CLAIMED_ELSEWHERE)) == 1


async def test_one_draft_that_comes_twice_is_one_try(lending: Lending) -> None:
    owner, draft, other = new_phone(), uuid4(), new_phone()
    await lending.register(owner, national_id=ID)

    for _ in range(2):
        await lending.register(other, national_id=ID, draft_id=draft)

    assert [case.tries for case in await cases_of(lending, owner)] == [1]


async def test_many_numbers_flood_neither_the_desk_nor_the_owner(lending: Lending) -> None:
    owner = new_phone()
    await lending.register(owner, national_id=ID)

    for _ in range(CASES_OPEN_MAX + 1):
        await lending.register(new_phone(), national_id=ID)

    assert len(await cases_of(lending, owner)) == CASES_OPEN_MAX
    assert len(await lending.messages(MessageKind.IDENTITY_CLAIMED_ELSEWHERE)) == CASES_OPEN_MAX


async def test_a_borrower_whom_no_lender_knows_yet_gets_one_that_lends_there(lending: Lending) -> None:
    owner = new_phone()
    await lending.register(owner, national_id=ID)

    await lending.register(new_phone(), national_id=ID)

    (case,) = await cases_of(lending, owner)
    assert case.mfi_id in {lending.mfi.id, lending.other_mfi.id}


async def test_a_case_is_read_with_the_borrower_whose_identity_it_is(lending: Lending) -> None:
    owner, other, case = await claimed(lending)

    file = await case_file(lending.engine, lending.officer, case.district, case.id)

    assert (file.case.phone, file.borrower.phone) == (other, owner)


async def test_another_lenders_staff_find_no_case(lending: Lending) -> None:
    _, _, case = await claimed(lending)
    stranger = replace(lending.officer, mfi_id=lending.other_mfi.id)

    for reading in (case_file, show_number):
        with pytest.raises(NotFound):
            await reading(lending.engine, stranger, case.district, case.id)
    with pytest.raises(NotFound):
        await close_case(lending.engine, stranger, closing(case))


async def test_whoever_may_not_read_or_reveal_does_not(lending: Lending) -> None:
    _, _, case = await claimed(lending)

    for reading in (case_file, show_number):
        with pytest.raises(NotAllowed):
            await reading(lending.engine, lending.cashier, case.district, case.id)
    with pytest.raises(NotAllowed):
        await close_case(lending.engine, lending.cashier, closing(case))


async def test_who_looks_at_the_number_to_call_it_is_written_down(lending: Lending) -> None:
    _, other, case = await claimed(lending)

    assert await show_number(lending.engine, lending.officer, case.district, case.id) == other

    async with lending.engine.record.unit(HOME) as unit:
        now = lending.engine.clock.now()
        trail = await unit.audit.between(lending.mfi.id, now.replace(year=2000), now)
    assert "identity_case.number_shown" in {entry.action for entry in trail}


def closing(case: IdentityCase, outcome: CaseOutcome = CaseOutcome.FRAUD, note: str = "Not their face.") -> CloseCase:
    return CloseCase(case.district, case.id, outcome, note, key())


async def test_a_case_is_closed_with_a_reason_once(lending: Lending) -> None:
    owner, _, case = await claimed(lending)
    command = closing(case)

    closed = await close_case(lending.engine, lending.officer, command)
    again = await close_case(lending.engine, lending.officer, command)

    assert (closed.status, closed.outcome, closed.note) == (CaseStatus.CLOSED, CaseOutcome.FRAUD, "Not their face.")
    assert again.closed_at == closed.closed_at
    assert await cases_of(lending, owner) == []
    with pytest.raises(CaseMoved):
        await close_case(lending.engine, lending.officer, closing(case))


async def test_a_case_is_not_closed_without_a_note_or_as_if_something_had_changed(lending: Lending) -> None:
    owner, _, case = await claimed(lending)

    for refused in (closing(case, note=""), closing(case, CaseOutcome.SAME_PERSON)):
        with pytest.raises(InvalidInput):
            await close_case(lending.engine, lending.officer, refused)
    assert len(await cases_of(lending, owner)) == 1
