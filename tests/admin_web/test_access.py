"""Every route, for every role, at one's own lender and at another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from admin_web.portal import PAGES
from admin_web.routing import StaffPage
from core.money import Money
from core.ports.reads import DisbursementPage, PaymentPage
from core.records.loan import PayoutStatus
from core.records.staff import PERMISSIONS, Role
from tests.admin_web.access import OPEN, STAFF, address
from tests.admin_web.browser import Answer, Browser, token_on
from tests.admin_web.conftest import Office, Visitors
from tests.admin_web.lending import Lending
from tests.admin_web.lists import Lists, a_reference, payout_row
from tests.admin_web.world import MOHLOLI

FIELDS = {
    "method": "saw_national_id",
    "amount": "1000",
    "periods": "6",
    "seen_version": "1",
    "key": "a-key",
    "reason": "",
    "language": "en",
    "text": "Mokoena",
    "answer": "We looked into it.",
}
"""Enough of every form to come as far as the use case; the reason differs by form."""

REASONS = {"reject": "affordability", "return": "bring_payslip"}


def test_every_route_has_a_line_in_the_table() -> None:
    assert {f"{page.method} {page.path}" for page in PAGES} == OPEN | set(STAFF)


def test_no_line_of_the_table_is_about_a_route_that_is_gone() -> None:
    assert not OPEN & set(STAFF)


def test_the_routes_ask_for_permissions_of_those_roles_alone() -> None:
    """The use cases ask again; this holds the outer wall to the table by itself."""
    by_permission = {
        f"{page.method} {page.path}": frozenset(
            role for role in Role if not page.permissions or PERMISSIONS[role] & set(page.permissions)
        )
        for page in PAGES
        if isinstance(page, StaffPage)
    }

    assert by_permission == STAFF


async def _visit(browser: Browser, route: str, references: dict[str, str]) -> Answer:
    method, path = route.partition(" ")[0], address(route, references)
    if method == "GET":
        return await browser.get(path)
    fields = FIELDS | {"reason": REASONS.get(path.rpartition("/")[2], "")}
    return await browser.post(path, seen_on="/me", **fields)


async def _references(lending: Lending, lists: Lists, **whose: Any) -> dict[str, str]:
    """An application in review, and a loan whose payout waits, of one lender, by section."""
    application = await lending.recommended(**whose)
    loan = await lending.accepted(**whose, amount=Money.of(12_000), net_pay=Money.of(60_000))
    case, change = await lending.identity_case(**whose), await lending.identity_change(**whose)
    second = payout_row(loan, payout_status=PayoutStatus.AWAITING_SECOND)
    lists.payouts = DisbursementPage((payout_row(loan),), (second,), (), (), ())
    return {
        "applications": str(application.reference),
        "disbursements": str(loan.reference),
        "loans": str(loan.reference),
        "complaints": str((await lending.complaint(**whose)).reference),
        "identity-cases": f"{case.district}/{case.id}",
        "identity-changes": f"{change.district}/{change.id}",
        **await lending.to_correct(lists, **whose),
    }


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_reaches_what_the_table_says_and_nothing_else(office: Office, lists: Lists, role: Role) -> None:
    own = await _references(office.lending, lists)
    browser = await office.at(role)

    for route, roles in STAFF.items():
        answer = await _visit(browser, route, own)
        if role in roles:
            assert answer.status in {200, 303, 409, 422}, f"{role} {route}: {answer.status}"
        else:
            assert answer.status == 403, f"{role} {route}: {answer.status}"


@pytest.mark.parametrize("role", list(Role))
async def test_what_belongs_to_another_lender_is_not_there(office: Office, lists: Lists, role: Role) -> None:
    theirs = await _references(office.lending, lists, mfi_id=MOHLOLI)
    lists.payouts = DisbursementPage((), (), (), (), ())
    lists.payment_page = PaymentPage((), 0, ())
    browser = await office.at(role)

    for route, roles in STAFF.items():
        if "{" not in route:
            continue
        answer = await _visit(browser, route, theirs)
        assert answer.status == (404 if role in roles else 403), f"{role} {route}: {answer.status}"
        assert "Mokoena" not in answer.text


async def test_another_lenders_number_reads_like_one_that_does_not_exist(office: Office, lists: Lists) -> None:
    theirs = await _references(office.lending, lists, mfi_id=MOHLOLI)
    browser = await office.at(Role.LOAN_OFFICER)

    real = await browser.get(f"/applications/{theirs['applications']}")
    made_up = await browser.get(f"/applications/{a_reference()}")

    assert real.status == made_up.status == 404
    assert _without_ids(real) == _without_ids(made_up)


def _without_ids(answer: Answer) -> str:
    return answer.text.replace(answer.headers["X-Request-Id"], "").replace(token_on(answer), "")


@pytest.mark.parametrize("route", sorted(STAFF))
async def test_without_a_session_everything_leads_to_sign_in(visitor: Visitors, route: str) -> None:
    browser = await visitor()
    method, _, pattern = route.partition(" ")
    path = re.sub(r"{\w+}", "1000000009", pattern)

    if method == "GET":
        assert (await browser.get(path)).location.startswith("/login")
    else:
        answer = await browser.post(path, seen_on="/login", **FIELDS)
        assert (answer.status, answer.location) == (303, "/login")


@pytest.mark.parametrize("role", list(Role))
async def test_the_navigation_shows_only_what_the_role_may_open(office: Office, role: Role) -> None:
    browser = await office.at(role)

    page = (await browser.get("/me")).text

    for path in (
        "/queue",
        "/disbursements",
        "/loans",
        "/payments",
        "/approvals",
        "/complaints",
        "/identity-cases",
        "/pin-resets",
        "/dashboard",
    ):
        assert (f'<a href="{path}"' in page) == (role in STAFF[f"GET {path}"])
    assert ('action="/search"' in page) == (role in STAFF["POST /search"])


async def test_the_lender_comes_from_the_session_whatever_the_request_says(office: Office, lists: Lists) -> None:
    browser = await office.at(Role.LOAN_OFFICER)

    await browser.get(f"/queue?mfi_id={MOHLOLI}&mfi={MOHLOLI}", **{"X-Tenant": str(MOHLOLI)})

    assert lists.last_mfi != MOHLOLI


async def test_a_role_that_was_taken_away_is_gone_with_the_next_request(office: Office) -> None:
    browser = await office.at(Role.LOAN_OFFICER)
    member = await office.lending.employ(Role.LOAN_OFFICER)
    async with office.lending.engine.record.unit("LS-A") as unit:
        await unit.staff.save(replace(member, roles=frozenset({Role.CASHIER})))
        await unit.commit()

    assert (await browser.get("/queue")).status == 403
