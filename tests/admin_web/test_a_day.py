"""A day at the lender, clicked through over the real lists: what one person does, the next one finds."""

from __future__ import annotations

import re
from datetime import timedelta

from core.money import Money
from core.records.borrower import Language
from core.records.loan import LoanStatus, PayoutStatus
from core.records.staff import Role
from core.use_cases.borrowing import AcceptOffer, accept_offer
from core.use_cases.closing import close_through
from core.use_cases.quoting import quote_of
from core.use_cases.repaying import PaymentNotice, receive_payment
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.admin_web.world import BUSINESS_ON, MOHLOLI, NOW, PASSWORD


async def _follow(browser: Browser, page: Answer, text: str) -> Answer:
    """Click the link with this text."""
    found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>\s*{re.escape(text)}', page.text)
    assert found is not None, text
    return await browser.get(found[1].replace("&amp;", "&"))


async def _press(browser: Browser, page: Answer, button: str, **typed: str) -> Answer:
    """Fill in the form that has this button, press it, and read the page that follows."""
    (form,) = [form for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f">{button}<" in _tight(form)]
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    fields = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', form))
    answer = await browser.send("POST", action[1], fields={**fields, **typed})
    assert answer.status == 303, answer.text
    return await browser.get(answer.location)


def _tight(html: str) -> str:
    return re.sub(r">\s+|\s+<", lambda found: found[0].strip(), html)


async def test_from_the_queue_to_the_repayment(working_office: Office) -> None:
    office, engine = working_office, working_office.lending.engine
    phone = await office.lending.borrower(given_names="Retšelisitsoe", surname="Makhele")
    application = await office.lending.application(phone, amount=Money.of(12_000), net_pay=Money.of(60_000))
    officer, analyst = await office.at(Role.LOAN_OFFICER), await office.at(Role.CREDIT_ANALYST)
    manager, cashier = await office.at(Role.MANAGER), await office.at(Role.CASHIER)

    page = await _follow(officer, await officer.get("/queue"), "Retšelisitsoe Makhele")
    page = await _follow(officer, page, "Note an identity check…")
    page = await _press(officer, page, "Note the check", method="saw_national_id")
    page = await _follow(officer, page, "Recommend…")
    page = await _press(officer, page, "Recommend", note="Known to the branch.")
    assert "Your recommendation is recorded." in page.text

    page = await _follow(analyst, await analyst.get("/queue?tab=in_review"), "Retšelisitsoe Makhele")
    assert "Known to the branch." in page.text
    page = await _press(analyst, await _follow(analyst, page, "Approve…"), "Approve M12,000.00 over 6 months")
    assert "Above limit 1 a manager approves next." in page.text

    page = await _follow(manager, await manager.get("/queue?tab=second_approval"), "Retšelisitsoe Makhele")
    page = await _press(manager, await _follow(manager, page, "Approve…"), "Approve M12,000.00 over 6 months")
    assert "can accept the offer by phone" in page.text

    stored = await office.lending.stored(application.reference)
    async with engine.record.unit(stored.district) as unit:
        loan = await unit.loans.of_application(stored.id)
    assert loan is not None
    facts = quote_of(loan).key_facts
    borrower_says_yes = AcceptOffer(
        loan_reference=loan.reference,
        phone=phone,
        figures_hash=facts.sha256,
        text_version="1",
        language=Language.SESOTHO,
        channel=application.channel,
    )
    await accept_offer(engine, borrower_says_yes)

    page = await _follow(cashier, await cashier.get("/disbursements"), "Release…")
    page = await _press(cashier, page, f"Release {facts.cash_received}")
    assert "a manager releases it next" in page.text
    assert "A manager releases it too" in page.text

    other_manager = await _second_manager(office)
    page = await _follow(other_manager, await other_manager.get("/disbursements"), "Release…")
    page = await _press(other_manager, page, f"Release {facts.cash_received}")
    assert "Queued" in page.text

    async with engine.record.unit(loan.district) as unit:
        (payout,) = await unit.disbursements.of_loan(loan.id)
    assert payout.status is PayoutStatus.QUEUED
    await office.lending.confirm(payout)
    assert "Confirmed" in (await cashier.get("/disbursements")).text

    await close_through(engine, ["LS-A"], BUSINESS_ON + timedelta(days=33))
    dashboard = (await manager.get("/dashboard")).text
    assert re.search(r"PAR 1</th>\s*<td class=\"number\">M12,000.00", dashboard)

    paid = PaymentNotice("simulated", "X1", facts.instalment, phone.e164, "khotso-1", str(loan.reference), NOW)
    stray = PaymentNotice("simulated", "X2", Money.of(70), "+26658999999", "khotso-1", "school", NOW)
    await receive_payment(engine, paid)
    await receive_payment(engine, stray)

    payments = (await cashier.get("/payments")).text
    assert "Posted" in payments
    suspense = (await cashier.get("/payments?status=suspense")).text
    assert "X2" in suspense
    assert "X1" not in suspense
    page = await _follow(manager, await manager.get("/loans?status=active"), "Retšelisitsoe Makhele")
    assert "Repayment" in page.text
    assert "Late fee" in page.text
    assert (await office.lending.stored_loan(loan.reference)).status is LoanStatus.ACTIVE


async def test_another_lender_finds_none_of_it(working_office: Office) -> None:
    office = working_office
    phone = await office.lending.borrower(given_names="Retšelisitsoe", surname="Makhele", national_id="199005171234")
    loan = await office.lending.active(phone=phone)
    theirs = await office.at(Role.MANAGER, MOHLOLI)

    sections = ("/queue", "/queue?tab=in_review", "/disbursements", "/loans", "/payments")
    lists = [await theirs.get(path) for path in sections]
    texts = (phone.e164, "199005171234", "Makhele", str(loan.reference))
    finds = [await theirs.post("/search", seen_on="/me", text=text) for text in texts]

    assert all("Retšelisitsoe" not in page.text and page.status == 200 for page in lists + finds)
    assert "in 0 active loans" in (await theirs.get("/dashboard")).text


async def test_search_finds_by_number_phone_national_id_and_name(working_office: Office) -> None:
    office = working_office
    phone = await office.lending.borrower(given_names="Retšelisitsoe", surname="Makhele", national_id="199005171234")
    loan = await office.lending.active(phone=phone)
    officer = await office.at(Role.LOAN_OFFICER)

    by_number = await officer.post("/search", seen_on="/me", text=loan.reference.spaced)
    assert by_number.location == f"/loans/{loan.reference}"
    for text in (phone.e164, phone.e164[-8:], "199005171234", "Makh", "retselisi", "RETS\u2019ELISITSOE m"):
        answer = await officer.post("/search", seen_on="/me", text=text)
        assert "Retšelisitsoe Makhele" in (await officer.get(answer.location)).text, text


async def _second_manager(office: Office) -> Browser:
    """Another manager: the first one approved this loan."""
    member = await office.lending.employ(Role.MANAGER, email="second@khotso.example", name="Mpho Second")
    browser = await office.arrive()
    await browser.sign_in(member.email, PASSWORD)
    return browser
