"""Identity cases, and changes of numbers and national IDs: kept sealed, found by whose they are, changed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, NotFound
from core.phones import PhoneNumber
from core.ports.reads import PortalReads
from core.ports.record import Record
from core.records.borrower import Borrower, Channel
from core.records.identity import (
    CaseOutcome,
    CaseStatus,
    ChangeKind,
    ChangeStatus,
    ChangeUnderWay,
    IdentityCase,
    IdentityChange,
)
from storage.postgres.reads import PortalReadsOnPostgres
from tests.storage.samples import DISTRICT, LATER, MFI, NOW, OTHER_MFI, a_borrower


def a_case(borrower: Borrower, **changes: Any) -> IdentityCase:
    case = IdentityCase(
        id=uuid4(),
        district=DISTRICT,
        borrower_id=borrower.id,
        mfi_id=MFI,
        phone=PhoneNumber("+26662123456"),
        given_names="Thabang",
        surname="Lerotholi",
        same_birth_date=True,
        channel=Channel.USSD,
        status=CaseStatus.OPEN,
        opened_at=NOW,
        tried_at=NOW,
    )
    return replace(case, **changes)


def a_change(borrower: Borrower, **changes: Any) -> IdentityChange:
    change = IdentityChange(
        id=uuid4(),
        district=DISTRICT,
        borrower_id=borrower.id,
        mfi_id=MFI,
        kind=ChangeKind.NUMBER,
        old=borrower.phone.e164,
        new="+26662123456",
        reason="Lost the SIM.",
        made_by=uuid4(),
        made_by_name="Palesa",
        made_at=NOW,
    )
    return replace(change, **changes)


@pytest.fixture
async def borrower(record: Record) -> Borrower:
    borrower = a_borrower()
    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.commit()
    return borrower


@pytest.fixture
def reads(portal_reads: PortalReadsOnPostgres) -> PortalReads:
    return portal_reads


async def kept(record: Record, *things: IdentityCase | IdentityChange) -> None:
    for thing in things:
        async with record.unit(DISTRICT) as unit:
            if isinstance(thing, IdentityCase):
                await unit.identity_cases.add(thing)
            else:
                await unit.identity_changes.add(thing)
            await unit.commit()


async def test_a_case_is_read_as_it_was_added_by_its_own_lender(record: Record, borrower: Borrower) -> None:
    case = a_case(borrower)
    await kept(record, case)

    async with record.unit(DISTRICT) as unit:
        assert await unit.identity_cases.get(case.id, mfi_id=MFI, lock=True) == case
        with pytest.raises(NotFound):
            await unit.identity_cases.get(case.id, mfi_id=OTHER_MFI)


async def test_a_case_is_saved_over_the_version_that_was_read(record: Record, borrower: Borrower) -> None:
    case = a_case(borrower)
    await kept(record, case)
    closed = replace(
        case,
        status=CaseStatus.CLOSED,
        outcome=CaseOutcome.FRAUD,
        note="Not their face.",
        closed_by=uuid4(),
        closed_by_name="Palesa",
        closed_at=LATER,
        tries=3,
        tried_at=LATER,
    )

    async with record.unit(DISTRICT) as unit:
        await unit.identity_cases.save(closed)
        with pytest.raises(Conflict):
            await unit.identity_cases.save(closed)
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        assert await unit.identity_cases.get(case.id) == replace(closed, version=2)


async def test_a_borrowers_cases_are_found_oldest_first_until_they_are_closed(
    record: Record, borrower: Borrower
) -> None:
    newer, older = a_case(borrower, opened_at=LATER), a_case(borrower)
    changing = a_case(borrower, status=CaseStatus.CHANGING, opened_at=LATER + timedelta(1))
    await kept(record, newer, older, changing, a_case(borrower, status=CaseStatus.CLOSED))

    async with record.unit(DISTRICT) as unit:
        assert list(await unit.identity_cases.unclosed(borrower.id)) == [older, newer, changing]
        assert await unit.identity_cases.unclosed(uuid4()) == []


async def test_a_change_is_read_as_it_was_added_and_saved_once(record: Record, borrower: Borrower) -> None:
    change = a_change(borrower)
    await kept(record, change)
    agreed = replace(
        change,
        status=ChangeStatus.AGREED,
        decided_by=uuid4(),
        decided_by_name="Lineo",
        decided_at=LATER,
        gives_up=uuid4(),
        reservation_id=uuid4(),
    )

    async with record.unit(DISTRICT) as unit:
        assert await unit.identity_changes.get(change.id, mfi_id=MFI) == change
        with pytest.raises(NotFound):
            await unit.identity_changes.get(change.id, mfi_id=OTHER_MFI)
        await unit.identity_changes.save(agreed)
        with pytest.raises(Conflict):
            await unit.identity_changes.save(agreed)
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        assert await unit.identity_changes.get(change.id, lock=True) == replace(agreed, version=2)
        assert await unit.identity_changes.agreed(LATER, 9) == []
        assert [row.id for row in await unit.identity_changes.agreed(LATER + timedelta(seconds=1), 9)] == [change.id]


async def test_a_borrower_has_one_change_under_way(record: Record, borrower: Borrower) -> None:
    over = [a_change(borrower, status=status) for status in (ChangeStatus.DONE, ChangeStatus.REFUSED)]
    await kept(record, *over, a_change(borrower))

    for status in (ChangeStatus.PROPOSED, ChangeStatus.AGREED):
        with pytest.raises(ChangeUnderWay):
            await kept(record, a_change(borrower, status=status))


async def test_what_nobody_decided_on_is_overdue_but_for_what_somebody_is_deciding(
    record: Record, borrower: Borrower
) -> None:
    late = LATER + timedelta(seconds=1)
    change = a_change(borrower, made_at=LATER)
    await kept(
        record, change, a_change(borrower, status=ChangeStatus.DONE), a_change(borrower, status=ChangeStatus.REFUSED)
    )

    async with record.unit(DISTRICT) as deciding, record.unit(DISTRICT) as unit:
        assert list(await unit.identity_changes.overdue(LATER, 9)) == []
        await deciding.identity_changes.get(change.id, lock=True)
        assert list(await unit.identity_changes.overdue(late, 9)) == []
    async with record.unit(DISTRICT) as unit:
        assert list(await unit.identity_changes.overdue(late, 0)) == []
        assert list(await unit.identity_changes.overdue(late, 9)) == [change]


async def test_who_proposed_a_change_cannot_be_who_agreed(record: Record, borrower: Borrower) -> None:
    """The database holds it by itself."""
    change = a_change(borrower)

    with pytest.raises(IntegrityError):
        await kept(record, replace(change, decided_by=change.made_by))


async def test_a_corrected_national_id_is_another_borrowers_never(record: Record, borrower: Borrower) -> None:
    other = a_borrower()
    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(other)
        await unit.borrowers.correct_national_id(replace(borrower, national_id="111122223333"))
        await unit.commit()

    async with record.unit(DISTRICT) as unit:
        assert (await unit.borrowers.get(borrower.id)).national_id == "111122223333"
        with pytest.raises(Conflict):
            await unit.borrowers.correct_national_id(replace(borrower, national_id=other.national_id))


async def test_the_lists_show_a_lenders_own_by_state(record: Record, borrower: Borrower, reads: PortalReads) -> None:
    open_one, theirs = a_case(borrower), a_case(borrower, mfi_id=OTHER_MFI)
    closed = [
        a_case(borrower, status=CaseStatus.CLOSED, outcome=CaseOutcome.FRAUD, closed_at=at) for at in (NOW, LATER)
    ]
    waiting = a_change(borrower)
    await kept(record, open_one, theirs, *closed, waiting, a_change(borrower, status=ChangeStatus.DONE))

    of_state = {
        status: await reads.identity_cases(MFI, [DISTRICT], status=status, page=1, page_size=9)
        for status in (CaseStatus.OPEN, CaseStatus.CLOSED)
    }
    changes = await reads.identity_changes(MFI, [DISTRICT])

    (line,) = of_state[CaseStatus.OPEN].rows
    assert (line.id, line.borrower_name, line.caller_name) == (open_one.id, borrower.full_name, "Thabang Lerotholi")
    assert line.caller_masked == open_one.phone.masked
    assert [row.id for row in of_state[CaseStatus.CLOSED].rows] == [closed[1].id, closed[0].id]
    assert [row.id for row in changes.rows] == [waiting.id]
