"""A whole life, step by step: who took each step, in which role, why and when; and what comes after a loss."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from core.ledger.accounts import Account
from core.money import ZERO, Money
from core.ports.rails import PayoutAnswer, PayoutResult
from core.records.loan import Loan, LoanStatus
from core.records.proposal import ProposalKind
from core.records.staff import Actor, Role
from core.records.transition import Transition
from core.use_cases.cancelling import CancelForBorrower, ask_to_cancel, cancel_for_borrower
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.releasing import CallOffRelease, ReleaseDisbursement, call_off_release, confirm_release
from core.use_cases.verifying import verify_ledger
from core.use_cases.withdrawing import withdraw_application
from tests.core.use_cases.lending import HOME, Lending, key
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import ON_EACH_ENGINE

pytestmark = pytest.mark.parametrize("database_url", ON_EACH_ENGINE, indirect=True)


async def done(lending: Lending, kind: ProposalKind, data: dict[str, object]) -> None:
    proposal = await propose(lending.engine, lending.cashier, Propose(HOME, kind, data, "As agreed.", key()))
    await carry_out(lending.engine, lending.manager, Answer(HOME, proposal.id, "", key()))


async def steps_of(lending: Lending, loan: Loan) -> tuple[list[Transition], list[Transition]]:
    """The steps of the application and those of the loan."""
    async with lending.engine.record.unit(HOME) as unit:
        return (
            list(await unit.applications.transitions(loan.application_id)),
            list(await unit.loans.transitions(loan.id)),
        )


def said(steps: list[Transition]) -> list[tuple[str, str, str]]:
    return [(step.to_status, step.role, step.reason_code) for step in steps]


def is_whole(step: Transition) -> bool:
    """Somebody, in a role, for a reason, at an instant; a person has a name, and only the system has no id."""
    who = step.actor_id is not None or step.actor_kind == "system"
    named = bool(step.actor_name) or step.actor_kind != "staff"
    when = step.at.tzinfo is not None and step.business_on is not None
    return bool(who and named and when and step.actor_kind and step.role and step.reason_code)


async def test_every_step_from_the_application_to_the_loss_says_who_why_and_when(
    lending: Lending, rail: ObedientRail
) -> None:
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone, amount="12000", net_pay="60000"))
    await lending.release(accepted)
    second = Actor(uuid4(), HOME, lending.mfi.id, "Neo", frozenset({Role.MANAGER}))
    waiting = await lending.loan(accepted)
    await call_off_release(lending.engine, second, CallOffRelease(waiting.reference, waiting.version, "No.", key()))
    await lending.release(await lending.loan(accepted))
    waiting = await lending.loan(accepted)
    await confirm_release(lending.engine, second, ReleaseDisbursement(waiting.reference, waiting.version, key()))
    rail.answer = PayoutResult(PayoutAnswer.FAILED, failure_code="wallet_closed")
    await lending.work_on_outbox(HOME)
    await lending.release(await lending.loan(accepted))
    waiting = await lending.loan(accepted)
    await confirm_release(lending.engine, second, ReleaseDisbursement(waiting.reference, waiting.version, key()))
    rail.answer = PayoutResult(PayoutAnswer.CONFIRMED, "RAIL1")
    await lending.work_on_outbox(HOME)
    await ask_to_cancel(lending.engine, phone, accepted.reference)
    await done(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(accepted.reference)})

    applied, lived = await steps_of(lending, accepted)

    assert all(is_whole(step) for step in (*applied, *lived))
    assert said(applied)[0] == ("submitted", "borrower", "submitted")
    assert said(lived) == [
        ("approved", "manager", "approved"),
        ("accepted", "borrower", "accepted_by_borrower"),
        ("disbursing", "cashier", "released"),
        ("accepted", "manager", "release_refused"),
        ("disbursing", "cashier", "released"),
        ("disbursing", "manager", "released_second"),
        ("accepted", "system", "wallet_closed"),
        ("disbursing", "cashier", "released"),
        ("disbursing", "manager", "released_second"),
        ("active", "system", "payout_confirmed"),
        ("active", "borrower", "cancel_asked_by_borrower"),
        ("written_off", "manager", "written_off"),
    ]


async def test_every_way_out_says_who_why_and_when(lending: Lending) -> None:
    withdrawn = await lending.apply(await lending.borrower())
    application = await lending.application(withdrawn.reference)
    async with lending.engine.record.unit(HOME) as unit:
        borrower = await unit.borrowers.get(application.borrower_id)
    await withdraw_application(lending.engine, borrower.phone, withdrawn.reference)
    phone = await lending.borrower()
    cancelled = await lending.accept(phone, await lending.offer(phone))
    command = CancelForBorrower(cancelled.reference, cancelled.version, "Came to the branch.", key())
    await cancel_for_borrower(lending.engine, lending.officer, command)
    expiring = await lending.offer(await lending.borrower())
    returned = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("950"), reference="BACK", account=str(returned.reference))
    await done(lending, ProposalKind.REVERSE_PAYMENT, {"rail": "simulated", "rail_reference": "BACK", "to": "payer"})
    await lending.close(expiring.offer_expires_on)

    async with lending.engine.record.unit(HOME) as unit:
        applied = list(await unit.applications.transitions(application.id))
    ends = [(await steps_of(lending, loan))[1] for loan in (cancelled, expiring, returned)]

    assert all(is_whole(step) for steps in (applied, *ends) for step in steps)
    assert said(applied)[-1] == ("withdrawn", "borrower", "withdrawn_by_borrower")
    assert said(ends[0])[-1] == ("cancelled", "loan_officer", "cancelled_for_borrower")
    assert ends[0][-1].note == "Came to the branch."
    assert said(ends[1])[-1] == ("expired", "system", "offer_expired")
    assert said(ends[2])[-2:] == [
        ("cancelled", "borrower", "returned_by_borrower"),
        ("active", "manager", "reopened"),
    ]


async def test_a_waiver_a_loss_and_what_is_recovered_stand_apart_in_the_books(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    await lending.close(rows[0].due_on + timedelta(days=2))
    waive: dict[str, object] = {"instalment": 1, "part": "penalty", "amount_minor": 50_00}
    await done(lending, ProposalKind.WAIVE, {"loan_reference": str(loan.reference), **waive})
    await done(lending, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)})

    await lending.pay(Money.of("60"), reference="LATE", account=str(loan.reference), on=await lending.today())

    async with lending.engine.record.unit(HOME) as unit:
        balances = {
            account: await unit.ledger.balance(lending.mfi.id, account)
            for account in (Account.RECOVERY, Account.PENALTY_INCOME, Account.PRINCIPAL, Account.WRITE_OFF)
        }
    assert balances == {
        Account.RECOVERY: -Money.of("60"),
        Account.PENALTY_INCOME: ZERO,
        Account.PRINCIPAL: ZERO,
        Account.WRITE_OFF: Money.of("1000"),
    }
    assert (await lending.loan(loan)).status is LoanStatus.WRITTEN_OFF
    (receipt,) = await lending.messages("payment_received")
    assert (receipt.data["recovered_minor"], receipt.data["principal_minor"]) == (60_00, 0)
    assert await verify_ledger(lending.engine, [HOME]) == []
