"""The whole life of a loan through the use cases, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.money import ZERO, Money, total
from core.ports.rails import PayoutAnswer, PayoutResult
from core.ports.record import KeyReused
from core.records.application import ApplicationStatus, RejectionReason, StaleDecision
from core.records.borrower import BorrowerBlocked, Channel, Language
from core.records.catalogue import LenderSuspended, RegulatoryStatus
from core.records.loan import Loan, LoanStatus, OfferExpired
from core.records.message import MessageKind
from core.records.staff import MakerIsChecker, NotAllowed
from core.use_cases.applying import SubmissionOutcome
from core.use_cases.borrowing import (
    AcceptOffer,
    DeclineOffer,
    accept_offer,
    decline_offer,
    overview,
    payoff_quote,
)
from core.use_cases.deciding import Approve, Reject, approve, reject
from core.use_cases.disbursing import settle_payout
from core.use_cases.floats import FloatTooLow
from core.use_cases.registration import RegistrationOutcome
from core.use_cases.releasing import IdentityNotChecked
from core.use_cases.reminding import plan_reminders
from core.use_cases.repaying import NoticeOutcome
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.lending import AWAY, HOME, Lending, key, new_phone
from tests.fixtures_engine import ObedientRail


async def verified(lending: Lending) -> bool:
    districts = sorted((await lending.engine.record.catalogue()).districts)
    return await verify_ledger(lending.engine, districts) == []


# --- registration ---


async def test_a_registration_sent_twice_registers_one_borrower(lending: Lending) -> None:
    phone, draft = new_phone(), uuid4()

    first = await lending.register(phone, draft_id=draft)
    again = await lending.register(phone, draft_id=draft)

    assert first.outcome is RegistrationOutcome.REGISTERED
    assert again == first
    assert len(await lending.messages(MessageKind.REGISTERED)) == 1


async def test_a_known_identity_on_another_phone_is_not_registered_and_its_owner_is_told(lending: Lending) -> None:
    await lending.register(new_phone(), national_id="012345678901")

    thief = await lending.register(new_phone(), national_id="0123 4567 8901")

    assert thief.outcome is RegistrationOutcome.IDENTITY_KNOWN
    assert len(await lending.messages(MessageKind.IDENTITY_CLAIMED_ELSEWHERE)) == 1


# --- applying and deciding ---


async def test_an_application_sent_twice_is_one_with_one_reference(lending: Lending) -> None:
    phone, draft = await lending.borrower(), uuid4()

    first = await lending.apply(phone, draft_id=draft)
    again = await lending.apply(phone, draft_id=draft)

    assert first.outcome is SubmissionOutcome.SUBMITTED
    assert again.reference == first.reference
    assert len(await lending.messages(MessageKind.APPLICATION_RECEIVED)) == 1


async def test_the_one_who_recommended_may_not_approve(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower())).reference
    await lending.recommend(reference, lending.analyst)

    with pytest.raises(MakerIsChecker):
        await lending.approve(reference, lending.analyst)

    assert (await lending.application(reference)).status is ApplicationStatus.IN_REVIEW


async def test_above_limit_one_an_analysts_approval_waits_for_the_manager(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower(), amount="8000", net_pay="30000")).reference
    await lending.recommend(reference, lending.officer)

    first = await lending.approve(reference, lending.analyst)
    with pytest.raises(MakerIsChecker):
        await lending.approve(reference, lending.analyst)
    final = await lending.approve(reference, lending.manager)

    assert first.status is ApplicationStatus.AWAITING_SECOND_APPROVAL
    assert final.status is ApplicationStatus.APPROVED


async def test_an_officer_may_not_approve(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower())).reference

    with pytest.raises(NotAllowed):
        await lending.approve(reference, lending.officer)


async def test_of_two_approvals_at_once_exactly_one_makes_an_offer(lending: Lending) -> None:
    phone = await lending.borrower()
    reference = (await lending.apply(phone)).reference
    seen = (await lending.recommend(reference, lending.officer)).version

    results = await asyncio.gather(
        lending.approve(reference, lending.analyst, seen_version=seen),
        lending.approve(reference, lending.manager, seen_version=seen),
        return_exceptions=True,
    )

    assert sum(isinstance(result, StaleDecision) for result in results) == 1
    assert len(await lending.messages(MessageKind.OFFER_MADE)) == 1


async def test_a_form_sent_twice_decides_once(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower())).reference
    seen = (await lending.recommend(reference, lending.officer)).version
    token = key()

    await lending.approve(reference, lending.analyst, seen_version=seen, form_key=token)
    again = await lending.approve(reference, lending.analyst, seen_version=seen, form_key=token)

    assert again.status is ApplicationStatus.APPROVED
    assert len(await lending.messages(MessageKind.OFFER_MADE)) == 1


async def test_the_advice_kept_with_an_approval_is_on_what_was_approved(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower(), amount="4000")).reference
    seen = (await lending.recommend(reference, lending.officer)).version

    await approve(lending.engine, lending.analyst, Approve(reference, Money.of("1000"), 3, "", seen, key()))

    async with lending.engine.record.unit(HOME) as unit:
        asked, _recommended, approved = await unit.applications.scores((await lending.application(reference)).id)
    assert Money.of(asked.affordability["new_instalment"]) > Money.of(approved.affordability["new_instalment"])


async def test_a_rejection_for_affordability_tells_the_amount_that_would_pass(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower(), amount="5000", net_pay="3000")).reference
    application = await lending.application(reference)

    await reject(
        lending.engine,
        lending.officer,
        Reject(reference, RejectionReason.AFFORDABILITY, "", application.version, key()),
    )

    [told] = await lending.messages(MessageKind.APPLICATION_REJECTED)
    assert told.data["reason_code"] == "affordability"
    assert 0 < told.data["affordable_minor"] < Money.of("5000").minor
    assert told.data["affordable_minor"] % Money.of("50").minor == 0


# --- the offer ---


async def test_an_offer_can_no_longer_be_accepted_after_its_last_day(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    shown = (await overview(lending.engine, phone)).offer
    assert shown is not None

    await lending.close(loan.offer_expires_on)

    assert (await overview(lending.engine, phone)).offer is None
    assert (await lending.loan(loan)).status is LoanStatus.EXPIRED
    yes = AcceptOffer(loan.reference, phone, shown.key_facts.sha256, "1", Language.ENGLISH, Channel.USSD)
    with pytest.raises(OfferExpired):
        await accept_offer(lending.engine, yes)


# --- paying out ---


async def test_no_offer_of_a_suspended_lender_becomes_a_contract_until_it_may_lend_again(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    await lending.engine.record.change_mfi(replace(lending.mfi, regulatory_status=RegulatoryStatus.SUSPENDED))

    with pytest.raises(LenderSuspended):
        await lending.accept(phone, loan)

    assert (await lending.loan(loan)).status is LoanStatus.OFFERED
    await lending.engine.record.change_mfi(lending.mfi)
    assert (await lending.accept(phone, loan)).status is LoanStatus.ACCEPTED


async def test_who_is_blocked_accepts_no_offer_and_may_decline_it(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    await block(lending, loan)

    with pytest.raises(BorrowerBlocked):
        await lending.accept(phone, loan)

    declined = await decline_offer(lending.engine, DeclineOffer(loan.reference, phone, Channel.USSD))
    assert declined.status is LoanStatus.DECLINED


async def block(lending: Lending, loan: Loan) -> None:
    async with lending.engine.record.unit(HOME) as unit:
        borrower = await unit.borrowers.get(loan.borrower_id)
        await unit.borrowers.save(replace(borrower, blocked=True))
        await unit.commit()


async def test_no_money_leaves_before_the_identity_was_checked(lending: Lending) -> None:
    phone = await lending.borrower()
    reference = (await lending.apply(phone)).reference
    await lending.recommend(reference, lending.officer)
    decided = await lending.approve(reference, lending.analyst)
    async with lending.engine.record.unit(HOME) as unit:
        loan = await unit.loans.of_application(decided.id)
    assert loan is not None
    accepted = await lending.accept(phone, loan)

    with pytest.raises(IdentityNotChecked):
        await lending.release(accepted)


async def test_a_payout_above_the_float_is_refused_with_its_shortfall(lending: Lending, rail: ObedientRail) -> None:
    district = "LS-C"
    phone = await lending.borrower(district=district)
    accepted = await lending.accept(phone, await lending.offer(phone, district=district))

    with pytest.raises(FloatTooLow) as refused:
        await lending.release(accepted)

    assert refused.value.shortfall == Money.of("950")
    assert rail.asked == []


async def test_the_money_is_paid_out_once_and_the_loan_becomes_active(lending: Lending, rail: ObedientRail) -> None:
    phone = await lending.borrower(district=AWAY)

    loan = await lending.active_loan(phone, district=AWAY)
    await settle_payout(lending.engine, "simulated", rail.asked[0][0], PayoutResult(PayoutAnswer.CONFIRMED, "RAIL1"))

    assert loan.status is LoanStatus.ACTIVE
    assert [(to, amount) for _, to, amount in rail.asked] == [(phone.e164, Money.of("950"))]
    assert len(await lending.messages(MessageKind.DISBURSED, AWAY)) == 1
    assert await verified(lending)


async def test_a_payout_nobody_knows_about_is_asked_for_and_never_sent_again(
    lending: Lending, rail: ObedientRail
) -> None:
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone))
    rail.answer = PayoutResult(PayoutAnswer.UNKNOWN)
    await lending.release(accepted)
    [row] = [row for row in await lending.outbox() if row.topic == "payout"]
    await lending.work_on_outbox(HOME)
    lending.done.discard(row.id)
    rail.answer = PayoutResult(PayoutAnswer.CONFIRMED, "RAIL9")

    await lending.work_on_outbox(HOME)

    assert len(rail.asked) == 1
    assert rail.queried == [row.data["reference"]]
    assert (await lending.loan(accepted)).status is LoanStatus.ACTIVE


async def test_a_failed_payout_lets_the_loan_be_released_again(lending: Lending, rail: ObedientRail) -> None:
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone))
    rail.answer = PayoutResult(PayoutAnswer.FAILED, failure_code="wallet_closed")
    await lending.release(accepted)
    await lending.work_on_outbox(HOME)
    failed = await lending.loan(accepted)
    rail.answer = PayoutResult(PayoutAnswer.CONFIRMED, "RAIL2")

    await lending.release(failed)
    await lending.work_on_outbox(HOME)

    assert failed.status is LoanStatus.ACCEPTED
    assert (await lending.loan(accepted)).status is LoanStatus.ACTIVE
    assert len({reference for reference, _, _ in rail.asked}) == 2


# --- repayments ---


async def test_a_notice_that_comes_twice_and_in_parallel_is_posted_once(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    before, rows = await lending.books(loan)

    outcomes = await asyncio.gather(*(lending.pay(rows[0].total, reference="PAY1", payer=phone.e164) for _ in range(4)))

    after, paid_rows = await lending.books(loan)
    assert sorted(outcomes) == [NoticeOutcome.ACCEPTED] + [NoticeOutcome.DUPLICATE] * 3
    assert after.principal == before.principal - rows[0].principal
    assert paid_rows[0].settled_on == await lending.today()
    assert len(await lending.messages(MessageKind.PAYMENT_RECEIVED)) == 1
    assert await verified(lending)


async def test_the_same_reference_with_another_amount_is_refused(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await lending.pay(Money.of("100"), reference="PAY2", account=str(loan.reference))

    with pytest.raises(KeyReused):
        await lending.pay(Money.of("200"), reference="PAY2", account=str(loan.reference))


async def test_somebody_else_can_pay_with_the_loans_reference(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower(district=AWAY), district=AWAY)
    _, rows = await lending.books(loan)

    await lending.pay(rows[0].total, reference="PAY3", payer="+26657999999", account=str(loan.reference))

    _, after = await lending.books(loan)
    assert after[0].settled_on is not None


async def test_money_that_matches_nothing_waits_in_the_head_offices_suspense(lending: Lending) -> None:
    await lending.pay(Money.of("75"), reference="PAY4", account="1234567890")

    async with lending.engine.record.unit(HOME) as unit:
        [waiting] = await unit.payments.in_suspense(lending.mfi.id)
        held = await unit.ledger.balance(lending.mfi.id, "suspense")
    assert waiting.amount == Money.of("75")
    assert held == -Money.of("75")
    assert await verified(lending)


async def test_a_payer_with_a_wrong_account_number_is_never_guessed_at(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    before, _ = await lending.books(loan)

    await lending.pay(Money.of("75"), reference="PAY5", payer=phone.e164, account="1100000000")

    assert (await lending.books(loan))[0] == before


async def test_a_loan_paid_in_full_is_closed_and_more_money_becomes_credit(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    _, rows = await lending.books(loan)
    everything = Money(sum(row.total.minor for row in rows))

    await lending.pay(everything, reference="PAY6", payer=phone.e164)
    await lending.pay(Money.of("5"), reference="PAY7", account=str(loan.reference))

    position, _ = await lending.books(loan)
    assert (await lending.loan(loan)).status is LoanStatus.CLOSED
    assert position.principal == ZERO
    # On the day of the payout no interest has run: more than the payoff settles early, and what is over is credit.
    assert position.overpaid == total(row.interest for row in rows) + Money.of("5")
    assert await verified(lending)


async def test_paying_exactly_the_payoff_quote_closes_the_loan_without_unearned_interest(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    position, _ = await lending.books(loan)
    quote = await payoff_quote(lending.engine, phone, loan.reference)

    await lending.pay(quote.total, reference="PAYOFF1", payer=phone.e164)

    after, _ = await lending.books(loan)
    assert quote.total < position.principal + position.interest
    assert (await lending.loan(loan)).status is LoanStatus.CLOSED
    assert after.overpaid == ZERO
    assert await verified(lending)


async def test_a_lisente_less_than_the_payoff_quote_is_an_ordinary_repayment(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    quote = await payoff_quote(lending.engine, phone, loan.reference)

    await lending.pay(quote.total - Money(1), reference="PAYOFF2", payer=phone.e164)

    assert (await lending.loan(loan)).status is LoanStatus.ACTIVE
    assert await verified(lending)


# --- days ---


async def test_the_close_recognises_interest_and_charges_the_late_fee_a_day_later(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    due_on = rows[0].due_on

    await lending.close(due_on)
    on_due_date, _ = await lending.books(loan)
    await lending.close(due_on + timedelta(days=1))
    a_day_late, _ = await lending.books(loan)

    assert on_due_date.interest_receivable == rows[0].interest
    assert on_due_date.penalties == ZERO
    assert a_day_late.penalties == Money.of("50")
    assert await lending.today() == due_on + timedelta(days=2)
    assert await verified(lending)


async def test_closing_a_day_again_changes_nothing(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    through = rows[1].due_on + timedelta(days=1)
    districts = sorted((await lending.engine.record.catalogue()).districts)
    closed = await lending.close(through, districts)
    before = await lending.books(loan)

    again = await lending.close(through, districts)

    assert again == []
    assert await lending.books(loan) == before
    assert sum(result.late_fees for result in closed) == 2
    assert len(await lending.messages(MessageKind.LATE_FEE)) == 2


async def test_a_payment_that_was_made_in_time_but_arrives_late_takes_the_late_fee_away(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    _, rows = await lending.books(loan)
    await lending.close(rows[0].due_on + timedelta(days=3))

    await lending.pay(rows[0].total, reference="PAY8", payer=phone.e164, on=rows[0].due_on)

    position, after = await lending.books(loan)
    assert position.penalties == ZERO
    assert after[0].settled_on == rows[0].due_on
    assert await verified(lending)


async def test_reminders_come_before_on_and_after_the_due_date_once_each(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    _, rows = await lending.books(loan)
    due_on = rows[0].due_on

    counts = [await plan_reminders(lending.engine, HOME, due_on + timedelta(days=days)) for days in (-3, 0, 1, 7, 0)]

    assert [(count.before, count.due, count.late) for count in counts] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
        (0, 0, 1),
        (0, 0, 0),
    ]


async def test_nobody_is_reminded_of_what_is_paid(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    _, rows = await lending.books(loan)
    await lending.pay(rows[0].total, reference="PAY9", payer=phone.e164)

    counts = await plan_reminders(lending.engine, HOME, rows[0].due_on)

    assert (counts.before, counts.due, counts.late) == (0, 0, 0)
