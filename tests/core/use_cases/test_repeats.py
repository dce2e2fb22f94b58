"""What comes twice with one key, for a form or a connection was slow, is done once and answered the same way twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

import pytest

from core.money import Money
from core.records.application import Application, RejectionReason, ReturnReason
from core.records.borrower import Channel, ConsentKind, Language
from core.records.loan import Loan
from core.records.proposal import ProposalKind
from core.records.staff import Actor, Role
from core.use_cases.borrowing import AcceptOffer, DeclineOffer, accept_offer, decline_offer, overview
from core.use_cases.cancelling import CancelForBorrower, cancel_for_borrower
from core.use_cases.consenting import ConsentChange, give_consent, withdraw_consent
from core.use_cases.deciding import (
    CheckIdentity,
    Recommend,
    Reject,
    ReturnToBorrower,
    check_identity,
    recommend,
    reject,
    return_to_borrower,
)
from core.use_cases.floats import free_float
from core.use_cases.funding import AllotFloat, FundFloat, allot_float, fund_float
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.releasing import (
    CallOffRelease,
    ReleaseDisbursement,
    call_off_release,
    confirm_release,
    release_disbursement,
)
from core.use_cases.transferring import TRANSFER_TOPIC, receive_transfer
from tests.core.use_cases.lending import AWAY, HOME, Lending, key
from tests.fixtures_postgres import MovableClock

RESULT = TypeVar("RESULT")


async def twice(lending: Lending, act: Callable[[], Awaitable[RESULT]]) -> tuple[RESULT, RESULT]:
    """What it came to each time. The second one leaves nothing in the outbox."""
    first = await act()
    after_first = [row.id for row in await lending.outbox()]
    second = await act()
    assert [row.id for row in await lending.outbox()] == after_first
    return first, second


async def applied(lending: Lending) -> Application:
    return await lending.application((await lending.apply(await lending.borrower())).reference)


async def accepted(lending: Lending, amount: str = "1000") -> Loan:
    phone = await lending.borrower()
    return await lending.accept(phone, await lending.offer(phone, amount=amount, net_pay="60000"))


async def float_of(lending: Lending, district: str) -> Money:
    async with lending.engine.record.unit(district) as unit:
        return await free_float(unit, lending.mfi.id, "simulated")


# What staff send


async def test_an_identity_is_checked_once(lending: Lending, clock: MovableClock) -> None:
    application = await applied(lending)
    first, again = (CheckIdentity(application.reference, "saw_national_id", note, key()) for note in ("Seen.", "Late."))

    await twice(lending, lambda: check_identity(lending.engine, lending.officer, first))
    for command in (again, first):
        clock.move(minutes=1)
        await check_identity(lending.engine, lending.officer, command)

    async with lending.engine.record.unit(HOME) as unit:
        check = await unit.borrowers.identity_check(application.borrower_id, lending.mfi.id)
    assert check is not None
    assert check.note == "Late."


async def test_an_application_is_recommended_once(lending: Lending) -> None:
    application = await applied(lending)
    command = Recommend(application.reference, application.amount, "", application.version, key())

    first, second = await twice(lending, lambda: recommend(lending.engine, lending.officer, command))

    assert (first.status, first.version) == (second.status, second.version)


async def test_an_application_is_rejected_once(lending: Lending) -> None:
    application = await applied(lending)
    command = Reject(application.reference, RejectionReason.OUTSIDE_POLICY, "", application.version, key())

    first, second = await twice(lending, lambda: reject(lending.engine, lending.officer, command))

    assert (first.status, first.version) == (second.status, second.version)


async def test_an_application_is_returned_once(lending: Lending) -> None:
    application = await applied(lending)
    command = ReturnToBorrower(application.reference, ReturnReason.BRING_PAYSLIP, "", application.version, key())

    first, second = await twice(lending, lambda: return_to_borrower(lending.engine, lending.officer, command))

    assert (first.status, first.version) == (second.status, second.version)


async def test_a_contract_is_cancelled_for_its_borrower_once(lending: Lending) -> None:
    loan = await accepted(lending)
    command = CancelForBorrower(loan.reference, loan.version, "Came to the branch.", key())

    first, second = await twice(lending, lambda: cancel_for_borrower(lending.engine, lending.officer, command))

    assert (first.status, first.version) == (second.status, second.version)


async def test_a_payout_is_released_once(lending: Lending) -> None:
    loan = await accepted(lending)
    command = ReleaseDisbursement(loan.reference, loan.version, key())

    first, second = await twice(lending, lambda: release_disbursement(lending.engine, lending.cashier, command))

    assert first.reference == second.reference


@pytest.mark.parametrize("calls_off", [False, True])
async def test_the_second_person_answers_a_release_once(calls_off: bool, lending: Lending) -> None:
    loan = await accepted(lending, "12000")
    await lending.release(loan)
    loan = await lending.loan(loan)
    second_person = Actor(uuid4(), HOME, lending.mfi.id, "Neo", frozenset({Role.MANAGER}))
    confirm = ReleaseDisbursement(loan.reference, loan.version, key())
    call_off = CallOffRelease(loan.reference, loan.version, "The wallet is another's.", key())

    first, second = await twice(
        lending,
        lambda: (
            call_off_release(lending.engine, second_person, call_off)
            if calls_off
            else confirm_release(lending.engine, second_person, confirm)
        ),
    )

    assert (first.reference, first.status) == (second.reference, second.status)


async def test_a_change_is_proposed_once_and_carried_out_once(lending: Lending) -> None:
    before = await float_of(lending, HOME)
    sweep = {"rail": "simulated", "amount_minor": 5_000, "reference": "BANK-1"}
    ask = Propose(HOME, ProposalKind.SWEEP_FLOAT, sweep, "Too much here.", key())

    proposed, again = await twice(lending, lambda: propose(lending.engine, lending.cashier, ask))
    answer = Answer(HOME, proposed.id, "", key())
    done, done_again = await twice(lending, lambda: carry_out(lending.engine, lending.manager, answer))

    assert (again.id, done_again.status) == (proposed.id, done.status)
    assert await float_of(lending, HOME) == before - Money(5_000)


async def test_a_float_is_funded_once_by_its_bank_reference(lending: Lending) -> None:
    before = await float_of(lending, HOME)
    command = FundFloat(lending.mfi.id, "simulated", Money(7_000), "BANK-2", uuid4(), uuid4())

    await twice(lending, lambda: fund_float(lending.engine, command))

    assert await float_of(lending, HOME) == before + Money(7_000)


async def test_a_float_is_allotted_once_and_arrives_once(lending: Lending) -> None:
    before = await float_of(lending, HOME), await float_of(lending, AWAY)
    command = AllotFloat(lending.mfi.id, "simulated", AWAY, Money(7_000), "BANK-3", uuid4(), uuid4())

    await twice(lending, lambda: allot_float(lending.engine, command))
    (row,) = [row for row in await lending.outbox() if row.topic == TRANSFER_TOPIC]
    for _ in range(2):
        await receive_transfer(lending.engine, row)

    after = await float_of(lending, HOME), await float_of(lending, AWAY)
    assert after == (before[0] - Money(7_000), before[1] + Money(7_000))


# What a borrower sends


async def test_an_offer_is_accepted_once(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    offer = (await overview(lending.engine, phone)).offer
    assert offer is not None
    command = AcceptOffer(loan.reference, phone, offer.key_facts.sha256, "1", Language.SESOTHO, Channel.USSD)

    first, second = await twice(lending, lambda: accept_offer(lending.engine, command))

    assert (first.status, first.accepted_at) == (second.status, second.accepted_at)


async def test_an_offer_is_declined_once(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    command = DeclineOffer(loan.reference, phone, Channel.USSD)

    first, second = await twice(lending, lambda: decline_offer(lending.engine, command))

    assert first.status == second.status


async def test_a_consent_is_given_again_once(lending: Lending) -> None:
    phone, again = await lending.borrower(), key()
    await withdraw_consent(lending.engine, phone, ConsentKind.SHARE_HISTORY, key())

    outcomes = await twice(
        lending,
        lambda: give_consent(lending.engine, phone, ConsentKind.SHARE_HISTORY, Channel.USSD, "1", again),
    )

    assert outcomes == (ConsentChange.GIVEN, ConsentChange.GIVEN)
