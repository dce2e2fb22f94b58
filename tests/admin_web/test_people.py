"""The pages about people: complaints by their due day, answered and closed; and a new PIN with the ID in hand."""

from __future__ import annotations

import pytest

from core.money import Money
from core.ports.reads import ComplaintPage, ComplaintRow
from core.records.answer import Question
from core.records.application import ReturnReason
from core.records.borrower import Channel
from core.records.complaint import Complaint, ComplaintStatus
from core.records.staff import Role
from core.use_cases.answering import AnswerReturned, answer_returned
from core.use_cases.complaining import complaint_file
from core.use_cases.deciding import ReturnToBorrower, return_to_borrower
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists
from tests.admin_web.world import MOHLOLI


def row(complaint: Complaint, *, overdue: bool = False) -> ComplaintRow:
    return ComplaintRow(
        complaint.reference,
        complaint.district,
        "Palesa Mokoena",
        complaint.kind,
        complaint.status,
        complaint.opened_at,
        complaint.due_on,
        overdue,
    )


async def stands(office: Office, complaint: Complaint) -> Complaint:
    manager = await office.lending.actor(Role.MANAGER)
    return (await complaint_file(office.lending.engine, manager, complaint.reference)).complaint


async def test_the_list_shows_when_an_answer_is_due_and_what_is_late(office: Office, lists: Lists) -> None:
    complaint = await office.lending.complaint()
    lists.complaint_page = ComplaintPage([row(complaint, overdue=True)], 1, ())

    page = (await (await office.at(Role.LOAN_OFFICER)).get("/complaints")).text

    assert f'href="/complaints/{complaint.reference}"' in page
    assert "Overdue" in page
    assert "Costs or fees" in page


async def test_the_list_is_read_by_state_from_the_lenders_own(working_office: Office) -> None:
    lending = working_office.lending
    mine, theirs = await lending.complaint(), await lending.complaint(mfi_id=MOHLOLI)
    officer = await working_office.at(Role.LOAN_OFFICER)

    open_ones = (await officer.get("/complaints")).text
    answered = (await officer.get("/complaints?status=answered")).text

    assert str(mine.reference) in open_ones
    assert str(theirs.reference) not in open_ones
    assert "Overdue" not in open_ones
    assert str(mine.reference) not in answered


async def test_another_state_is_asked_for_by_its_tab(office: Office, lists: Lists) -> None:
    browser = await office.at(Role.AUDITOR)

    await browser.get("/complaints?status=closed")
    closed = lists.asked[-1][2]
    await browser.get("/complaints?status=nonsense")

    assert (closed, lists.asked[-1][2]) == (ComplaintStatus.CLOSED, ComplaintStatus.OPEN)


async def test_a_complaint_is_answered_then_closed(office: Office) -> None:
    complaint = await office.lending.complaint()
    path = f"/complaints/{complaint.reference}"
    officer = await office.at(Role.LOAN_OFFICER)

    shown = (await officer.get(path)).text
    answered = await officer.post(f"{path}/answer", seen_on=path, seen_version="1", answer="We gave it back.")
    after = (await officer.get(path)).text
    closed = await officer.post(f"{path}/close", seen_on=path, seen_version="2", note="She is content.")

    assert "The fee was not told." in shown
    assert (answered.status, answered.location) == (303, path)
    assert "We gave it back." in after
    assert (closed.status, (await stands(office, complaint)).status) == (303, ComplaintStatus.CLOSED)
    assert "<form" not in (await officer.get(path)).text.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", "Fill this in."),
        ("x" * 161, "Phones count 161 characters here, and the SMS has room for 160."),
        ("[" * 81, "Phones count 162 characters here, and the SMS has room for 160."),
        ("Kea lebohaš" * 15, "Phones count 165 characters here, and the SMS has room for 160."),
        ("\u4f60\u597d", "A plain phone cannot show \u4f60 \u597d."),
    ],
)
async def test_an_answer_that_cannot_go_out_is_asked_for_again(office: Office, answer: str, why: str) -> None:
    complaint = await office.lending.complaint()
    path = f"/complaints/{complaint.reference}"
    officer = await office.at(Role.LOAN_OFFICER)

    refused = await officer.post(f"{path}/answer", seen_on=path, seen_version="1", answer=answer)

    assert refused.status == 422
    assert answer in refused.text
    assert why in refused.text
    assert 'href="#field-answer"' in refused.text
    assert (await stands(office, complaint)).status is ComplaintStatus.OPEN


