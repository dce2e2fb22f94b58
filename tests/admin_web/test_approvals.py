"""The second person's side of changes to the books."""

from __future__ import annotations

from dataclasses import replace

import pytest

from admin_web import words
from core.loans.parts import Part
from core.money import Money
from core.ports.reads import ProposalPage
from core.records.loan import Loan, LoanStatus
from core.records.proposal import Proposal, ProposalKind, ProposalStatus
from core.records.staff import Role
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists, proposal_row
from tests.admin_web.world import MOHLOLI


def _path(proposal: Proposal) -> str:
    return f"/approvals/{proposal.district}/{proposal.id}"


async def _waiting(office: Office) -> tuple[Loan, Proposal]:
    """A loan of which a cashier has proposed to give it up."""
    loan = await office.lending.active()
    return loan, await office.lending.proposed(loan)


async def _decide(browser: Browser, proposal: Proposal, verb: str = "carry-out", **fields: str) -> Answer:
    return await browser.post(f"{_path(proposal)}/{verb}", seen_on=_path(proposal), **fields)


async def _stored(office: Office, proposal: Proposal) -> Proposal:
    async with office.lending.engine.record.unit(proposal.district) as unit:
        return await unit.proposals.get(proposal.id, mfi_id=proposal.mfi_id)


async def test_a_manager_sees_the_figures_before_and_after_and_carries_it_out(office: Office) -> None:
    loan, proposal = await _waiting(office)
    manager = await office.at(Role.MANAGER)

    review = await manager.get(_path(proposal))
    answer = await _decide(manager, proposal)

    for said in ("Write a loan off", "Palesa Mokoena", "Gone abroad.", "Cashier of Khotso", "M3,000.00", "M0.00"):
        assert said in review.text
    assert (answer.status, answer.location) == (303, "/approvals")
    assert "The change is carried out." in (await manager.get("/approvals")).text
    assert (await office.lending.stored_loan(loan.reference)).status is LoanStatus.WRITTEN_OFF
    assert "What came of it" in (await manager.get(_path(proposal))).text


async def test_a_refusal_needs_its_reason_and_changes_nothing(office: Office) -> None:
    loan, proposal = await _waiting(office)
    manager = await office.at(Role.MANAGER)

    without = await _decide(manager, proposal, "refuse", note="  ")
    answer = await _decide(manager, proposal, "refuse", note="She pays on Friday.")

    assert without.status == 422
    assert "Fill this in." in without.text
    assert answer.status == 303
    assert (await _stored(office, proposal)).status is ProposalStatus.REFUSED
    assert (await office.lending.stored_loan(loan.reference)).status is LoanStatus.ACTIVE
    assert "She pays on Friday." in (await (await office.at(Role.CASHIER)).get(_path(proposal))).text


async def test_who_proposed_it_reads_why_they_cannot_decide(office: Office) -> None:
    _, proposal = await _waiting(office)
    browser = await office.at(Role.CASHIER)
    async with office.lending.engine.record.unit("LS-A") as unit:
        cashier = await unit.staff.get(proposal.made_by)
        await unit.staff.save(replace(cashier, roles=frozenset({Role.CASHIER, Role.MANAGER})))
        await unit.commit()

    page = (await browser.get(_path(proposal))).text
    answer = await browser.post(f"{_path(proposal)}/carry-out", seen_on="/me", key="k")

    assert answer.status == 409
    assert "Somebody else has to do this one." in answer.text
    assert "You proposed this. Somebody else has to decide it." in page
    assert "/carry-out" not in page


async def test_a_second_click_carries_out_once(office: Office) -> None:
    _, proposal = await _waiting(office)
    manager = await office.at(Role.MANAGER)

    first = await _decide(manager, proposal, key="one-use")
    second = await _decide(manager, proposal, key="one-use")

    assert (first.status, second.status) == (303, 303)


async def test_what_was_decided_meanwhile_is_not_decided_again(office: Office) -> None:
    _, proposal = await _waiting(office)
    manager = await office.at(Role.MANAGER)
    await _decide(manager, proposal, "refuse", note="No.", key="mine")

    late = await _decide(manager, proposal, key="yours")

    assert late.status == 409
    assert "Somebody has carried this out or refused it already." in late.text


@pytest.mark.parametrize("verb", ["carry-out", "refuse"])
async def test_a_decision_without_the_forms_token_changes_nothing(office: Office, verb: str) -> None:
    _, proposal = await _waiting(office)

    answer = await _decide(await office.at(Role.MANAGER), proposal, verb, note="x", form_token="made-up")

    assert answer.status == 403
    assert (await _stored(office, proposal)).status is ProposalStatus.PENDING


@pytest.mark.parametrize("verb", ["carry-out", "refuse"])
async def test_a_decision_cannot_be_opened_as_a_page(office: Office, verb: str) -> None:
    _, proposal = await _waiting(office)

    assert (await (await office.at(Role.MANAGER)).get(f"{_path(proposal)}/{verb}")).status == 405


async def test_another_lenders_proposal_is_not_there(office: Office) -> None:
    loan = await office.lending.active(mfi_id=MOHLOLI)
    theirs = await office.lending.proposed(loan)
    manager = await office.at(Role.MANAGER)

    answer = await manager.post(f"{_path(theirs)}/carry-out", seen_on="/me", key="k")

    assert answer.status == (await manager.get(_path(theirs))).status == 404
    assert (await _stored(office, theirs)).status is ProposalStatus.PENDING


