"""Answering a returned application on the phone: what was asked for, within bounds, once, looked at anew by two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.money import ZERO, Money
from core.phones import PhoneNumber
from core.records.answer import Question
from core.records.application import (
    RETURNED_DAYS_MAX,
    Application,
    ApplicationStatus,
    IllegalTransition,
    RejectionReason,
    ReturnReason,
    StaleDecision,
)
from core.records.borrower import Channel, Purpose
from core.records.message import MessageKind
from core.records.wallet import CoolDownCause, Wallet
from core.references import Reference
from core.use_cases import expiring
from core.use_cases.answering import Answer, AnswerReturned, answer_returned, question_of
from core.use_cases.applying import SubmissionOutcome
from core.use_cases.borrowing import overview
from core.use_cases.changing_wallet import wallet_of
from core.use_cases.cooling_down import PayoutCoolingDown
from core.use_cases.deciding import (
    CheckIdentity,
    Reject,
    ReturnToBorrower,
    check_identity,
    reject,
    return_to_borrower,
)
from core.use_cases.explaining import amount_to_try, passing_amount
from tests.core.use_cases.lending import HOME, Lending, key
from tests.fixtures_postgres import MovableClock


async def returned(lending: Lending, phone: PhoneNumber, reason: ReturnReason, amount: str = "1000") -> Application:
    reference = (await lending.apply(phone, amount=amount)).reference
    application = await lending.recommend(reference, lending.officer)
    command = ReturnToBorrower(reference, reason, "", application.version, key())
    return await return_to_borrower(lending.engine, lending.analyst, command)


def answer(application: Application, phone: PhoneNumber, question: Question, value: Answer) -> AnswerReturned:
    return AnswerReturned(application.reference, phone, question, value, application.version, Channel.USSD)


ANSWERS = [
    (ReturnReason.CONFIRM_INCOME, Question.NET_PAY, Money.of("4500"), "net_pay"),
    (ReturnReason.CHANGE_AMOUNT, Question.AMOUNT, Money.of("700"), "amount"),
    (ReturnReason.CONFIRM_PURPOSE, Question.PURPOSE, Purpose.SCHOOL, "purpose"),
]


@pytest.mark.parametrize(("reason", "question", "value", "field"), ANSWERS, ids=[each[3] for each in ANSWERS])
async def test_an_answer_stands_beside_what_was_there_and_is_looked_at_anew(
    lending: Lending, reason: ReturnReason, question: Question, value: Money | Purpose, field: str
) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, reason)

    answered = await answer_returned(lending.engine, answer(before, phone, question, value))

    assert answered == await lending.application(before.reference)
    assert (getattr(answered, field), answered.status) == (value, ApplicationStatus.SUBMITTED)
    async with lending.engine.record.unit(HOME) as unit:
        (kept,) = await unit.applications.answers(before.id)
        steps = await unit.applications.transitions(before.id)
        scores = await unit.applications.scores(before.id)
    assert (kept.question, kept.n) == (question, answered.version)
    assert (steps[-1].reason_code, steps[-1].actor_kind, steps[-1].n) == ("answered", "borrower", answered.version)
    assert scores[-1].transition_n == answered.version
    assert len(await lending.messages(MessageKind.APPLICATION_ANSWERED)) == 1


async def test_the_old_value_and_the_new_one_are_kept(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CHANGE_AMOUNT)

    await answer_returned(lending.engine, answer(before, phone, Question.AMOUNT, Money.of("700")))

    async with lending.engine.record.unit(HOME) as unit:
        (kept,) = await unit.applications.answers(before.id)
    assert (kept.was, kept.now) == ("100000", "70000")


async def test_one_person_cannot_approve_alone_what_was_answered(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CONFIRM_INCOME)
    await answer_returned(lending.engine, answer(before, phone, Question.NET_PAY, Money.of("6000")))

    with pytest.raises(IllegalTransition):
        await lending.approve(before.reference, lending.manager)


async def test_an_answer_twice_is_one_answer(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CHANGE_AMOUNT)
    command = answer(before, phone, Question.AMOUNT, Money.of("700"))

    first, second = [await answer_returned(lending.engine, command) for _ in range(2)]

    assert first == second
    assert len(await lending.messages(MessageKind.APPLICATION_ANSWERED)) == 1


@pytest.mark.parametrize("amount", ["1000", "1500", "450", "725"])
async def test_the_amount_is_only_lowered_within_the_product(lending: Lending, amount: str) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CHANGE_AMOUNT)

    with pytest.raises(InvalidInput):
        await answer_returned(lending.engine, answer(before, phone, Question.AMOUNT, Money.of(amount)))


@pytest.mark.parametrize("value", [ZERO, Purpose.SCHOOL], ids=["nothing", "another kind"])
async def test_a_net_pay_is_an_amount(lending: Lending, value: Money | Purpose) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CONFIRM_INCOME)

    with pytest.raises(InvalidInput):
        await answer_returned(lending.engine, answer(before, phone, Question.NET_PAY, value))


async def test_an_answer_to_an_earlier_return_is_none_to_a_later_one(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CHANGE_AMOUNT)
    await answer_returned(lending.engine, answer(before, phone, Question.AMOUNT, Money.of("700")))
    version = (await lending.application(before.reference)).version
    again = ReturnToBorrower(before.reference, ReturnReason.CHANGE_AMOUNT, "", version, key())
    await return_to_borrower(lending.engine, lending.analyst, again)

    late = answer(replace(before, version=version), phone, Question.AMOUNT, Money.of("600"))
    with pytest.raises(StaleDecision):
        await answer_returned(lending.engine, late)


async def test_only_what_was_asked_for_is_an_answer(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.BRING_PAYSLIP)

    assert question_of(before) is None
    with pytest.raises(InvalidInput):
        await answer_returned(lending.engine, answer(before, phone, Question.NET_PAY, Money.of("9000")))


async def test_nobody_answers_for_another(lending: Lending) -> None:
    before = await returned(lending, await lending.borrower(), ReturnReason.CONFIRM_INCOME)

    with pytest.raises(NotFound):
        await answer_returned(
            lending.engine, answer(before, await lending.borrower(), Question.NET_PAY, Money.of("9000"))
        )


OTHER_WALLET = Wallet("simulated", PhoneNumber.parse("58123456"))


async def test_another_wallet_is_the_borrowers_from_then_on_and_payouts_wait(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CHANGE_WALLET)

    answered = await answer_returned(lending.engine, answer(before, phone, Question.WALLET, OTHER_WALLET))

    assert answered.status is ApplicationStatus.SUBMITTED
    wallet, cool_down = await wallet_of(lending.engine, phone)
    assert (wallet, cool_down and cool_down.cause) == (OTHER_WALLET, CoolDownCause.WALLET_CHANGED)
    async with lending.engine.record.unit(HOME) as unit:
        (kept,) = await unit.applications.answers(before.id)
    assert (kept.question, kept.was, kept.now) == (Question.WALLET, phone.masked, "+266 ••••• 456")
    assert len(await lending.messages(MessageKind.WALLET_CHANGED)) == 1
    assert len(await lending.messages(MessageKind.WALLET_CHOSEN)) == 1


async def test_the_money_of_an_application_whose_wallet_was_changed_waits_a_day(
    lending: Lending, clock: MovableClock
) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CHANGE_WALLET)
    await answer_returned(lending.engine, answer(before, phone, Question.WALLET, OTHER_WALLET))
    await check_identity(lending.engine, lending.officer, CheckIdentity(before.reference, "saw_national_id", "", key()))
    await lending.recommend(before.reference, lending.officer)
    await lending.approve(before.reference, lending.manager)
    offer = (await overview(lending.engine, phone)).offer
    assert offer is not None
    loan = await lending.accept(phone, offer.loan)

    with pytest.raises(PayoutCoolingDown):
        await lending.release(loan)

    clock.move(hours=24, minutes=1)
    await lending.release(loan)


@pytest.mark.parametrize("value", [Money.of(500), None], ids=["another kind", "the one that stands"])
async def test_the_wallet_that_stands_is_no_answer(lending: Lending, value: Money | None) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CHANGE_WALLET)

    with pytest.raises(InvalidInput) as refused:
        await answer_returned(
            lending.engine, answer(before, phone, Question.WALLET, value or Wallet("simulated", phone))
        )

    assert refused.value.field == "wallet"
    assert (await wallet_of(lending.engine, phone))[1] is None


@pytest.mark.parametrize(
    ("asked", "passing", "tried"),
    [("1000", "700", "700"), ("1000", "500", "500"), ("1000", "450", "0"), ("1000", "1000", "0"), ("1000", "0", "0")],
)
async def test_an_amount_to_try_is_less_than_was_asked_for_and_lent(
    lending: Lending, asked: str, passing: str, tried: str
) -> None:
    reference = (await lending.apply(await lending.borrower(), amount=asked)).reference
    application = await lending.application(reference)

    assert amount_to_try(application, lending.product, Money.of(passing)) == Money.of(tried)


@pytest.mark.parametrize("amount", ["1000", "600"], ids=["passes as it was asked", "less than the product lends now"])
async def test_a_rejection_tells_no_amount_that_is_no_other_try(lending: Lending, amount: str) -> None:
    phone = await lending.borrower()
    pay = {"1000": "9000", "600": "400"}[amount]
    reference = (await lending.apply(phone, amount=amount, net_pay=pay)).reference
    newer = replace(lending.product, version=2, amount_min=Money.of(600))
    await lending.engine.record.add_product(newer)
    version = (await lending.application(reference)).version
    await reject(lending.engine, lending.analyst, Reject(reference, RejectionReason.AFFORDABILITY, "", version, key()))

    (message,) = await lending.messages(MessageKind.APPLICATION_REJECTED)
    assert message.data["affordable_minor"] is None
    assert await passing_amount(lending.engine, phone, reference) == ZERO


async def test_a_rejection_tells_the_amount_that_would_have_passed(lending: Lending) -> None:
    phone = await lending.borrower()
    reference = (await lending.apply(phone, amount="9000", net_pay="3000")).reference
    version = (await lending.application(reference)).version
    await reject(lending.engine, lending.analyst, Reject(reference, RejectionReason.AFFORDABILITY, "", version, key()))

    amount = await passing_amount(lending.engine, phone, reference)

    (message,) = await lending.messages(MessageKind.APPLICATION_REJECTED)
    assert ZERO < amount < Money.of("9000")
    assert amount == Money(message.data["affordable_minor"])
    with pytest.raises(NotFound):
        await passing_amount(lending.engine, await lending.borrower(), reference)


async def test_an_application_that_nobody_sent_back_asks_nothing(lending: Lending) -> None:
    reference = (await lending.apply(await lending.borrower())).reference

    assert question_of(await lending.application(reference)) is None


async def test_a_sum_is_no_purpose(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CONFIRM_PURPOSE)

    with pytest.raises(InvalidInput):
        await answer_returned(lending.engine, answer(before, phone, Question.PURPOSE, Money.of("700")))


async def test_an_application_that_nobody_answers_ends_and_says_so(lending: Lending) -> None:
    """Sent back and left alone for thirty days; one that was answered meanwhile stays."""
    phone, another = await lending.borrower(), await lending.borrower()
    left = await returned(lending, phone, ReturnReason.CONFIRM_INCOME)
    answered = await returned(lending, another, ReturnReason.CONFIRM_INCOME)
    sent_back_on = await lending.today()
    await answer_returned(lending.engine, answer(answered, another, Question.NET_PAY, Money.of("4500")))

    await lending.close(sent_back_on + timedelta(days=RETURNED_DAYS_MAX - 1))
    assert (await lending.application(left.reference)).status is ApplicationStatus.RETURNED
    (closed,) = [
        result
        for result in await lending.close(sent_back_on + timedelta(days=RETURNED_DAYS_MAX))
        if result.district == HOME
    ]

    assert closed.applications_expired == 1
    ended = await lending.application(left.reference)
    assert (ended.status, ended.decided_on) == (ApplicationStatus.EXPIRED, closed.closed_on)
    assert (await lending.application(answered.reference)).status is ApplicationStatus.SUBMITTED
    async with lending.engine.record.unit(HOME) as unit:
        last = (await unit.applications.transitions(left.id))[-1]
    assert (last.n, last.to_status, last.role, last.reason_code) == (ended.version, "expired", "system", "not_answered")
    (told,) = await lending.messages(MessageKind.APPLICATION_EXPIRED)
    assert Reference(told.data["reference"]) == left.reference
    assert (await lending.apply(phone)).outcome is SubmissionOutcome.SUBMITTED


async def test_an_answer_that_comes_while_the_day_closes_keeps_the_application(lending: Lending) -> None:
    phone = await lending.borrower()
    before = await returned(lending, phone, ReturnReason.CONFIRM_INCOME)
    late = await lending.today() + timedelta(days=RETURNED_DAYS_MAX)
    await answer_returned(lending.engine, answer(before, phone, Question.NET_PAY, Money.of("4500")))

    await expiring._expire_application(lending.engine, HOME, before.id)

    assert (await lending.application(before.reference)).status is ApplicationStatus.SUBMITTED
    assert await expiring.expire_applications(lending.engine, HOME, late) == 0
