"""The journey that the product exists for: from an unknown number to a repaid instalment, over HTTP and a browser."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser

from core.calendar import MASERU, add_months, maseru_instant
from core.money import Money
from tests.journeys.borrower import PIN, apply, reference_on, register, to_summary
from tests.journeys.demo import READY_PROMISED_SECONDS, SMS_SECONDS, Demo, Provider
from tests.journeys.phone import Phone
from tests.journeys.portal import Desk

pytestmark = pytest.mark.journey


def test_a_demo_with_all_its_history_is_ready_within_the_minute(demo: Demo) -> None:
    assert demo.ready_after_seconds < READY_PROMISED_SECONDS


async def test_a_newcomer_borrows_repays_and_is_late_once(
    demo: Demo, phone: Phone, another_phone: Phone, provider: Provider, browser: Browser
) -> None:
    today = datetime.now(MASERU).date()

    # An unknown number registers and applies.
    await register(phone)
    await to_summary(phone)
    summary = phone.screen
    assert "M1,455.00 of M1,500.00" in summary, "what arrives of what is borrowed"
    assert "interest" in summary, "what it costs, interest and fees apart"
    assert "%" in summary, "the effective rate is on the summary"
    await phone.choose("Accept")
    await phone.answer(PIN)
    reference = reference_on(phone.screen)
    assert reference_on(await provider.sms(phone.number, "M1,500.00")) == reference

    # An officer recommends; the same person cannot approve; an analyst does.
    officer = await Desk.sign_in(browser, demo.public, demo.staff("loan_officer", "Khotso"))
    page = await officer.find_in_queue(reference)
    assert "Thabo Moshoeshoe" in page
    assert "M1,500.00" in page
    await officer.check_identity(reference)
    await officer.recommend(reference)
    assert await officer.may_not(reference, "approve")
    analyst = await Desk.sign_in(browser, demo.public, demo.staff("credit_analyst", "Khotso"))
    await analyst.find_in_queue(reference, tab="in_review")
    await analyst.approve(reference)

    # The borrower is told, reads the costs and accepts with the PIN.
    await provider.sms(phone.number, "M1,500.00", "offer")
    await phone.dial()
    await phone.choose("offer")
    assert "M1,500.00" in phone.screen
    await phone.choose("Accept")
    await phone.answer(PIN)
    assert not phone.is_open
    [loan] = await _loans(demo, browser, "Thabo Moshoeshoe")

    # A cashier releases; the rail confirms; a receipt follows.
    cashier = await Desk.sign_in(browser, demo.public, demo.staff("cashier", "Khotso"))
    await cashier.release(loan)
    await provider.sms(phone.number, "M1,455.00")

    # A repayment arrives twice and is posted once; somebody else pays too.
    instalment = await _next_due(phone)
    notice = {
        "reference": "MP-FIRST-1",
        "amount": instalment.plain,
        "payer": phone.number,
        "to": demo.rail_account("Khotso"),
        "account": "",
        "paid_at": maseru_instant(today, 10).isoformat(),
    }
    assert await provider.notify(**notice) == (200, {"result": "accepted"})
    assert await provider.notify(**notice) == (200, {"result": "duplicate"})
    status, _ = await provider.notify(**(notice | {"amount": "1.00"}))
    assert status == 409
    receipt = await provider.sms(phone.number, str(instalment), "left")
    await phone.dial()
    await phone.choose("My loans")
    after_first = phone.screen
    assert _amounts(receipt) & _amounts(after_first), f"{receipt}\n{after_first}"
    by_another = notice | {
        "reference": "MP-FIRST-2",
        "payer": another_phone.number,
        "amount": "100.00",
        "account": loan,
    }
    assert await provider.notify(**by_another) == (200, {"result": "accepted"})
    await provider.sms(phone.number, "M100.00")

    # A payment that matches nothing waits in suspense, where the cashier sees it.
    nothing = notice | {"reference": "MP-FIRST-3", "payer": another_phone.number, "amount": "77.70", "account": "12"}
    assert await provider.notify(**nothing) == (200, {"result": "accepted"})
    assert "M77.70" in await cashier.open("/payments?status=suspense")

    # Time passes: reminders before and on the date, then arrears, a late fee and PAR.
    second_due = add_months(today, 2, today.day)
    await demo.close_through(second_due - timedelta(days=4))
    await demo.remind(second_due - timedelta(days=3))
    before = await provider.sms(phone.number, "due", f"{second_due.day} {second_due:%b}")
    await demo.close_through(second_due - timedelta(days=1))
    await demo.remind(second_due)
    assert len([one for one in await provider.sent(phone.number) if "today" in one["text"].lower()]) == 1
    await demo.close_through(second_due)
    await phone.dial()
    await phone.choose("My loans")
    assert "M50.00" not in phone.screen
    await demo.close_through(second_due + timedelta(days=1))
    await provider.sms(phone.number, "M50.00")
    await demo.remind(second_due + timedelta(days=2))
    manager = await Desk.sign_in(browser, demo.public, demo.staff("manager", "Khotso"))
    dashboard = await manager.open("/dashboard?district=all")
    assert "PAR" in dashboard
    assert before

    # Doing it all again changes nothing, and the books are proved.
    sent = len(await provider.sent(phone.number))
    await demo.close_through(second_due + timedelta(days=1))
    await demo.remind(second_due)
    assert len(await provider.sent(phone.number)) == sent
    for proof in ("verify-ledger", "verify-audit"):
        code, out = await demo.command(proof, "--json")
        assert code == 0, out
        assert json.loads(out)["findings"] == []


async def test_a_rejection_reaches_the_borrower_with_its_reason(
    demo: Demo, phone: Phone, provider: Provider, browser: Browser
) -> None:
    await register(phone, district="Maseru")
    reference = await apply(phone, amount="6000", net_pay="2000")
    officer = await Desk.sign_in(browser, demo.public, demo.staff("loan_officer", "Khotso"))

    await officer.reject(reference, "affordability")

    told = await provider.sms(phone.number, "too much")
    assert reference_on(told) == reference
    await phone.dial()
    await phone.choose("application")
    assert "too much" in phone.screen


async def test_above_limit_one_a_manager_decides_too_and_another_lender_sees_nothing(
    demo: Demo, phone: Phone, browser: Browser
) -> None:
    await register(phone, district="Leribe")
    reference = await apply(phone, amount="9000", net_pay="40000")
    officer = await Desk.sign_in(browser, demo.public, demo.staff("loan_officer", "Khotso"))
    analyst = await Desk.sign_in(browser, demo.public, demo.staff("credit_analyst", "Khotso"))
    manager = await Desk.sign_in(browser, demo.public, demo.staff("manager", "Khotso"))
    stranger = await Desk.sign_in(browser, demo.public, demo.staff("loan_officer", "Mohloli"))

    assert await stranger.status_of(f"/applications/{reference}") == 404
    await officer.recommend(reference)
    await analyst.approve(reference)
    assert await analyst.may_not(reference, "approve")
    await manager.find_in_queue(reference, tab="second_approval")
    await manager.approve(reference)

    await phone.dial()
    await phone.choose("offer")
    assert "M9,000.00" in phone.screen


async def test_money_that_is_put_in_and_moved_to_a_district_is_paid_out_there(
    demo: Demo, phone: Phone, provider: Provider, browser: Browser
) -> None:
    cashier = await Desk.sign_in(browser, demo.public, demo.staff("cashier", "Khotso"))
    manager = await Desk.sign_in(browser, demo.public, demo.staff("manager", "Khotso"))
    service = {"rail": "simulated", "note": "For the branch."}

    # A district without a float pays nobody, whatever lies elsewhere.
    away = {"from_district": "LS-H", "to_district": "LS-A", "reference": "JOURNEY 1"}
    everything = await cashier.free_float("Qacha's Nek")
    await cashier.propose("/floats/move", **service, **away, amount=everything.plain)
    await manager.carry_out(f"{everything}")
    loan = await _accepted_loan(demo, phone, browser, "Qacha's Nek")
    assert "short by M1,455.00" in await cashier.refused_release(loan)

    # The lender's own money is put in at the head office, and a part of it goes there, each by two persons.
    await cashier.propose("/floats/fund", **service, amount="5000", reference="JOURNEY 2")
    weighed = await manager.carry_out("M5,000.00")
    assert "M5,000.00" in weighed
    there = {"from_district": "LS-A", "to_district": "LS-H", "reference": "JOURNEY 3"}
    await cashier.propose("/floats/move", **service, **there, amount="2000")
    await manager.carry_out("M2,000.00")
    await _arrives(cashier, "Qacha's Nek", Money.of(2_000))

    # Now it is paid out, and what is left is what was not.
    await cashier.release(loan)
    await provider.sms(phone.number, "M1,455.00")
    await _arrives(cashier, "Qacha's Nek", Money.of(545))
    code, out = await demo.command("verify-ledger", "--json")
    assert code == 0, out


async def _accepted_loan(demo: Demo, phone: Phone, browser: Browser, district: str) -> str:
    """A newcomer's contract of M1,500.00 that waits for its money."""
    await register(phone, district=district)
    reference = await apply(phone)
    officer = await Desk.sign_in(browser, demo.public, demo.staff("loan_officer", "Khotso"))
    await officer.check_identity(reference)
    await officer.recommend(reference)
    analyst = await Desk.sign_in(browser, demo.public, demo.staff("credit_analyst", "Khotso"))
    await analyst.approve(reference)
    await phone.dial()
    await phone.choose("offer")
    await phone.choose("Accept")
    await phone.answer(PIN)
    [loan] = await _loans(demo, browser, district)
    return loan


