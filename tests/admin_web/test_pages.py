"""The lists and the dashboard: what they show, what they ask for, and what they say when there is nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.money import Money
from core.ports.reads import ArrearsBucket, LoanPage, PaymentPage, QueueFilter, QueuePage, SearchHit
from core.records.staff import Role
from core.use_cases.closing import close_through
from core.use_cases.repaying import PaymentNotice, receive_payment
from tests.admin_web.browser import Browser
from tests.admin_web.conftest import Office, Visitors
from tests.admin_web.lists import Lists, a_reference, empty_figures, loan_row, payment_row, queue_row
from tests.admin_web.world import BUSINESS_ON, DISTRICTS, KHOTSO, NOW, PASSWORD, World


async def _enter(visitor: Visitors, world: World, role: Role = Role.MANAGER, **changes: Any) -> Browser:
    browser = await visitor()
    assert (await browser.sign_in(world.employ(role, **changes).email, PASSWORD)).status == 303
    return browser


class TestTheQueue:
    async def test_it_lists_applications_with_how_long_they_have_waited(
        self, visitor: Visitors, world: World, lists: Lists
    ) -> None:
        rows = [
            queue_row(borrower_name="Thabo", submitted_at=NOW - timedelta(hours=50)),
            queue_row(borrower_name="Lerato", submitted_at=NOW - timedelta(hours=30)),
            queue_row(borrower_name="Tšepo", submitted_at=NOW - timedelta(hours=3), score=None, risk=None),
            queue_row(borrower_name="Mpho", submitted_at=NOW),
        ]
        lists.queue_page = QueuePage(rows, 4, {"new": 4, "in_review": 7}, ("LS-K",))

        page = (await (await _enter(visitor, world)).get("/queue")).text

        for words in ("2 days: past 48 hours", "30 hours: decide today", "3 hours", "under an hour", "not yet"):
            assert words in page
        assert "Not shown, because the district does not answer: LS-K." in page
        assert re.search(r"In review\s*<span>7</span>", page)

    @pytest.mark.parametrize(("language", "name"), [("en", "Thuso loan"), ("st_LS", "Kalimo ea Thuso")])
    async def test_a_product_has_its_name_in_the_readers_language(
        self, visitor: Visitors, world: World, lists: Lists, language: str, name: str
    ) -> None:
        lists.queue_page = QueuePage([queue_row()], 1, {}, ())

        page = (await (await _enter(visitor, world, language=language)).get("/queue")).text

        assert f">{name}</td>" in page

    async def test_what_is_chosen_is_in_the_address_and_kept_by_the_tabs(
        self, visitor: Visitors, world: World, lists: Lists
    ) -> None:
        lists.queue_page = QueuePage([queue_row()], 120, {}, ())
        browser = await _enter(visitor, world)

        page = (await browser.get("/queue?tab=returned&district=LS-C&risk=high&sort=amount&page=2")).text

        wanted = lists.asked[-1]
        assert wanted[0] == KHOTSO
        assert wanted[1] == ["LS-C"]
        assert wanted[2] == QueueFilter(tab="returned", risk="high", sort="amount", page=2)
        assert 'href="/queue?district=LS-C&amp;risk=high&amp;sort=amount&amp;tab=new"' in page
        assert 'href="/queue?district=LS-C&amp;risk=high&amp;sort=amount&amp;tab=returned&amp;page=3"' in page

    @pytest.mark.parametrize(
        "query",
        ["tab=evil", "page=0", "page=-1", "page=x", "page=99999999999", "district=LS-Z", "sort=';drop", "risk=1"],
    )
    async def test_an_address_that_makes_no_sense_shows_the_plain_queue(
        self, visitor: Visitors, world: World, lists: Lists, query: str
    ) -> None:
        answer = await (await _enter(visitor, world)).get(f"/queue?{query}")

        assert answer.status == 200
        assert lists.asked[-1][2] == QueueFilter()

    async def test_a_branch_begins_with_its_own_district_and_may_see_all(
        self, visitor: Visitors, world: World, lists: Lists
    ) -> None:
        browser = await _enter(visitor, world, Role.LOAN_OFFICER, district="LS-C")

        await browser.get("/queue")
        own = lists.last_districts
        await browser.get("/queue?district=all")

        assert own == ["LS-C"]
        assert lists.last_districts == sorted(DISTRICTS)

    async def test_the_head_office_begins_with_all(self, visitor: Visitors, world: World, lists: Lists) -> None:
        await (await _enter(visitor, world)).get("/queue")

        assert lists.last_districts == sorted(DISTRICTS)

    async def test_an_empty_queue_says_so_kindly(self, visitor: Visitors, world: World) -> None:
        assert "No application waits here." in (await (await _enter(visitor, world)).get("/queue")).text


class TestPayments:
    async def test_what_matched_nothing_shows_its_age(self, visitor: Visitors, world: World, lists: Lists) -> None:
        lists.payment_page = PaymentPage([payment_row(paid_at=NOW - timedelta(days=3))], 1, ())

        page = (await (await _enter(visitor, world)).get("/payments?status=suspense")).text

        assert lists.asked[-1][2] == "suspense"
        for words in ("In suspense", "3 days", "nobody yet", "school fees", "QHG7812XX", "M1,250.50"):
            assert words in page

    async def test_a_posted_one_leads_to_its_loan_for_those_who_may_see_loans(
        self, visitor: Visitors, world: World, lists: Lists
    ) -> None:
        loan = a_reference()
        row = payment_row(status="posted", loan_reference=loan, borrower_name="Palesa Mokoena")
        lists.payment_page = PaymentPage([row], 1, ())

        manager = (await (await _enter(visitor, world)).get("/payments")).text
        cashier = (await (await _enter(visitor, world, Role.CASHIER)).get("/payments")).text

        assert f'href="/loans/{loan}"' in manager
        assert f'href="/loans/{loan}"' not in cashier
        assert loan.spaced in cashier

    @pytest.mark.parametrize(
        ("path", "words"),
        [("/payments", "No payment has arrived yet."), ("/payments?status=suspense", "Nothing is in suspense.")],
    )
    async def test_an_empty_list_says_so_kindly(self, visitor: Visitors, world: World, path: str, words: str) -> None:
        assert words in (await (await _enter(visitor, world)).get(path)).text


class TestLoans:
    async def test_the_list_shows_what_is_late(self, visitor: Visitors, world: World, lists: Lists) -> None:
        rows = [loan_row(days_past_due=45), loan_row(days_past_due=1), loan_row(next_due_on=None)]
        lists.loan_page = LoanPage(rows, 3, ())

        page = (await (await _enter(visitor, world)).get("/loans?status=active")).text

        assert lists.asked[-1][2] == "active"
        for words in ("45 days late", "1 day late", "on time", "23 Dec 2026", "M553.79"):
            assert words in page

    async def test_an_empty_list_says_so_kindly(self, visitor: Visitors, world: World) -> None:
        assert "No loan is in this state." in (await (await _enter(visitor, world)).get("/loans")).text

    async def test_a_loans_page_shows_what_is_owed_and_what_moved(self, office: Office) -> None:
        loan = await office.lending.active()
        await close_through(office.lending.engine, ["LS-A"], BUSINESS_ON + timedelta(days=48))
        await receive_payment(
            office.lending.engine,
            PaymentNotice("simulated", "X1", Money.of(600), "+26658000001", "khotso-1", str(loan.reference), NOW),
        )

        page = (await (await office.at(Role.LOAN_OFFICER)).get(f"/loans/{loan.reference}")).text

        for words in ("Active", "Repayment", "Late fee", "Interest fell due", "Paid out", "M600.00", "Confirmed"):
            assert words in page
        assert "Accepted by the borrower on 23 Nov 2026" in page
        assert "debit float, credit" in page

    async def test_an_offers_page_shows_what_would_fall_due(self, office: Office) -> None:
        loan = await office.lending.offered()

        page = (await (await office.at(Role.LOAN_OFFICER)).get(f"/loans/{loan.reference}")).text

        assert "The loan is not paid out yet." in page
        assert "Offer waits for borrower" in page
        assert "Not accepted yet." in page


class TestTheDashboard:
    async def test_each_figure_says_how_it_is_made(self, visitor: Visitors, world: World, lists: Lists) -> None:
        page = (await (await _enter(visitor, world)).get("/dashboard")).text

        assert "As of business date 23 Nov 2026" in page
        assert (
            "PAR N is the whole outstanding principal of every loan with any instalment more than N days late" in page
        )
        assert "The arrears rate is only the principal that is past due" in page
        assert "nothing fell due" in page
        assert "none decided" in page

    async def test_shares_are_of_all_outstanding_principal(self, visitor: Visitors, world: World, lists: Lists) -> None:
        lists.figures = replace(
            empty_figures(),
            active_loans=3,
            gross_principal=Money.of(10_000),
            par={1: Money.of(3_333), 30: Money.of(1_250), 60: Money.of(0), 90: Money.of(0)},
            overdue_principal=Money.of(500),
            overdue=Money.of(612),
            buckets=(ArrearsBucket("current", 2, Money.of(6_667)), ArrearsBucket("1-30", 1, Money.of(3_333))),
            applications={"submitted": 4},
            decided=10,
            decided_within_48_hours=9,
            collected_this_month=Money.of(750),
            due_this_month=Money.of(1_000),
        )

        page = (await (await _enter(visitor, world)).get("/dashboard")).text

        for share in ("33.3%", "12.5%", "0.0%", "5.0%", "66.7%", "90.0%", "75.0%"):
            assert f"{share}<" in page.replace(" ", "").replace("\n", "")
        assert '<rect class="" width="333" height="10" />' in page


class TestSearch:
    async def test_what_is_typed_is_never_in_the_address(self, visitor: Visitors, world: World) -> None:
        browser = await _enter(visitor, world)

        assert (await browser.get("/search?text=58851234")).status == 405

    async def test_several_hits_are_listed(self, visitor: Visitors, world: World, lists: Lists) -> None:
        loan, application = a_reference(), a_reference()
        lists.hits = (
            SearchHit("loan", loan, "LS-A", "Palesa Mokoena", "active"),
            SearchHit("application", application, "LS-C", "Palesa Mokoena", "rejected"),
        )
        browser = await _enter(visitor, world)

        page = (await browser.post("/search", seen_on="/me", text="Palesa")).text

        assert lists.asked[-1][2] == "Palesa"
        assert f'href="/loans/{loan}"' in page
        assert f'href="/applications/{application}"' in page

    async def test_a_single_hit_is_opened(self, visitor: Visitors, world: World, lists: Lists) -> None:
        loan = a_reference()
        lists.hits = (SearchHit("loan", loan, "LS-A", "Palesa Mokoena", "active"),)

        answer = await (await _enter(visitor, world)).post("/search", seen_on="/me", text=str(loan))

        assert (answer.status, answer.location) == (303, f"/loans/{loan}")

    @pytest.mark.parametrize(
        ("text", "words"), [("x", "at least two characters"), ("xyz", "Nothing of yours was found")]
    )
    async def test_nothing_found_says_what_can_be_searched_by(
        self, visitor: Visitors, world: World, text: str, words: str
    ) -> None:
        page = (await (await _enter(visitor, world)).post("/search", seen_on="/me", text=text)).text

        assert words in page
        assert "a whole national ID" in page
