"""The first person's side: suspense, reversals, waivers and losses, each proposed with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from core.money import Money
from core.ports.reads import PaymentPage
from core.records.loan import Loan, Payment
from core.records.proposal import Proposal, ProposalKind
from core.records.staff import Role
from tests.admin_web.browser import Browser
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists, payment_row
from tests.admin_web.world import KHOTSO, MOHLOLI


async def _pending(office: Office, mfi_id: UUID = KHOTSO) -> Sequence[Proposal]:
    async with office.lending.engine.record.unit("LS-A") as unit:
        return await unit.proposals.pending(mfi_id)


async def _arrived(office: Office, lists: Lists, amount: str = "150", account: str = "12") -> Payment:
    payment = await office.lending.paid(amount, account=account)
    lists.payment_page = PaymentPage([payment_row(of=payment)], 1, ())
    return payment


async def _lent(office: Office) -> tuple[Loan, Browser]:
    return await office.lending.active(), await office.at(Role.CASHIER)


# --- money in suspense ---


async def test_whose_loan_it_is_appears_before_anything_is_proposed(office: Office, lists: Lists) -> None:
    loan, cashier = await _lent(office)
    payment = await _arrived(office, lists)
    path = f"/payments/{payment.receipt}/assign"

    asked = await cashier.get(path)
    shown = await cashier.get(f"{path}?loan={loan.reference.digits}")
    answer = await cashier.post(
        path, seen_on=f"{path}?loan={loan.reference}", loan=str(loan.reference), note="She showed her slip."
    )

    assert f'href="{path}"' in (await cashier.get("/payments")).text
    assert "Palesa Mokoena" not in asked.text
    assert "Propose M150.00 for Palesa Mokoena" in shown.text
    assert (answer.status, answer.location) == (303, "/approvals")
    (proposal,) = await _pending(office)
    assert (proposal.kind, proposal.reason) == (ProposalKind.ASSIGN_PAYMENT, "She showed her slip.")
    assert proposal.data["loan_reference"] == str(loan.reference)


async def test_a_number_that_is_no_loan_to_pay_on_says_so_beside_the_field(office: Office, lists: Lists) -> None:
    accepted = await office.lending.accepted()
    theirs = await office.lending.active(mfi_id=MOHLOLI)
    cashier = await office.at(Role.CASHIER)
    path = f"/payments/{(await _arrived(office, lists)).receipt}/assign"

    mistyped = await cashier.get(f"{path}?loan=1000000000")
    unpaid = await cashier.get(f"{path}?loan={accepted.reference}")
    foreign = await cashier.get(f"{path}?loan={theirs.reference}")

    assert mistyped.status == unpaid.status == foreign.status == 422
    assert "a digit may be wrong or swapped" in mistyped.text
    assert "That loan was never paid out." in unpaid.text
    assert "There is nothing here" in foreign.text
    assert "Palesa" not in foreign.text


async def test_a_payment_that_is_posted_already_cannot_be_assigned(office: Office, lists: Lists) -> None:
    loan, cashier = await _lent(office)
    payment = await _arrived(office, lists, account=str(loan.reference))

    assert (await cashier.get(f"/payments/{payment.receipt}/assign")).status == 404


# --- reversals ---


async def test_a_posted_payment_is_proposed_for_reversal_with_where_its_money_goes(
    office: Office, lists: Lists
) -> None:
    loan, cashier = await _lent(office)
    payment = await _arrived(office, lists, account=str(loan.reference))
    path = f"/payments/{payment.receipt}/reverse"

    page = await cashier.get(path)
    without = await cashier.post(path, seen_on=path, note="Taken back.")
    answer = await cashier.post(path, seen_on=path, to="payer", note="Taken back.")

    assert "Palesa Mokoena" in page.text
    assert without.status == 422
    assert "Choose one." in without.text
    assert "Taken back." in without.text
    assert answer.status == 303
    (proposal,) = await _pending(office)
    assert (proposal.kind, proposal.data["to"]) == (ProposalKind.REVERSE_PAYMENT, "payer")


# --- waivers and losses ---


async def test_a_loan_is_found_by_its_number_and_shows_nothing_but_its_books(office: Office) -> None:
    loan, cashier = await _lent(office)

    found = await cashier.get(f"/corrections?loan={loan.reference.digits}")
    page = await cashier.get(found.location)
    unknown = await cashier.get("/corrections?loan=1000000000")

    assert (found.status, found.location) == (303, f"/corrections/{loan.reference}")
    assert "Palesa Mokoena" in page.text
    for private in ("6,000", "/applications/", "+266", "•"):
        assert private not in page.text
    assert unknown.status == 422


async def test_a_waiver_is_proposed_up_to_what_is_left(office: Office) -> None:
    loan, cashier = await _lent(office)
    path = f"/corrections/{loan.reference}/waive"

    prefilled = await cashier.get(f"{path}?what=2-interest")
    above = await cashier.post(path, seen_on=path, what="2-interest", amount="99", note="Hail took the field.")
    answer = await cashier.post(path, seen_on=path, what="2-interest", amount="10.50", note="Hail took the field.")

    assert '<option value="2-interest" selected>' in prefilled.text
    assert above.status == 422
    assert "more than what is left of it" in above.text
    assert "Hail took the field." in above.text
    assert answer.status == 303
    (proposal,) = await _pending(office)
    assert proposal.data == {
        "loan_reference": str(loan.reference),
        "instalment": 2,
        "part": "interest",
        "amount_minor": 1050,
    }


@pytest.mark.parametrize("what", ["1-principal", "9-interest", "x", ""])
async def test_what_is_not_on_the_form_is_not_waived(office: Office, what: str) -> None:
    loan, cashier = await _lent(office)
    path = f"/corrections/{loan.reference}/waive"

    answer = await cashier.post(path, seen_on=path, what=what, amount="1", note="Please.")

    assert answer.status == 422
    assert await _pending(office) == []


async def test_a_write_off_is_proposed_once_until_it_is_decided(office: Office) -> None:
    loan, cashier = await _lent(office)
    path = f"/corrections/{loan.reference}/write-off"

    without = await cashier.post(path, seen_on=path, note="")
    first = await cashier.post(path, seen_on=path, note="Gone abroad.", key="mine")
    repeated = await cashier.post(path, seen_on=path, note="Gone abroad.", key="mine")
    again = await cashier.post(path, seen_on=path, note="Gone abroad.", key="another")

    assert without.status == 422
    assert (first.status, repeated.status, again.status) == (303, 303, 409)
    assert "The same change waits for its second person already." in again.text
    assert len(await _pending(office)) == 1


# --- all of them ---


async def test_nothing_is_proposed_without_the_forms_token_or_with_fields_that_no_form_has(office: Office) -> None:
    loan, cashier = await _lent(office)
    path = f"/corrections/{loan.reference}/write-off"

    forged = await cashier.post(path, seen_on=path, note="Gone.", form_token="made-up")
    await cashier.post(path, seen_on=path, note="Gone.", mfi_id=str(MOHLOLI), kind="fund_float", status="carried_out")

    assert forged.status == 403
    (proposal,) = await _pending(office)
    assert (proposal.kind, proposal.mfi_id) == (ProposalKind.WRITE_OFF, KHOTSO)
    assert await _pending(office, MOHLOLI) == []


async def test_a_day_of_corrections_on_a_real_database(working_office: Office) -> None:
    loan = await working_office.lending.active()
    stray = await working_office.lending.paid("150", account="12")
    cashier = await working_office.at(Role.CASHIER)
    manager = await working_office.at(Role.MANAGER)
    path = f"/payments/{stray.receipt}/assign"

    await cashier.post(path, seen_on=f"{path}?loan={loan.reference}", loan=str(loan.reference), note="Her slip.")
    listed = (await manager.get("/approvals")).text
    review = listed.split('class="button" href="')[1].split('"')[0]
    answer = await manager.post(f"{review}/carry-out", seen_on=review)

    assert "Second person (1)" in listed
    assert "Palesa Mokoena" in listed
    assert answer.status == 303
    async with working_office.lending.engine.record.unit("LS-A") as unit:
        position = await unit.loans.position(loan.id)
    assert position is not None
    assert position.interest + position.principal < Money.of("3322.76")
    assert "Second person (1)" not in (await manager.get("/approvals")).text
