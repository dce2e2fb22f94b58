"""Cash at a branch in the portal: proposed from the receipt, decided beside the loan's figures, taken to the bank."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.ledger.accounts import TILL, Account
from core.ledger.journals import sweep
from core.money import Money
from core.records.loan import Loan
from core.records.proposal import Proposal, ProposalKind
from core.records.staff import Role
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists, payment_row
from tests.admin_web.world import BUSINESS_ON, KHOTSO, MOHLOLI


async def _pending(office: Office) -> Sequence[Proposal]:
    async with office.lending.engine.record.unit("LS-A") as unit:
        return await unit.proposals.pending(KHOTSO)


async def _bring(cashier: Browser, loan: Loan, **changes: str) -> Answer:
    path = f"/corrections/{loan.reference}/cash"
    fields = {"amount": "150", "reference": "A 0017", "note": "She has no wallet."}
    return await cashier.post(path, seen_on=path, **fields | {"value_on": BUSINESS_ON.isoformat()} | changes)


async def test_cash_is_proposed_from_the_books_of_its_loan(office: Office) -> None:
    loan = await office.lending.active()
    cashier = await office.at(Role.CASHIER)

    books = await cashier.get(f"/corrections/{loan.reference}")
    page = await cashier.get(f"/corrections/{loan.reference}/cash")
    answer = await _bring(cashier, loan)

    assert f'href="/corrections/{loan.reference}/cash"' in books.text
    for said in ("Palesa Mokoena", "Maseru"):
        assert said in page.text
    assert (answer.status, answer.location) == (303, "/approvals")
    (proposal,) = await _pending(office)
    assert proposal.kind is ProposalKind.TAKE_CASH
    assert proposal.data == {
        "loan_reference": str(loan.reference),
        "amount_minor": 150_00,
        "reference": "A 0017",
        "value_on": "2026-11-23",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value_on": ""}, "Write a day as year, month and day"),
        ({"value_on": "2026-11-24"}, "from 23 Aug 2026, and not after 23 Nov 2026."),
        ({"amount": "-1"}, "Write an amount in maloti"),
        ({"reference": "A" * 33}, "too long for a receipt"),
        ({"reference": ""}, "Fill this in."),
        ({"note": ""}, "Fill this in."),
    ],
)
async def test_what_is_wrong_with_cash_is_said_beside_its_field(
    office: Office, changes: dict[str, str], said: str
) -> None:
    loan = await office.lending.active()
    cashier = await office.at(Role.CASHIER)

    answer = await _bring(cashier, loan, **changes)

    assert answer.status == 422
    assert said in answer.text
    assert await _pending(office) == []


async def test_a_loan_that_was_never_paid_out_and_another_lender_s_take_no_cash(office: Office) -> None:
    accepted, theirs = await office.lending.accepted(), await office.lending.active(mfi_id=MOHLOLI)
    cashier = await office.at(Role.CASHIER)

    unpaid = await cashier.get(f"/corrections/{accepted.reference}/cash")
    foreign = await cashier.get(f"/corrections/{theirs.reference}/cash")

    assert (unpaid.status, foreign.status) == (409, 404)


async def test_the_second_person_sees_receipt_branch_and_figures_and_it_is_booked_once(
    working_office: Office,
) -> None:
    loan = await working_office.lending.active()
    cashier, manager = await working_office.at(Role.CASHIER), await working_office.at(Role.MANAGER)
    await _bring(cashier, loan)
    (proposal,) = await _pending(working_office)
    review = f"/approvals/LS-A/{proposal.id}"

    listed = await manager.get("/approvals")
    page = await manager.get(review)
    answer = await manager.post(f"{review}/carry-out", seen_on=review)
    again = await _bring(cashier, loan, reference="a0017", amount="10")

    assert "Book a repayment in cash" in listed.text
    for said in ("Book a repayment in cash", "A 0017", "Maseru", "23 Nov 2026", "M150.00", "Palesa Mokoena"):
        assert said in page.text
    assert answer.status == 303
    assert again.status == 422
    assert "Money was booked under this number already." in again.text
    payments = (await cashier.get("/payments")).text
    for said in ("cash at a branch", "A0017", "at a branch"):
        assert said in payments
    assert "khotso LS-A" not in payments, "how the books name a till is nobody's business"
    assert "cash at a branch" in (await cashier.get("/disbursements")).text
    async with working_office.lending.engine.record.unit("LS-A") as unit:
        assert await unit.ledger.balance(KHOTSO, Account.CASH) == Money.of("150")


async def _booked(office: Office, cashier: Browser, manager: Browser) -> str:
    """M150.00 in cash for a loan, and the path of its reversal."""
    await _bring(cashier, await office.lending.active())
    (proposal,) = await _pending(office)
    review = f"/approvals/LS-A/{proposal.id}"
    await manager.post(f"{review}/carry-out", seen_on=review)
    async with office.lending.engine.record.unit("LS-A") as unit:
        payment = await unit.payments.get(TILL, "khotso LS-A A0017")
    assert payment is not None
    return f"/payments/{payment.receipt}/reverse"


async def _bank(office: Office, amount: Money) -> None:
    async with office.lending.engine.record.unit("LS-A") as unit:
        taken = sweep(key=f"banked {amount}", rail=TILL, amount=amount, value_on=BUSINESS_ON)
        await unit.ledger.post(KHOTSO, [taken], recorded_at=office.lending.engine.clock.now(), business_on=BUSINESS_ON)
        await unit.commit()


async def test_cash_that_was_banked_is_given_back_by_nobody_and_may_wait_in_suspense(working_office: Office) -> None:
    cashier, manager = await working_office.at(Role.CASHIER), await working_office.at(Role.MANAGER)
    path = await _booked(working_office, cashier, manager)
    await _bank(working_office, Money.of("150"))

    page = await cashier.get(path)
    to_payer = await cashier.post(path, seen_on=path, to="payer", note="Not hers.")
    to_suspense = await cashier.post(path, seen_on=path, to="suspense", note="Not hers.")

    assert page.status == 200
    assert to_payer.status == 422
    assert "is short by M150.00: it was taken to the bank." in to_payer.text
    assert to_suspense.status == 303


async def test_the_second_person_sees_that_cash_was_banked_meanwhile(working_office: Office) -> None:
    cashier, manager = await working_office.at(Role.CASHIER), await working_office.at(Role.MANAGER)
    path = await _booked(working_office, cashier, manager)
    await cashier.post(path, seen_on=path, to="payer", note="Not hers.")
    await _bank(working_office, Money.of("0.01"))

    (proposal,) = await _pending(working_office)
    page = await manager.get(f"/approvals/LS-A/{proposal.id}")

    assert "is short by M0.01: it was taken to the bank." in page.text


async def test_a_payer_without_a_number_is_at_a_branch(office: Office, lists: Lists) -> None:
    row = payment_row(payer_masked="", rail="till", rail_reference="khotso LS-A A0017")
    lists.payment_page = type(lists.payment_page)([row], 1, ())
    cashier = await office.at(Role.CASHIER)

    page = await cashier.get("/payments")

    assert "at a branch" in page.text
    assert "cash at a branch" in page.text
