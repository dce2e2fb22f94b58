"""Loans, what was accepted, what happened, and the projections."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.errors import Conflict, NotFound
from core.money import Money
from core.ports.record import Record
from core.records.borrower import Channel
from core.records.loan import KeyFactsAccepted, LoanEventRow, LoanStatus
from tests.storage.samples import (
    DISTRICT,
    MFI,
    NOW,
    OTHER_MFI,
    TODAY,
    a_position,
    a_transition,
    an_instalment,
    kept_loan,
)


def an_event(loan_id: UUID, n: int, key: str, **data: Any) -> LoanEventRow:
    return LoanEventRow(loan_id, n, "repayment", TODAY, NOW, TODAY, key, data)


async def test_a_loan_is_found_by_id_reference_and_application(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)

        assert await unit.loans.get(loan.id, mfi_id=MFI) == loan
        assert await unit.loans.by_reference(loan.reference) == loan
        assert await unit.loans.of_application(loan.application_id) == loan
        assert list(await unit.loans.of_borrower(loan.borrower_id)) == [loan]
        assert await unit.loans.of_application(loan.id) is None


async def test_another_lender_does_not_find_it(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)

        with pytest.raises(NotFound):
            await unit.loans.by_reference(loan.reference, mfi_id=OTHER_MFI)


async def test_saving_raises_the_version_and_a_stale_save_is_a_conflict(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        accepted = replace(loan, status=LoanStatus.ACCEPTED, accepted_at=NOW)

        await unit.loans.save(accepted)

        assert await unit.loans.get(loan.id) == replace(accepted, version=2)
        with pytest.raises(Conflict):
            await unit.loans.save(accepted)


async def test_steps_of_a_loan_are_its_own(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan, other = await kept_loan(unit), await kept_loan(unit)
        step = a_transition(loan.id, to_status="approved")
        await unit.loans.add_transition(step)

        assert list(await unit.loans.transitions(loan.id)) == [step]
        assert list(await unit.loans.transitions(other.id)) == []


async def test_what_was_accepted_is_kept_once(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        accepted = KeyFactsAccepted(loan.id, {"amount": "1000.00"}, b"h" * 32, "1", "en", Channel.USSD, NOW)

        assert await unit.loans.key_facts(loan.id) is None
        await unit.loans.keep_key_facts(accepted)
        await unit.loans.keep_key_facts(replace(accepted, accepted_at=NOW + timedelta(hours=1)))

        assert await unit.loans.key_facts(loan.id) == accepted
        with pytest.raises(Conflict):
            await unit.loans.keep_key_facts(replace(accepted, figures_hash=b"x" * 32))


async def test_events_are_read_in_recording_order(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        events = [an_event(loan.id, 1, "disbursement:1"), an_event(loan.id, 2, "repayment:1", amount=100)]
        for event in reversed(events):
            await unit.loans.add_event(event)

        assert list(await unit.loans.events(loan.id)) == events


@pytest.mark.parametrize("clashing", [an_event(UUID(int=0), 2, "a"), an_event(UUID(int=0), 1, "b")])
async def test_an_events_key_and_number_are_used_once(record: Record, clashing: LoanEventRow) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        await unit.loans.add_event(an_event(loan.id, 1, "a"))
        with pytest.raises(Conflict):
            await unit.loans.add_event(replace(clashing, loan_id=loan.id))


async def test_a_projection_replaces_the_one_before_whole(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        extra = [an_instalment(loan.id, n, TODAY + timedelta(days=30 * n)) for n in (1, 2, 3)]
        await unit.loans.project(a_position(loan.id, principal=Money(3)), extra)
        paid = replace(extra[0], principal_paid=Money.of(100), interest_paid=Money.of(3), settled_on=TODAY)
        position = a_position(loan.id, principal=Money(2), oldest_unpaid_due_on=extra[1].due_on, next_due=Money(7))

        await unit.loans.project(position, [paid, extra[1]])

        assert await unit.loans.position(loan.id) == position
        assert list(await unit.loans.instalments(loan.id)) == [paid, extra[1]]


async def test_there_is_no_position_before_the_first_event(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)

        assert await unit.loans.position(loan.id) is None


async def test_offers_expire_after_their_last_day_has_come(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        last_day = await kept_loan(unit, offer_expires_on=TODAY)
        await kept_loan(unit, offer_expires_on=TODAY + timedelta(days=1))
        await kept_loan(unit, offer_expires_on=TODAY, status=LoanStatus.ACCEPTED)

        assert list(await unit.loans.offers_expired_on(TODAY)) == [last_day.id]
