"""Money that hangs, goes back or is not wanted any more, on the pages of those who deal with it."""

from __future__ import annotations

from dataclasses import replace

from core.money import Money
from core.ports.reads import DisbursementPage, PaymentPage, RefundRow
from core.records.loan import Loan, LoanStatus, PayoutPurpose, PayoutStatus
from core.records.staff import Role
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists, a_reference, payment_row, payout_row
from tests.admin_web.world import NOW


async def _waiting(office: Office, lists: Lists) -> Loan:
    """A payout above limit 2 that its cashier has released."""
    loan = await office.lending.accepted(amount=Money.of(12_000), net_pay=Money.of(60_000))
    lists.payouts = DisbursementPage((payout_row(loan),), (), (), (), ())
    path = f"/disbursements/{loan.reference}/release"
    cashier = await office.at(Role.CASHIER)
    await cashier.post(path, seen_on=path, seen_version=str(loan.version))
    waiting = await office.lending.stored_loan(loan.reference)
    row = payout_row(waiting, payout_status=PayoutStatus.AWAITING_SECOND, released_by_name="Cashier of Khotso")
    lists.payouts = DisbursementPage((), (row,), (), (), ())
    return waiting


async def test_the_second_person_refuses_a_payout_with_a_reason(office: Office, lists: Lists) -> None:
    loan = await _waiting(office, lists)
    manager = await office.at(Role.MANAGER)
    path = f"/disbursements/{loan.reference}/call-off"

    listed = await manager.get("/disbursements")
    without = await manager.post(path, seen_on=path, seen_version=str(loan.version), note="")
    answer = await manager.post(path, seen_on=path, seen_version=str(loan.version), note="Wrong wallet.")

    assert f'href="{path}"' in listed.text
    assert without.status == 422
    assert (answer.status, answer.location) == (303, "/disbursements")
    assert (await office.lending.stored_loan(loan.reference)).status is LoanStatus.ACCEPTED
    page = await manager.get(f"/loans/{loan.reference}")
    assert "The second person refused the payout" in page.text
    assert "Wrong wallet." in page.text


async def test_a_stale_second_release_is_told_what_to_do(office: Office, lists: Lists) -> None:
    loan = await _waiting(office, lists)
    manager = await office.at(Role.MANAGER)
    path = f"/disbursements/{loan.reference}/confirm"

    answer = await manager.post(path, seen_on=path, seen_version=str(loan.version - 1))

    assert answer.status == 409
    assert "The loan changed since you opened the page." in answer.text


async def test_two_persons_settle_a_lost_payout(office: Office, lists: Lists) -> None:
    payout = await office.lending.lost_payout()
    row = payout_row(
        payout_status=PayoutStatus.UNKNOWN,
        payout_reference=payout.reference,
        failure_code="not_found",
        unknown_since=payout.unknown_since,
        unknown_until=payout.unknown_until,
    )
    lists.payouts = DisbursementPage((), (), (row,), (), ())
    cashier = await office.at(Role.CASHIER)
    path = f"/payouts/{payout.reference}/settle"

    listed = await cashier.get("/disbursements")
    review = await cashier.get(path)
    without = await cashier.post(path, seen_on=path, outcome="confirmed", rail_receipt="", note="Called them.")
    answer = await cashier.post(path, seen_on=path, outcome="confirmed", rail_receipt="MP-7", note="Called them.")

    assert f'href="{path}"' in listed.text
    assert "the money service does not know it" in listed.text
    assert payout.reference in review.text
    assert '<a href="/disbursements" aria-current="page">' in review.text
    assert without.status == 422
    assert (answer.status, answer.location) == (303, "/approvals")
    async with office.lending.engine.record.unit("LS-A") as unit:
        (proposal,) = await unit.proposals.pending(payout.mfi_id)
    page = f"/approvals/LS-A/{proposal.id}"
    manager = await office.at(Role.MANAGER)
    assert "MP-7" in (await manager.get(page)).text
    done = await manager.post(f"{page}/carry-out", seen_on=page, note="")
    assert done.status == 303
    async with office.lending.engine.record.unit("LS-A") as unit:
        assert (await unit.disbursements.get(payout.reference)).status is PayoutStatus.CONFIRMED


