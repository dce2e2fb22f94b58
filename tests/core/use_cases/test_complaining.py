"""Complaints: taken once, due in time, read by the lender alone, answered, and closed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.errors import InvalidInput, NotFound
from core.phones import PhoneNumber
from core.records.borrower import Channel
from core.records.complaint import ANSWER_DUE_DAYS, Complaint, ComplaintKind, ComplaintMoved, ComplaintStatus
from core.records.message import MessageKind
from core.records.staff import Actor, NotAllowed, Role
from core.records.staff_words import NotOnPhones, TooLongForSms
from core.references import Reference
from core.use_cases.complaining import (
    ANSWER_SEPTETS_MAX,
    COMPLAINTS_OPEN_MAX,
    WORDS_MAX,
    AnswerComplaint,
    CloseComplaint,
    Complain,
    ComplaintOutcome,
    Taken,
    answer_complaint,
    close_complaint,
    complain,
    complaint_file,
    complaints_of,
)
from tests.core.use_cases.lending import AWAY, HOME, Lending, key


async def send(lending: Lending, phone: PhoneNumber, *, draft_id: UUID | None = None, words: str = "Too dear") -> Taken:
    return await complain(
        lending.engine,
        Complain(draft_id or uuid4(), phone, lending.mfi.id, ComplaintKind.COSTS, words, Channel.USSD),
    )


async def taken(lending: Lending, phone: PhoneNumber) -> Complaint:
    sent = await send(lending, phone)
    assert sent.complaint is not None
    return sent.complaint


def answer(complaint: Complaint, text: str = "We gave it back.", version: int = 1) -> AnswerComplaint:
    return AnswerComplaint(complaint.reference, text, version, key())


async def test_a_complaint_has_a_number_a_due_day_and_a_message(lending: Lending) -> None:
    phone = await lending.borrower(district=AWAY)

    complaint = await taken(lending, phone)

    assert complaint.due_on == await lending.today(AWAY) + timedelta(days=ANSWER_DUE_DAYS)
    (message,) = await lending.messages(MessageKind.COMPLAINT_RECEIVED, AWAY)
    assert Reference(message.data["reference"]) == complaint.reference
    assert await complaints_of(lending.engine, phone) == [complaint]


async def test_the_same_draft_complains_once(lending: Lending) -> None:
    phone, draft = await lending.borrower(), uuid4()

    first, second = [await send(lending, phone, draft_id=draft) for _ in range(2)]

    assert first == second
    assert len(await lending.messages(MessageKind.COMPLAINT_RECEIVED)) == 1


async def test_too_many_open_complaints_are_turned_away_until_one_is_answered(lending: Lending) -> None:
    phone = await lending.borrower()
    complaints = [await taken(lending, phone) for _ in range(COMPLAINTS_OPEN_MAX)]

    assert (await send(lending, phone)).outcome is ComplaintOutcome.TOO_MANY

    await answer_complaint(lending.engine, lending.officer, answer(complaints[0]))
    assert (await send(lending, phone)).outcome is ComplaintOutcome.TAKEN


async def test_words_that_are_too_long_are_refused(lending: Lending) -> None:
    with pytest.raises(InvalidInput):
        await send(lending, await lending.borrower(), words="x" * (WORDS_MAX + 1))


async def test_an_answer_reaches_the_borrower_and_is_written_down(lending: Lending) -> None:
    phone = await lending.borrower()
    complaint = await taken(lending, phone)

    answered = await answer_complaint(lending.engine, lending.officer, answer(complaint, "  We gave\nit back. "))

    assert answered.status is ComplaintStatus.ANSWERED
    (message,) = await lending.messages(MessageKind.COMPLAINT_ANSWERED)
    assert message.data["answer"] == "We gave it back."
    assert await complaints_of(lending.engine, phone) == [answered]
    now = lending.engine.clock.now()
    async with lending.engine.record.unit(HOME) as unit:
        trail = [entry.action for entry in await unit.audit.between(lending.mfi.id, now.replace(year=2000), now)]
    assert "complaint.answered" in trail


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("   ", InvalidInput),
        ("x" * (ANSWER_SEPTETS_MAX + 1), TooLongForSms),
        ("€" * (ANSWER_SEPTETS_MAX // 2 + 1), TooLongForSms),
        ("We gave it \u4e86 back.", NotOnPhones),
    ],
    ids=["nothing", "characters", "characters of two septets", "a letter that phones lack"],
)
async def test_an_answer_that_an_sms_cannot_carry_is_refused_whole(
    lending: Lending, text: str, why: type[InvalidInput]
) -> None:
    complaint = await taken(lending, await lending.borrower())

    with pytest.raises(why) as refused:
        await answer_complaint(lending.engine, lending.officer, answer(complaint, text))

    assert refused.value.field == "answer"
    assert not await lending.messages(MessageKind.COMPLAINT_ANSWERED)


async def test_an_answered_complaint_is_closed_with_a_note(lending: Lending) -> None:
    complaint = await taken(lending, await lending.borrower())
    answered = await answer_complaint(lending.engine, lending.officer, answer(complaint))

    closed = await close_complaint(
        lending.engine,
        lending.manager,
        CloseComplaint(complaint.reference, "Called; settled.", answered.version, key()),
    )

    assert (closed.status, closed.closing_note) == (ComplaintStatus.CLOSED, "Called; settled.")


async def test_an_open_complaint_cannot_be_closed_in_silence(lending: Lending) -> None:
    complaint = await taken(lending, await lending.borrower())

    with pytest.raises(ComplaintMoved):
        await close_complaint(lending.engine, lending.officer, CloseComplaint(complaint.reference, "no", 1, key()))


async def test_of_two_answers_to_what_was_seen_one_stands(lending: Lending) -> None:
    complaint = await taken(lending, await lending.borrower())
    await answer_complaint(lending.engine, lending.officer, answer(complaint))

    with pytest.raises(ComplaintMoved):
        await answer_complaint(lending.engine, lending.manager, answer(complaint, "Another."))


async def test_a_form_sent_twice_answers_once(lending: Lending) -> None:
    command = answer(await taken(lending, await lending.borrower()))

    first, second = [await answer_complaint(lending.engine, lending.officer, command) for _ in range(2)]

    assert first == second
    assert len(await lending.messages(MessageKind.COMPLAINT_ANSWERED)) == 1


async def test_another_lender_sees_and_answers_nothing(lending: Lending) -> None:
    complaint = await taken(lending, await lending.borrower())
    elsewhere = Actor(uuid4(), HOME, lending.other_mfi.id, "Elsewhere", frozenset({Role.MANAGER}))

    with pytest.raises(NotFound):
        await complaint_file(lending.engine, elsewhere, complaint.reference)
    with pytest.raises(NotFound):
        await answer_complaint(lending.engine, elsewhere, answer(complaint))


async def test_a_cashier_neither_reads_nor_answers_and_an_auditor_only_reads(lending: Lending) -> None:
    complaint = await taken(lending, await lending.borrower())
    auditor = Actor(uuid4(), HOME, lending.mfi.id, "Auditor", frozenset({Role.AUDITOR}))

    assert (await complaint_file(lending.engine, auditor, complaint.reference)).complaint == complaint
    with pytest.raises(NotAllowed):
        await answer_complaint(lending.engine, auditor, answer(complaint))
    with pytest.raises(NotAllowed):
        await complaint_file(lending.engine, lending.cashier, complaint.reference)


async def test_a_close_sent_twice_closes_once(lending: Lending) -> None:
    complaint = await taken(lending, await lending.borrower())
    answered = await answer_complaint(lending.engine, lending.officer, answer(complaint))
    command = CloseComplaint(complaint.reference, "Called; settled.", answered.version, key())

    first, second = [await close_complaint(lending.engine, lending.manager, command) for _ in range(2)]

    assert first == second
