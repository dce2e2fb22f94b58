"""What more is said of an application: when an answer comes, what can be answered, and what would have passed."""

from __future__ import annotations

from typing import Final

from conversations.answers import arguments
from conversations.answers.choosing_loan import PURPOSES
from conversations.answers.table import Scene
from conversations.answers.telephones import telephone
from conversations.answers.wallets import named_wallet
from conversations.engine import Ask, Outcome, Text, Value
from core.errors import InvalidInput, NotFound
from core.records.answer import Question
from core.records.application import Application, ApplicationStatus, IllegalTransition, RejectionReason, StaleDecision
from core.records.borrower import Purpose
from core.records.catalogue import Catalogue, Mfi
from core.use_cases.answering import Answer, AnswerReturned, answer_returned, question_of
from core.use_cases.explaining import passing_amount

_ANSWER_HERE: Final = Text("application.answer_here")


async def more_about(scene: Scene, application: Application) -> dict[str, Value]:
    """The facts of one status, beside those that every application has."""
    catalogue = await scene.engine.record.catalogue()
    mfi = catalogue.mfi(application.mfi_id)
    match application.status:
        case ApplicationStatus.RETURNED:
            return _to_answer(catalogue, mfi, application)
        case ApplicationStatus.REJECTED:
            return {"chance": await _chance(scene, application)}
        case _:
            return {"answer_when": Text("application.within_48" if mfi.may_lend else "application.lender_suspended")}


async def answer(scene: Scene, ask: Ask) -> Outcome:
    """Send what was asked for; once for each time that it was sent back."""
    question = Question(arguments.text(ask, "question"))
    value = _answered(scene, ask, question)
    if value is None:
        return Outcome(name="too_late")
    reference = arguments.reference(ask, "reference")
    seen_version = arguments.whole(ask, "application_version")
    command = AnswerReturned(reference, scene.caller, question, value, seen_version, scene.channel)
    try:
        await answer_returned(scene.engine, command)
    except (IllegalTransition, InvalidInput, NotFound, StaleDecision):
        return Outcome(name="too_late")
    return Outcome(name="answered")


def _answered(scene: Scene, ask: Ask, question: Question) -> Answer | None:
    match question:
        case Question.PURPOSE:
            return Purpose(arguments.text(ask, "new_purpose"))
        case Question.WALLET:
            return named_wallet(scene.caller, ask)
        case _:
            return arguments.money(ask, "new_amount")


def _to_answer(catalogue: Catalogue, mfi: Mfi, application: Application) -> dict[str, Value]:
    """What is asked, the value that stands, and the bounds of another; or where to bring it."""
    product = catalogue.product(application.product_id, application.product_version)
    lower = application.amount - product.amount_step
    question = question_of(application)
    if question is None or (question is Question.AMOUNT and lower < product.amount_min):
        branch = Text("application.bring", {"mfi_address": mfi.address, "mfi_phone": telephone(mfi.phone)})
        return {"what_to_do": branch, "question": ""}
    return {
        "what_to_do": _ANSWER_HERE,
        "question": question.value,
        "application_version": application.version,
        "old_net_pay": application.net_pay,
        "old_purpose": Text(PURPOSES[application.purpose]),
        "lowest_amount": product.amount_min,
        "lower_amount": lower,
        "amount_step": product.amount_step,
    }


async def _chance(scene: Scene, application: Application) -> Text:
    """The amount that would have passed, where that was the reason; else that nothing bars another try."""
    if application.reason_code == RejectionReason.AFFORDABILITY:
        amount = await passing_amount(scene.engine, scene.caller, application.reference)
        if amount:
            return Text("application.would_pass", {"passing_amount": amount})
    return Text("application.may_try_again")