@pytest.mark.parametrize(
    "address", ["/approvals/LS-A/no-number", "/approvals/LS-Z/00000000-0000-0000-0000-000000000001"]
)
async def test_an_address_of_nothing_is_not_found(office: Office, address: str) -> None:
    assert (await (await office.at(Role.MANAGER)).get(address)).status == 404


@pytest.mark.parametrize("district", ["LS-Z", "%00", "LS-A%20"])
@pytest.mark.parametrize("verb", ["carry-out", "refuse"])
async def test_a_decision_in_a_district_that_is_none_is_not_found(office: Office, district: str, verb: str) -> None:
    _, proposal = await _waiting(office)
    manager = await office.at(Role.MANAGER)

    answer = await manager.post(f"/approvals/{district}/{proposal.id}/{verb}", seen_on="/me", key="k", note="No.")

    assert answer.status == 404
    assert (await _stored(office, proposal)).status is ProposalStatus.PENDING


async def test_whoever_proposed_it_takes_it_back_when_the_books_would_no_longer_take_it(office: Office) -> None:
    loan, proposal = await _waiting(office)
    await office.lending.paid("3400", account=str(loan.reference))
    browser = await office.at(Role.CASHIER)

    page = (await browser.get(_path(proposal))).text
    answer = await _decide(browser, proposal, "withdraw")

    assert "It can no longer be carried out:" in page
    assert "/withdraw" in page
    assert (answer.status, answer.location) == (303, "/approvals")
    stored = await _stored(office, proposal)
    assert (stored.status, stored.decided_by) == (ProposalStatus.WITHDRAWN, None)
    assert "Taken back" in (await browser.get(_path(proposal))).text


async def test_nobody_takes_back_what_another_proposed_or_what_is_decided(office: Office) -> None:
    _, proposal = await _waiting(office)
    manager = await office.at(Role.MANAGER)

    assert "/withdraw" not in (await manager.get(_path(proposal))).text
    other = await manager.post(f"{_path(proposal)}/withdraw", seen_on=_path(proposal), key="k")
    assert other.status == 403
    await _decide(manager, proposal, "refuse", note="No.")

    maker = await office.at(Role.CASHIER)
    late = await maker.post(f"{_path(proposal)}/withdraw", seen_on="/me", key="k")

    assert late.status == 409
    assert (await _stored(office, proposal)).status is ProposalStatus.REFUSED


async def test_a_change_that_the_books_no_longer_take_can_only_be_refused(office: Office) -> None:
    loan, proposal = await _waiting(office)
    await office.lending.paid("3400", account=str(loan.reference))
    manager = await office.at(Role.MANAGER)

    page = (await manager.get(_path(proposal))).text
    answer = await _decide(manager, proposal)

    assert "It can no longer be carried out:" in page
    assert "The loan is closed or written off" in page
    assert "/carry-out" not in page
    assert "/refuse" in page
    assert answer.status == 409


async def test_the_list_says_what_about_whom_why_and_who(office: Office, lists: Lists) -> None:
    float_row = proposal_row(loan_reference=None, borrower_name=None, rail="simulated", amount=Money.of(900))
    lists.proposal_page = ProposalPage([proposal_row(), float_row], 2, ("LS-K",))
    lists.pending = 2
    manager = await office.at(Role.MANAGER)

    page = (await manager.get("/approvals")).text

    for said in ("Palesa Mokoena", "M50.00", "The rail was down that day.", "float on simulated", "M900.00"):
        assert said in page
    assert "Not shown, because the district does not answer: LS-K." in page
    assert "Second person (2)" in (await manager.get("/me")).text


async def test_a_long_list_says_how_much_waits_and_pages_on(office: Office, lists: Lists) -> None:
    lists.proposal_page = ProposalPage([proposal_row()], 439, ())
    manager = await office.at(Role.MANAGER)

    first = (await manager.get("/approvals?district=LS-A")).text
    third = (await manager.get("/approvals?page=3")).text
    beyond = (await manager.get("/approvals?page=2000")).text

    assert "439 in all" in first
    assert "Page 1 of 9" in first
    assert 'href="/approvals?district=LS-A&amp;page=2"' in first
    assert "Page 3 of 9" in third
    assert [asked[2] for asked in lists.asked] == [1, 3, 2000]
    assert "Nothing waits" not in beyond


async def test_no_number_is_shown_while_a_district_is_silent(office: Office, lists: Lists) -> None:
    lists.pending = None

    assert "Second person (" not in (await (await office.at(Role.CASHIER)).get("/me")).text


async def test_both_languages_have_the_page(office: Office) -> None:
    _, proposal = await _waiting(office)
    manager = await office.at(Role.MANAGER)
    await manager.post("/me/language", seen_on="/me", language="st_LS")

    page = (await manager.get(_path(proposal))).text

    assert "What is proposed" not in page
    assert "Carry it out" not in page


def test_every_kind_state_and_part_of_a_change_has_a_word() -> None:
    assert set(words.PROPOSAL_KINDS) == set(ProposalKind)
    assert set(words.PROPOSAL_STATUSES) == set(ProposalStatus)
    assert set(words.PARTS) == set(Part)
