from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.money import Money
from core.ports.reads import DisbursementPage, PayoutFilter, PayoutList
from core.records.loan import Disbursement, Loan, PayoutStatus
from core.records.staff import Role
from core.records.wallet import CoolDown, CoolDownCause
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists, payout_row
from tests.admin_web.world import PASSWORD


def _shows(lists: Lists, loan: Loan, **changes: object) -> None:
    """Let the lists show a loan that waits for its money."""
    lists.payouts = DisbursementPage((payout_row(loan, **changes),), (), (), (), ())


async def _release(browser: Browser, loan: Loan, step: str = "release", **fields: str) -> Answer:
    path = f"/disbursements/{loan.reference}/{step}"
    known = {"seen_version": str(loan.version), **fields}
    return await browser.post(path, seen_on=path, **known)


async def _payouts(office: Office, loan: Loan) -> list[Disbursement]:
    async with office.lending.engine.record.unit(loan.district) as unit:
        return list(await unit.disbursements.of_loan(loan.id))


async def _second_manager(office: Office) -> Browser:
    """A manager who decided on nothing."""
    member = await office.lending.employ(Role.MANAGER, email="second@khotso.example", name="Second Manager")
    browser = await office.arrive()
    await browser.sign_in(member.email, PASSWORD)
    return browser


