"""Answering a returned application on the phone: what was asked for, within bounds, once, looked at anew by two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import InvalidInput, NotFound
from core.money import ZERO, Money
from core.phones import PhoneNumber
from core.records.answer import Question
from core.records.application import (
    Application,
    ApplicationStatus,
    IllegalTransition,
    RejectionReason,
    ReturnReason,
    StaleDecision,
)
from core.records.borrower import Channel, Purpose
from core.records.message import MessageKind
from core.use_cases.answering import AnswerReturned, answer_returned, question_of
from core.use_cases.deciding import Reject, ReturnToBorrower, reject, return_to_borrower
from core.use_cases.explaining import passing_amount
from tests.core.use_cases.lending import HOME, Lending, key


async def returned(lending: Lending, phone: PhoneNumber, reason: ReturnReason, amount: str = "1000") -> Application:
    reference = (await lending.apply(phone, amount=amount)).reference
    application = await lending.recommend(reference, lending.officer)
    command = ReturnToBorrower(reference, reason, "", application.version, key())
    return await return_to_borrower(lending.engine, lending.analyst, command)


def answer(application: Application, phone: PhoneNumber, question: Question, value: Money | Purpose) -> AnswerReturned:
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
