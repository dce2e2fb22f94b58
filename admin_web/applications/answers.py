"""What the borrower answered to an application that was sent back, each beside the value that stood there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from admin_web.formats import money
from admin_web.words import PURPOSES, QUESTIONS, word
from core.money import Money
from core.records.answer import ApplicationAnswer, Question


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer: what was asked, what stood there, and what stands there since; words still to be translated."""

    question: str
    was: str
    now: str
    at: datetime


def answers_of(answers: Sequence[ApplicationAnswer]) -> Sequence[AnswerLine]:
    """The newest first."""
    return [
        AnswerLine(
            word(QUESTIONS, answer.question),
            _value(answer.question, answer.was),
            _value(answer.question, answer.now),
            answer.at,
        )
        for answer in reversed(answers)
    ]


def _value(question: Question, kept: str) -> str:
    match question:
        case Question.NET_PAY | Question.AMOUNT:
            return money(Money(int(kept)))
        case Question.PURPOSE:
            return word(PURPOSES, kept)
        case Question.WALLET:
            return kept