async def _arrives(cashier: Desk, district: str, expected: Money) -> None:
    """Wait until this much of a float is free: money between districts is on its way for a moment."""
    deadline = time.monotonic() + SMS_SECONDS
    while (free := await cashier.free_float(district)) != expected and time.monotonic() < deadline:
        pass
    assert free == expected


async def _loans(demo: Demo, browser: Browser, of: str) -> list[str]:
    """The loans of a borrower, or of a district, that the cashier sees waiting for money."""
    cashier = await Desk.sign_in(browser, demo.public, demo.staff("cashier", "Khotso"))
    await cashier.open("/disbursements?district=all")
    links = cashier.page.locator(f"tr:has-text(\"{of}\") a[href$='/release']")
    return [str(await link.get_attribute("href")).split("/")[2] for link in await links.all()]


async def _next_due(phone: Phone) -> Money:
    """The next instalment, as the phone says it."""
    await phone.dial()
    await phone.choose("My loans")
    due = re.search(r"Next: (M[\d,]+\.\d\d)\b", phone.screen)
    assert due, phone.screen
    return Money.of(due.group(1).removeprefix("M").replace(",", ""))


def _amounts(text: str) -> set[str]:

    return {found.replace(",", "") for found in re.findall(r"M([\d,]+\.\d\d)", text)}
