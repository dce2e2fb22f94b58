"""Pages with the worst that a borrower, a rail or a colleague can have typed, and reading that never writes."""

from __future__ import annotations

import re

import asyncpg
import pytest

from core.money import Money
from core.ports.reads import (
    DisbursementPage,
    IdentityCasePage,
    IdentityCaseRow,
    IdentityChangePage,
    IdentityChangeRow,
    LoanPage,
    PaymentPage,
    ProposalPage,
    QueuePage,
    SearchHit,
)
from core.records.loan import PayoutStatus
from core.records.staff import Role
from core.use_cases.deciding import CheckIdentity, Recommend, check_identity, recommend
from tests.admin_web.access import STAFF, address
from tests.admin_web.browser import Browser
from tests.admin_web.conftest import Office
from tests.admin_web.lending import Lending
from tests.admin_web.lists import Lists, a_reference, loan_row, payment_row, payout_row, proposal_row, queue_row

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}%(x)s'


async def _fill(lending: Lending, lists: Lists) -> dict[str, str]:
    """Put it wherever somebody outside can write, and return an application and a loan to look at."""
    phone = await lending.borrower(given_names=HOSTILE, surname=HOSTILE, national_id=HOSTILE)
    application = await lending.application(phone)
    officer = await lending.actor(Role.LOAN_OFFICER)
    await check_identity(
        lending.engine, officer, CheckIdentity(application.reference, "known_client", HOSTILE, lending.key())
    )
    await recommend(
        lending.engine,
        officer,
        Recommend(application.reference, Money.of(1_000), HOSTILE, application.version, lending.key()),
    )
    loan = await lending.active()
    row = payout_row(loan, borrower_name=HOSTILE, wallet_masked=HOSTILE, released_by_name=HOSTILE)
    second = payout_row(loan, borrower_name=HOSTILE, payout_status=PayoutStatus.AWAITING_SECOND, failure_code=HOSTILE)
    lists.queue_page = QueuePage([queue_row(borrower_name=HOSTILE, product_names={"en": HOSTILE})], 1, {}, (HOSTILE,))
    lists.payouts = DisbursementPage((row,), (second,), (), (second,), ())
    lists.payment_page = PaymentPage(
        [payment_row(account=HOSTILE, payer_masked=HOSTILE, rail_reference=HOSTILE, borrower_name=HOSTILE)], 1, ()
    )
    lists.proposal_page = ProposalPage(
        [proposal_row(reason=HOSTILE, made_by_name=HOSTILE, borrower_name=HOSTILE)], 1, (HOSTILE,)
    )
    lists.loan_page = LoanPage([loan_row(borrower_name=HOSTILE)], 1, ())
    hit = SearchHit("loan", a_reference(), "LS-A", HOSTILE, "active")
    lists.hits = (hit, hit)
    case, change = await lending.identity_case(surname=HOSTILE), await lending.identity_change(reason=HOSTILE)
    caller = IdentityCaseRow(case.id, case.district, HOSTILE, HOSTILE, HOSTILE, case.status, None, case.opened_at, 1)
    moved = IdentityChangeRow(
        *(change.id, change.district, HOSTILE, change.kind, change.status),
        *(HOSTILE, change.made_by, HOSTILE, change.made_at),
    )
    lists.case_page = IdentityCasePage([caller], 1, (HOSTILE,))
    lists.change_page = IdentityChangePage([moved], (HOSTILE,))
    return {
        "applications": str(application.reference),
        "disbursements": str(loan.reference),
        "loans": str(loan.reference),
        "complaints": str((await lending.complaint(HOSTILE)).reference),
        "identity-cases": f"{case.district}/{case.id}",
        "identity-changes": f"{change.district}/{change.id}",
        **await lending.to_correct(lists, reason=HOSTILE, account=HOSTILE),
    }


def _is_harmless(page: str) -> bool:
    return "<script" not in page and "alert(1)</" not in page and "49%" not in page


@pytest.mark.parametrize("role", [Role.MANAGER, Role.CASHIER])
@pytest.mark.parametrize("language", ["en", "st_LS"])
async def test_what_outsiders_typed_is_shown_as_text(office: Office, lists: Lists, role: Role, language: str) -> None:
    references = await _fill(office.lending, lists)
    browser = await office.at(role)
    await browser.post("/me/language", seen_on="/me", language=language)

    seen = [await _page(browser, route, references) for route in _readable_by(role)]
    seen.append((await browser.post("/search", seen_on="/me", text=HOSTILE)).text)

    assert all(_is_harmless(page) for page in seen)
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}%(x)s" in page for page in seen)


async def test_a_form_that_is_refused_shows_what_was_typed_as_text(office: Office) -> None:
    application = await office.lending.application()
    path = f"/applications/{application.reference}/recommend"

    answer = await (await office.at(Role.MANAGER)).post(
        path, seen_on=path, amount=HOSTILE, note=HOSTILE, seen_version=HOSTILE
    )

    assert answer.status == 422
    assert _is_harmless(answer.text)


async def test_an_address_cannot_put_anything_on_an_error_page(office: Office) -> None:
    answer = await (await office.at(Role.MANAGER)).get(f"/{HOSTILE}?{HOSTILE}")

    assert answer.status == 404
    assert _is_harmless(answer.text)


async def test_nothing_personal_is_in_any_address(office: Office, lists: Lists) -> None:
    references = await _fill(office.lending, lists)
    browser = await office.at(Role.MANAGER)

    for route in _readable_by(Role.MANAGER):
        page = await _page(browser, route, references)
        for found in re.findall(r'(?:href|action)="([^"]*)"', page):
            assert re.fullmatch(r"[#/][A-Za-z0-9/?&;=._#-]*", found), found


async def test_reading_changes_nothing(office: Office, lists: Lists, database_url: str) -> None:
    references = await _fill(office.lending, lists)
    desks = [await office.at(role) for role in (Role.MANAGER, Role.CASHIER)]
    before = await _contents(database_url)

    for browser, role in zip(desks, (Role.MANAGER, Role.CASHIER), strict=True):
        for route in _readable_by(role):
            await _page(browser, route, references)

    assert await _contents(database_url) == before


def _readable_by(role: Role) -> list[str]:
    return [route for route, roles in STAFF.items() if route.startswith("GET") and role in roles]


async def _page(browser: Browser, route: str, references: dict[str, str]) -> str:
    answer = await browser.get(address(route, references))
    assert answer.status == 200, (route, answer.status)
    return answer.text


async def _contents(url: str) -> dict[str, str]:
    """A digest of every table, but the one that notes who read: a borrower is told of those who looked."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    try:
        tables = await connection.fetch(
            "select schemaname, tablename from pg_tables where schemaname in ('record', 'channel') order by 1, 2"
        )
        assert len(tables) > 20
        return {
            f"{schema}.{table}": await connection.fetchval(
                f'select md5(coalesce(string_agg(t::text, chr(10) order by t::text), \'\')) from "{schema}"."{table}" t'  # noqa: S608
            )
            for schema, table in tables
            if table != "enquiries"
        }
    finally:
        await connection.close()
