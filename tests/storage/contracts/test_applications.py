"""Applications, their steps and their scores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Conflict, NotFound
from core.money import Money
from core.ports.record import Record, Unit
from core.records.application import Application, ApplicationStatus
from tests.storage.samples import (
    DISTRICT,
    MFI,
    NOW,
    OTHER_MFI,
    TODAY,
    a_borrower,
    a_score,
    a_transition,
    an_application,
)


async def kept(unit: Unit, **changes: object) -> Application:
    borrower = a_borrower()
    application = an_application(borrower, **changes)
    await unit.borrowers.add(borrower)
    await unit.applications.add(application)
    return application


async def test_an_application_is_found_by_id_and_by_reference(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)

        assert await unit.applications.get(application.id) == application
        assert await unit.applications.by_reference(application.reference, mfi_id=MFI) == application


async def test_another_lender_does_not_find_it(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)

        with pytest.raises(NotFound):
            await unit.applications.get(application.id, mfi_id=OTHER_MFI)
        with pytest.raises(NotFound):
            await unit.applications.by_reference(application.reference, mfi_id=OTHER_MFI, lock=True)


async def test_a_borrowers_applications_come_newest_first_whoever_lends(record: Record) -> None:
    borrower = a_borrower()
    older = an_application(borrower)
    newer = an_application(borrower, submitted_at=NOW + timedelta(days=1), mfi_id=OTHER_MFI)

    async with record.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.applications.add(older)
        await unit.applications.add(newer)

        assert list(await unit.applications.of_borrower(borrower.id)) == [newer, older]


async def test_a_draft_becomes_one_application(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)
        with pytest.raises(Conflict):
            await kept(unit, draft_id=application.draft_id)


async def test_saving_raises_the_version(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)
        decided = replace(
            application,
            status=ApplicationStatus.APPROVED,
            recommended_by=MFI,
            recommended_amount=Money.of(900),
            first_approved_by=OTHER_MFI,
            approved_amount=Money.of(800),
            approved_periods=6,
            decided_at=NOW,
            decided_on=TODAY,
            reason_code="within_policy",
        )

        await unit.applications.save(decided)

        assert await unit.applications.get(application.id) == replace(decided, version=2)


async def test_a_save_over_a_newer_version_is_a_conflict(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)
        await unit.applications.save(application)

        with pytest.raises(Conflict):
            await unit.applications.save(application)


async def test_the_database_itself_refuses_one_person_in_both_steps(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)
        with pytest.raises(Exception, match="maker_is_not_checker"):
            await unit.applications.save(replace(application, recommended_by=MFI, first_approved_by=MFI))


async def test_steps_are_read_in_order_and_a_number_is_used_once(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)
        first, second = a_transition(application.id, 1), a_transition(application.id, 2, to_status="in_review")
        await unit.applications.add_transition(second)
        await unit.applications.add_transition(first)

        assert list(await unit.applications.transitions(application.id)) == [first, second]
        with pytest.raises(Conflict):
            await unit.applications.add_transition(a_transition(application.id, 2))


async def test_scores_are_kept_oldest_first(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        application = await kept(unit)
        # The second as they were kept before there were checks.
        older = replace(a_score(application.id, 2), transition_n=None, sharing=None, exposure=None, findings=())
        scores = [a_score(application.id, 1), older]
        for score in scores:
            await unit.applications.keep_score(score)

        assert list(await unit.applications.scores(application.id)) == scores
        assert (await unit.applications.get(application.id)).version == application.version