async def test_a_cashier_reviews_and_releases(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted()
    _shows(lists, loan)
    cashier = await office.at(Role.CASHIER)

    listed = await cashier.get("/disbursements")
    review = await cashier.get(f"/disbursements/{loan.reference}/release")
    answer = await _release(cashier, loan)

    assert f'href="/disbursements/{loan.reference}/release"' in listed.text
    assert "Release M2,910.00 to Palesa Mokoena?" in review.text
    assert "cannot be called back" in review.text
    assert (answer.status, answer.location) == (303, "/disbursements")
    (payout,) = await _payouts(office, loan)
    assert payout.status is PayoutStatus.QUEUED
    assert "The payout is released." in (await cashier.get("/disbursements")).text


async def test_without_an_identity_check_there_is_no_button_and_no_release(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted(identity_checked=False)
    cashier = await office.at(Role.CASHIER)
    _shows(lists, loan, identity_checked=False)

    listed = await cashier.get("/disbursements")
    review = await cashier.get(f"/disbursements/{loan.reference}/release")
    answer = await cashier.post(
        f"/disbursements/{loan.reference}/release", seen_on="/disbursements", seen_version=str(loan.version), key="k"
    )

    assert "/release" not in listed.text
    assert "The identity must be checked first" in listed.text
    assert "<button" not in review.text.split("<main")[1]
    assert answer.status == 409
    assert "No money leaves before it is." in answer.text
    assert await _payouts(office, loan) == []


async def test_above_limit_2_a_manager_releases_too(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted(amount=Money.of(12_000), net_pay=Money.of(60_000))
    _shows(lists, loan)
    first = await _release(await office.at(Role.CASHIER), loan)
    waiting = await office.lending.stored_loan(loan.reference)
    row = payout_row(waiting, payout_status=PayoutStatus.AWAITING_SECOND, released_by_name="Cashier of Khotso")
    lists.payouts = DisbursementPage((), (row,), (), (), ())
    decided = await _release(await office.at(Role.MANAGER), waiting, "confirm")
    manager = await _second_manager(office)

    review = await manager.get(f"/disbursements/{loan.reference}/confirm")
    second = await _release(manager, waiting, "confirm")

    assert first.status == 303
    assert decided.status == 409
    assert "Somebody else has to do this one." in decided.text
    assert "as second person?" in review.text
    assert "Cashier of Khotso" in review.text
    assert second.status == 303
    (payout,) = await _payouts(office, loan)
    assert payout.status is PayoutStatus.QUEUED


async def test_a_second_click_pays_once(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted()
    _shows(lists, loan)
    cashier = await office.at(Role.CASHIER)

    first = await _release(cashier, loan, key="one-use")
    second = await _release(cashier, loan, key="one-use")

    assert (first.status, second.status) == (303, 303)
    assert len(await _payouts(office, loan)) == 1


async def test_two_cashiers_at_once_pay_once(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted()
    _shows(lists, loan)
    cashier = await office.at(Role.CASHIER)

    first = await _release(cashier, loan, key="mine")
    second = await _release(cashier, loan, key="yours")

    assert (first.status, second.status) == (303, 409)
    assert len(await _payouts(office, loan)) == 1


async def test_a_float_that_is_too_low_says_by_how_much(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted(phone_district="LS-C")
    _shows(lists, loan)

    answer = await _release(await office.at(Role.CASHIER), loan)

    assert answer.status == 409
    assert "M2,910.00" in answer.text


async def test_a_release_without_the_forms_token_pays_nothing(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted()
    _shows(lists, loan)

    answer = await _release(await office.at(Role.CASHIER), loan, form_token="made-up")

    assert answer.status == 403
    assert await _payouts(office, loan) == []


@pytest.mark.parametrize("step", ["release", "confirm"])
async def test_nothing_can_be_reviewed_that_does_not_wait(office: Office, lists: Lists, step: str) -> None:
    loan = await office.lending.accepted()
    role = Role.CASHIER if step == "release" else Role.MANAGER

    answer = await (await office.at(role)).get(f"/disbursements/{loan.reference}/{step}")

    assert answer.status == 404


@pytest.mark.parametrize(("step", "role"), [("release", Role.CASHIER), ("confirm", Role.MANAGER)])
async def test_a_payout_that_stands_on_a_later_page_is_reviewed(
    office: Office, lists: Lists, step: str, role: Role
) -> None:
    loan = await office.lending.accepted()
    status = None if step == "release" else PayoutStatus.AWAITING_SECOND
    lists.beyond = [payout_row(loan, payout_status=status)]

    answer = await (await office.at(role)).get(f"/disbursements/{loan.reference}/{step}")

    assert answer.status == 200
    assert "Release M2,910.00" in answer.text


async def test_a_long_list_says_how_long_it_is_and_pages_on_by_itself(office: Office, lists: Lists) -> None:
    totals = {PayoutList.WAITING: 201, PayoutList.REFUNDS: 51}
    lists.payouts = replace(DisbursementPage((payout_row(),), (), (), (), ()), totals=totals)
    cashier = await office.at(Role.CASHIER)

    overview = (await cashier.get("/disbursements?district=LS-A&page=7")).text
    later = (await cashier.get("/disbursements?district=LS-A&list=waiting&page=2")).text
    refunds = (await cashier.get("/disbursements?district=LS-A&list=refunds&page=2")).text

    assert ("201 in all" in overview, "51 in all" in overview) == (True, True)
    assert 'href="/disbursements?district=LS-A&amp;list=waiting&amp;page=2"' in overview
    assert "Page 2 of 5" in later
    assert '<a href="/disbursements?district=LS-A">' in later
    assert ("Refunds" in later, "Floats" in later, "Waiting for release" in refunds) == (False, False, False)
    assert "Page 2 of 2" in refunds
    assert "No money goes back." not in refunds
    wanted = [asked[2] for asked in lists.asked if len(asked) == 3]
    assert wanted == [PayoutFilter(), PayoutFilter(PayoutList.WAITING, 2), PayoutFilter(PayoutList.REFUNDS, 2)]
    assert len(lists.asked) == len(wanted) + 1, "only the page of all lists asks for the floats"


async def test_the_states_of_payouts_are_told_apart(office: Office, lists: Lists) -> None:
    row = payout_row(payout_status=PayoutStatus.SENT, payout_reference="D100000000001", released_by_name="Thabo")
    failed = replace(row, payout_status=PayoutStatus.FAILED, failure_code="insufficient_balance")
    unknown = replace(row, payout_status=PayoutStatus.UNKNOWN)
    lists.payouts = DisbursementPage((), (), (row, unknown), (failed,), ("LS-K",))

    page = (await (await office.at(Role.MANAGER)).get("/disbursements")).text

    for words in ("Sent", "Unknown", "Failed", "reason given: insufficient_balance", "released by Thabo"):
        assert words in page
    assert "Not shown, because the district does not answer: LS-K." in page


async def test_a_payout_of_unknown_fate_cannot_be_released_again(office: Office, lists: Lists) -> None:
    lists.payouts = DisbursementPage((), (), (payout_row(payout_status=PayoutStatus.UNKNOWN),), (), ())

    page = (await (await office.at(Role.CASHIER)).get("/disbursements")).text

    assert "Release…" not in page
    assert "never sent again" in page


async def test_while_payouts_wait_the_pages_say_why_and_nothing_can_be_released(office: Office, lists: Lists) -> None:
    loan = await office.lending.accepted()
    until = office.lending.engine.clock.now() + timedelta(hours=3)
    cashier = await office.at(Role.CASHIER)
    _shows(lists, loan, wallet_waits_until=until, wallet_is_anothers=True)
    async with office.lending.engine.record.unit(loan.district) as unit:
        began = until - timedelta(hours=24)
        await unit.wallets.add_cool_down(CoolDown(loan.borrower_id, CoolDownCause.WALLET_CHANGED, began, until))
        await unit.commit()

    listed = await cashier.get("/disbursements")
    review = await cashier.get(f"/disbursements/{loan.reference}/release")
    answer = await cashier.post(
        f"/disbursements/{loan.reference}/release", seen_on="/disbursements", seen_version=str(loan.version), key="k"
    )

    assert "Wallet changed lately: waits until" in listed.text
    assert "Another borrower" in listed.text
    assert "/release" not in listed.text
    assert "<button" not in review.text.split("<main")[1]
    assert answer.status == 409
    assert "was changed lately" in answer.text
    assert await _payouts(office, loan) == []