async def test_a_payout_whose_rail_is_still_asked_is_not_settled(office: Office, lists: Lists) -> None:
    payout = await office.lending.lost_payout()
    soon = replace(payout, unknown_since=payout.unknown_until)
    async with office.lending.engine.record.unit("LS-A") as unit:
        await unit.disbursements.save(soon)
        await unit.commit()

    answer = await (await office.at(Role.CASHIER)).get(f"/payouts/{payout.reference}/settle")

    assert answer.status == 409
    assert "still being asked" in answer.text


async def test_money_in_suspense_is_proposed_to_go_back(office: Office, lists: Lists) -> None:
    stray = await office.lending.paid("70", account="12")
    lists.payment_page = PaymentPage((payment_row(of=stray),), 1, ())
    cashier = await office.at(Role.CASHIER)
    path = f"/payments/{stray.receipt}/refund"

    listed = await cashier.get("/payments")
    review = await cashier.get(path)
    answer = await cashier.post(path, seen_on=path, note="He asked for it.")

    assert f'href="{path}"' in listed.text
    assert "the money stays in suspense" in review.text
    assert (answer.status, answer.location) == (303, "/approvals")


async def test_a_credit_is_proposed_to_go_back_and_no_more_than_it(office: Office) -> None:
    loan = await office.lending.active()
    await office.lending.paid("4000", account=str(loan.reference))
    cashier = await office.at(Role.CASHIER)
    path = f"/corrections/{loan.reference}/refund"

    books = await cashier.get(f"/corrections/{loan.reference}")
    above = await cashier.post(path, seen_on=path, amount="3999", note="Asked for.")
    answer = await cashier.post(path, seen_on=path, amount="10", note="Asked for.")

    assert f'href="{path}"' in books.text
    assert above.status == 422
    assert "more than what was paid too much" in above.text
    assert "Overpaid: the borrower's credit" in above.text
    assert (answer.status, answer.location) == (303, "/approvals")


async def test_refunds_and_late_words_are_shown(office: Office, lists: Lists) -> None:
    refund = RefundRow(
        purpose=PayoutPurpose.SUSPENSE,
        subject=a_reference(),
        district="LS-A",
        borrower_name=None,
        amount=Money.of("70"),
        wallet_masked="+266 ••••• 999",
        released_at=NOW,
        released_by_name="Thabo",
        payout_status=PayoutStatus.FAILED,
        payout_reference="R100000000101",
        failure_code="failed_by_hand",
        settled_by_name="Cashier, Manager",
        contradicted_by="confirmed",
    )
    lists.payouts = DisbursementPage((), (), (), (), (), (refund,))

    page = (await (await office.at(Role.MANAGER)).get("/disbursements")).text

    for words in (
        "the payer",
        "M70.00",
        "settled by Cashier, Manager",
        "Later the money service said that it was paid.",
    ):
        assert words in page


async def test_staff_cancel_a_loan_at_the_borrowers_request(office: Office) -> None:
    loan = await office.lending.accepted()
    officer = await office.at(Role.LOAN_OFFICER)
    path = f"/loans/{loan.reference}/cancel"

    page = await officer.get(f"/loans/{loan.reference}")
    without = await officer.post(path, seen_on=path, seen_version=str(loan.version), note=" ")
    answer = await officer.post(path, seen_on=path, seen_version=str(loan.version), note="Came to the branch.")

    assert f'href="{path}"' in page.text
    assert without.status == 422
    assert (answer.status, answer.location) == (303, f"/loans/{loan.reference}")
    after = await officer.get(f"/loans/{loan.reference}")
    assert "Cancelled at the borrower" in after.text
    assert "Came to the branch." in after.text
    assert f'href="{path}"' not in after.text


async def test_the_statement_that_was_accepted_and_the_cooling_off_are_shown(office: Office) -> None:
    loan = await office.lending.active()
    async with office.lending.engine.record.unit(loan.district) as unit:
        accepted = await unit.loans.key_facts(loan.id)
    assert accepted is not None

    page = (await (await office.at(Role.LOAN_OFFICER)).get(f"/loans/{loan.reference}")).text

    assert "Cooling off until" in page
    assert "26 Nov 2026" in page
    assert accepted.figures_hash.hex() in page
    assert "text 1." in page