async def test_the_form_says_what_a_phone_counts_as_two(office: Office) -> None:
    complaint = await office.lending.complaint()

    page = (await (await office.at(Role.LOAN_OFFICER)).get(f"/complaints/{complaint.reference}")).text

    assert "at most 160 characters, and [ \\ ] ^ { | } ~ € count as two each" in page


async def test_who_only_reads_gets_no_form(office: Office) -> None:
    complaint = await office.lending.complaint()

    page = (await (await office.at(Role.AUDITOR)).get(f"/complaints/{complaint.reference}")).text

    assert "/answer" not in page


async def test_the_words_of_a_borrower_are_words_and_nothing_else(office: Office) -> None:
    complaint = await office.lending.complaint('"><script>alert(1)</script>')

    page = (await (await office.at(Role.LOAN_OFFICER)).get(f"/complaints/{complaint.reference}")).text

    assert "<script>alert" not in page


async def test_a_new_pin_is_started_with_number_and_id(office: Office) -> None:
    phone = await office.lending.borrower(national_id="012345678901")
    officer = await office.at(Role.LOAN_OFFICER)

    answer = await officer.post("/pin-resets", seen_on="/pin-resets", phone=phone.e164, national_id="012345678901")

    assert (answer.status, answer.location) == (303, "/pin-resets")
    assert "The code is on its way" in (await officer.get("/pin-resets")).text


@pytest.mark.parametrize(
    ("phone", "national_id"),
    [("58999999", "012345678901"), ("", "999999999999"), ("1234", "012345678901"), ("", "")],
    ids=["unknown number", "another ID", "no number", "nothing"],
)
async def test_what_does_not_belong_together_is_refused_and_the_id_not_repeated(
    office: Office, phone: str, national_id: str
) -> None:
    known = await office.lending.borrower(national_id="012345678901")
    officer = await office.at(Role.LOAN_OFFICER)

    answer = await officer.post(
        "/pin-resets", seen_on="/pin-resets", phone=phone or known.e164, national_id=national_id
    )

    assert answer.status == 422
    assert 'value="012345678901"' not in answer.text


async def test_too_many_starts_are_told_to_wait(office: Office) -> None:
    officer = await office.at(Role.LOAN_OFFICER)
    for _ in range(10):
        await officer.post("/pin-resets", seen_on="/pin-resets", phone="58999999", national_id="1")

    answer = await officer.post("/pin-resets", seen_on="/pin-resets", phone="58999999", national_id="1")

    assert answer.status == 429


async def test_an_answer_stands_beside_the_old_value(office: Office) -> None:
    lending = office.lending
    application = await lending.recommended()
    analyst = await lending.actor(Role.CREDIT_ANALYST)
    returned = await return_to_borrower(
        lending.engine,
        analyst,
        ReturnToBorrower(application.reference, ReturnReason.CONFIRM_INCOME, "", application.version, "a-return"),
    )
    async with lending.engine.record.unit(returned.district) as unit:
        phone = (await unit.borrowers.get(returned.borrower_id)).phone
    new = Money.of("4321")
    await answer_returned(
        lending.engine,
        AnswerReturned(returned.reference, phone, Question.NET_PAY, new, returned.version, Channel.USSD),
    )

    page = (await (await office.at(Role.LOAN_OFFICER)).get(f"/applications/{returned.reference}")).text

    section = page.split("What the borrower answered")[2].split("</section>")[0]
    assert str(application.net_pay) in section
    assert "M4,321.00" in section
