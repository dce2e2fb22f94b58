"""Answering an application that was sent back: what can be said on the phone is, and the lender looks at it anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from core.errors import InvalidInput, NotFound
from core.money import ZERO, Money
from core.phones import PhoneNumber
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.answer import ApplicationAnswer, Question
from core.records.application import Application, ApplicationStatus, ReturnReason
from core.records.borrower import Borrower, Channel, Purpose
from core.records.catalogue import ProductVersion
from core.records.message import MessageKind
from core.records.transition import by_borrower, step_between
from core.records.wallet import Wallet
from core.references import Reference
from core.use_cases.assessing import assess, keep_score
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.telling import tell_of_application
from core.use_cases.wallets import choose_wallet, payout_wallet

Answer: TypeAlias = Money | Purpose | Wallet
"""What a question is answered with."""

CURES: Final[Mapping[ReturnReason, Question]] = {
    ReturnReason.CONFIRM_INCOME: Question.NET_PAY,
    ReturnReason.CONFIRM_PURPOSE: Question.PURPOSE,
    ReturnReason.CHANGE_AMOUNT: Question.AMOUNT,
    ReturnReason.CHANGE_WALLET: Question.WALLET,
}
"""What a borrower can answer on the phone, by what staff need. A document has to be brought to a branch."""


@dataclass(frozen=True, slots=True)
class AnswerReturned:
    """The borrower's answer: an amount, a net pay a month, a purpose, or a wallet, as the question has it.

    Whoever names a wallet was asked for the PIN before: it is where all their money goes from then on.
    `seen_version` is the application as it was sent back: the same answer to that, sent again, is one answer.
    """

    reference: Reference
    phone: PhoneNumber
    question: Question
    value: Answer
    seen_version: int
    channel: Channel


def question_of(application: Application) -> Question | None:
    """What the borrower can answer; None where something has to be brought, or nothing is asked."""
    if application.status is not ApplicationStatus.RETURNED or application.reason_code not in set(ReturnReason):
        return None
    return CURES.get(ReturnReason(application.reason_code))


async def answer_returned(engine: Engine, command: AnswerReturned) -> Application:
    """Put the answer in place of what stood there, and the application back where somebody looks at it anew.

    Not to `in review`: there somebody has recommended it, and one person alone could then approve.
    Key: `answer_returned:{application}:{seen_version}`.

    Raises `StaleDecision` (another step came since), `IllegalTransition` (not returned any more), `InvalidInput` (not
    an answer to what was asked), `NotFound` (also for somebody else's), `NotRegistered`, `DistrictDown`.
    """
    entry = await registered(engine, command.phone)
    async with engine.record.unit(entry.district) as unit:
        application = await unit.applications.by_reference(command.reference, lock=True)
        if application.borrower_id != entry.borrower_id:
            raise NotFound("there is no such application")
        key = f"answer_returned:{application.id}:{command.seen_version}"
        if await earlier_outcome(unit, key) is not None:
            return application
        application.check_seen(command.seen_version)
        application.check_transition(ApplicationStatus.SUBMITTED)
        if question_of(application) is not command.question:
            raise InvalidInput("that is not what was asked", field="question")
        answered = await _keep(engine, unit, entry, application, command)
        await unit.commands.complete(key, {"status": answered.status})
        await unit.commit()
    return answered


async def _keep(
    engine: Engine, unit: Unit, entry: PhoneEntry, before: Application, command: AnswerReturned
) -> Application:
    borrower = await unit.borrowers.get(before.borrower_id, lock=True)
    was, answered = await _put(engine, unit, borrower, before, command)
    changed = replace(answered, status=ApplicationStatus.SUBMITTED, reason_code=None)
    now, today, n = engine.clock.now(), await unit.business_date(), before.version + 1
    await unit.applications.save(changed)
    await unit.applications.add_transition(
        step_between(before, changed, by_borrower(entry.borrower_id), "answered", at=now, business_on=today)
    )
    await unit.applications.keep_answer(
        ApplicationAnswer(before.id, n, command.question, was, _stored(command.value), command.channel, now, today)
    )
    assessment = await assess(engine, unit, changed, borrower, today)
    await keep_score(engine, unit, changed, assessment, today, transition_n=n)
    await tell_of_application(engine, unit, MessageKind.APPLICATION_ANSWERED, changed, key=f"answered:{before.id}:{n}")
    return replace(changed, version=n)


async def _put(
    engine: Engine, unit: Unit, borrower: Borrower, before: Application, command: AnswerReturned
) -> tuple[str, Application]:
    """What stood where the answer belongs, as it is kept, and the application with the answer in its place.

    A wallet is the borrower's and not the application's: choosing it holds payouts back, as it does anywhere else.
    """
    if command.question is not Question.WALLET:
        product = (await engine.record.catalogue()).product(before.product_id, before.product_version)
        return _stood(command.question, before), _CHANGES[command.question](before, product, command.value)
    wallet = await payout_wallet(unit, borrower)
    if not isinstance(command.value, Wallet) or command.value == wallet:
        raise InvalidInput("choose another wallet than the one that stands", field="wallet")
    await choose_wallet(engine, unit, borrower, command.value, command.channel)
    return _stored(wallet), before


def _with_net_pay(before: Application, _product: ProductVersion, value: Answer) -> Application:
    if not isinstance(value, Money) or value <= ZERO:
        raise InvalidInput("a net pay is an amount above nothing", field="net_pay")
    return replace(before, net_pay=value)


def _with_amount(before: Application, product: ProductVersion, value: Answer) -> Application:
    """Lower only: more than was asked for is a new application."""
    is_lower = isinstance(value, Money) and product.amount_min <= value < before.amount
    if not isinstance(value, Money) or not is_lower or value.minor % product.amount_step.minor:
        raise InvalidInput("the amount may only be lowered, within the product", field="amount")
    return replace(before, amount=value)


def _with_purpose(before: Application, _product: ProductVersion, value: Answer) -> Application:
    if not isinstance(value, Purpose):
        raise InvalidInput("choose a purpose", field="purpose")
    return replace(before, purpose=value)


_CHANGES: Final[Mapping[Question, Callable[[Application, ProductVersion, Answer], Application]]] = {
    Question.NET_PAY: _with_net_pay,
    Question.AMOUNT: _with_amount,
    Question.PURPOSE: _with_purpose,
}


def _stood(question: Question, application: Application) -> str:
    values: dict[Question, Answer] = {
        Question.NET_PAY: application.net_pay,
        Question.AMOUNT: application.amount,
        Question.PURPOSE: application.purpose,
    }
    return _stored(values[question])


def _stored(value: Answer) -> str:
    """An answer as it is kept: of a wallet only what a screen may show."""
    match value:
        case Money():
            return str(value.minor)
        case Wallet():
            return value.number.masked
        case _:
            return value.value
