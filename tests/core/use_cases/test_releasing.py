"""A payout above limit 2 between its two persons: looked at once more, refused by one, withdrawn by the other."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import InvalidInput
from core.money import Money
from core.records.borrower import BorrowerBlocked
from core.records.catalogue import LenderSuspended, RegulatoryStatus
from core.records.loan import Disbursement, Loan, LoanStatus, PayoutStatus
from core.records.proposal import ProposalKind
from core.records.staff import Actor, MakerIsChecker, NotAllowed, Role
from core.use_cases.floats import FloatTooLow, free_float
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.releasing import (
    CallOffRelease,
    LoanChanged,
    NothingWaits,
    ReleaseDisbursement,
    call_off_release,
    confirm_release,
)
from tests.core.use_cases.lending import HOME, Lending, key


def colleague(lending: Lending, *roles: Role) -> Actor:
    return Actor(uuid4(), HOME, lending.mfi.id, "Neo", frozenset(roles))


async def waiting(lending: Lending) -> Loan:
    """A loan above limit 2 that its cashier has released."""
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone, amount="12000", net_pay="60000"))
    await lending.release(accepted)
    return await lending.loan(accepted)


async def payout_of(lending: Lending, loan: Loan) -> Disbursement:
    async with lending.engine.record.unit(HOME) as unit:
        return (await unit.disbursements.of_loan(loan.id))[-1]


async def confirm(lending: Lending, loan: Loan, by: Actor) -> Disbursement:
    return await confirm_release(lending.engine, by, ReleaseDisbursement(loan.reference, loan.version, key()))


async def call_off(lending: Lending, loan: Loan, by: Actor, note: str = "The wallet is another's.") -> Disbursement:
    return await call_off_release(lending.engine, by, CallOffRelease(loan.reference, loan.version, note, key()))


async def test_a_loan_that_changed_since_it_was_seen_is_not_released(lending: Lending) -> None:
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone))

    with pytest.raises(LoanChanged):
        await lending.release(replace(accepted, version=accepted.version - 1))

    assert await lending.loan(accepted) == accepted


async def test_who_decided_on_a_loan_does_not_release_it_as_second_person(lending: Lending) -> None:
    loan = await waiting(lending)

    with pytest.raises(MakerIsChecker):
        await confirm(lending, loan, lending.manager)

    queued = await confirm(lending, loan, colleague(lending, Role.MANAGER))
    assert queued.status is PayoutStatus.QUEUED


async def test_a_lender_that_was_suspended_in_between_releases_nothing(lending: Lending) -> None:
    loan = await waiting(lending)
    await lending.engine.record.change_mfi(replace(lending.mfi, regulatory_status=RegulatoryStatus.SUSPENDED))

    with pytest.raises(LenderSuspended):
        await confirm(lending, loan, colleague(lending, Role.MANAGER))


async def test_nothing_leaves_for_a_borrower_who_was_blocked_in_between(lending: Lending) -> None:
    phone = await lending.borrower()
    first = await lending.accept(phone, await lending.offer(phone))
    second = await waiting(lending)
    async with lending.engine.record.unit(HOME) as unit:
        for loan in (first, second):
            borrower = await unit.borrowers.get(loan.borrower_id)
            await unit.borrowers.save(replace(borrower, blocked=True))
        await unit.commit()

    with pytest.raises(BorrowerBlocked):
        await lending.release(first)
    with pytest.raises(BorrowerBlocked):
        await confirm(lending, second, colleague(lending, Role.MANAGER))


async def test_a_float_that_was_swept_below_its_payouts_stops_the_second_release(lending: Lending) -> None:
    loan = await waiting(lending)
    payout = await payout_of(lending, loan)
    async with lending.engine.record.unit(HOME) as unit:
        free = await free_float(unit, lending.mfi.id, "simulated")
    sweep = {"rail": "simulated", "amount_minor": free.minor, "reference": "ALL"}
    proposal = await propose(
        lending.engine, lending.cashier, Propose(HOME, ProposalKind.SWEEP_FLOAT, sweep, "Home.", key())
    )
    await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))

    still_covered = await confirm(lending, loan, colleague(lending, Role.MANAGER))

    assert still_covered.status is PayoutStatus.QUEUED
    phone = await lending.borrower()
    another = await lending.accept(phone, await lending.offer(phone))
    with pytest.raises(FloatTooLow) as refused:
        await lending.release(another)
    assert refused.value.shortfall == Money.of("950")
    assert payout.amount == Money.of("11400")


async def test_the_second_person_refuses_with_a_reason_and_the_loan_waits_again(lending: Lending) -> None:
    loan = await waiting(lending)
    second = colleague(lending, Role.MANAGER)

    with pytest.raises(InvalidInput):
        await call_off(lending, loan, second, note=" ")
    called_off = await call_off(lending, loan, second)

    after = await lending.loan(loan)
    assert (called_off.status, called_off.failure_code) == (PayoutStatus.FAILED, "release_refused")
    assert after.status is LoanStatus.ACCEPTED
    async with lending.engine.record.unit(HOME) as unit:
        step = (await unit.loans.transitions(loan.id))[-1]
    assert (step.reason_code, step.note, step.actor_id) == (
        "release_refused",
        "The wallet is another's.",
        second.staff_id,
    )
    await lending.release(after)
    assert (await payout_of(lending, loan)).attempt == 2


async def test_the_first_person_withdraws_and_another_cashier_may_not(lending: Lending) -> None:
    loan = await waiting(lending)

    with pytest.raises(NotAllowed):
        await call_off(lending, loan, colleague(lending, Role.CASHIER))
    called_off = await call_off(lending, loan, lending.cashier)

    assert called_off.failure_code == "release_withdrawn"
    assert (await lending.loan(loan)).status is LoanStatus.ACCEPTED


async def test_of_a_refusal_and_a_release_at_once_the_later_one_is_told_that_nothing_waits(lending: Lending) -> None:
    loan = await waiting(lending)
    second = colleague(lending, Role.MANAGER)
    await call_off(lending, loan, second)

    with pytest.raises(NothingWaits):
        await confirm(lending, loan, second)
    with pytest.raises(NothingWaits):
        await call_off(lending, loan, second)


async def test_a_stale_page_releases_nothing(lending: Lending) -> None:
    loan = await waiting(lending)

    with pytest.raises(LoanChanged):
        await confirm(lending, replace(loan, version=loan.version - 1), colleague(lending, Role.MANAGER))


async def test_nobody_is_the_second_person_of_their_own_release(lending: Lending) -> None:
    loan = await waiting(lending)
    both = replace(lending.cashier, roles=frozenset({Role.CASHIER, Role.MANAGER}))

    with pytest.raises(MakerIsChecker):
        await confirm(lending, loan, both)
