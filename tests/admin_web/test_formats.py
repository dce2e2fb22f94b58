from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from admin_web import formats
from admin_web.forms import Form, FormRefused
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.returning import safe_path
from admin_web.waiting import days_waited, waiting_since
from core.money import Money
from core.records.staff import Role

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_dates_are_written_day_month_year() -> None:
    assert formats.day(date(2026, 10, 5)) == "5 Oct 2026"


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 10, 5, 12, 5, tzinfo=UTC), "5 Oct 2026, 14:05"),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), "1 Jan 2027, 00:30"),
    ],
)
def test_instants_are_told_on_maserus_clock(at: datetime, written: str) -> None:
    assert formats.moment(at) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(Decimal(0), "0.0%"), (Decimal(1) / 3, "33.3%"), (Decimal("0.0005"), "0.1%"), (Decimal("1.5"), "150.0%")],
)
def test_shares_are_rounded_half_up_to_one_decimal(share: Decimal, written: str) -> None:
    assert formats.percent(share) == written


def test_a_share_of_nothing_is_nothing() -> None:
    assert formats.ratio(Money.of(5), Money.of(0)) == 0


@pytest.mark.parametrize(("share", "length"), [("0", 0), ("0.3333", 333), ("1", 1000), ("7", 1000), ("-1", 0)])
def test_a_bar_is_never_longer_than_its_box(share: str, length: int) -> None:
    assert formats.thousandths(Decimal(share)) == length


def test_an_identifier_shows_its_last_four() -> None:
    assert formats.tail("123456789012") == "••••••••9012"
    assert formats.tail("12") == "12"


@pytest.mark.parametrize(
    ("passed", "tone"),
    [
        (timedelta(minutes=59), "neutral"),
        (timedelta(hours=23, minutes=59), "neutral"),
        (timedelta(hours=24), "warn"),
        (timedelta(hours=47, minutes=59), "warn"),
        (timedelta(hours=48), "bad"),
        (-timedelta(hours=3), "neutral"),
    ],
)
def test_waiting_is_judged_against_the_promise(passed: timedelta, tone: str) -> None:
    assert waiting_since(NOW - passed, NOW).tone == tone


def test_an_hour_is_not_one_hours() -> None:
    assert waiting_since(NOW - timedelta(minutes=61), NOW).text.english == "an hour"
    assert waiting_since(NOW - timedelta(hours=2), NOW).text.values == {"hours": 2}


def test_days_waited_are_whole_days() -> None:
    assert days_waited(NOW - timedelta(hours=49), NOW).values == {"days": 2}
    assert days_waited(NOW - timedelta(hours=47), NOW).english == "a day"
    assert days_waited(NOW - timedelta(hours=23), NOW).english == "under a day"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("5000", "5000"), ("M5,000.00", "5000"), (" m 5 000 ", "5000"), ("0.05", "0.05"), ("1,250.5", "1250.5")],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: str) -> None:
    form = Form({"amount": typed})

    assert form.money("amount") == Money.of(amount)
    assert form.errors == {}


@pytest.mark.parametrize("typed", ["", "0", "0.00", "-1", "1.005", "1e3", "NaN", "٣", "12345678901", "5000 000.1.2"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    form = Form({"amount": typed})
    form.money("amount")

    with pytest.raises(FormRefused):
        form.check()


@pytest.mark.parametrize("typed", ["", "-1", "1.0", "x", "٣", "1234567890"])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    form = Form({"n": typed})
    form.whole("n")

    assert "n" in form.errors


def test_all_that_is_wrong_is_told_at_once_and_the_first_complaint_stays() -> None:
    form = Form({"role": "king"})
    form.required("name")
    form.choice("role", Role)
    form.one_of("role", ("a", "b"))
    form.money("amount")

    assert list(form.errors) == ["name", "role", "amount"]
    with pytest.raises(FormRefused) as refused:
        form.check()
    assert refused.value.field == "name"


def test_a_secret_keeps_its_spaces() -> None:
    assert Form({"password": "  a b "}).secret("password") == "  a b "


def test_what_is_typed_is_bounded() -> None:
    assert len(Form({"note": "x" * 10_000}).raw("note")) == 2_000


@pytest.mark.parametrize(("asked", "shown"), [(" active ", "active"), ("", "open"), ("all'--", "open")])
def test_an_address_that_asks_for_nothing_known_is_shown_what_comes_unasked(asked: str, shown: str) -> None:
    query = Form({"status": asked})

    assert query.among("status", ("open", "active"), "open") == shown
    assert not query.errors


@pytest.mark.parametrize(("total", "last"), [(0, 1), (1, 1), (PAGE_SIZE, 1), (PAGE_SIZE + 1, 2), (PAGE_SIZE * 3, 3)])
def test_a_list_has_as_many_pages_as_it_needs(total: int, last: int) -> None:
    assert Paging(1, total).last == last


@pytest.mark.parametrize(("typed", "page"), [("", 1), ("0", 1), ("2", 2), ("-2", 1), ("x", 1), ("9999", 2_000)])
def test_a_page_number_is_read_or_is_one(typed: str, page: int) -> None:
    assert wanted_page(Form({"page": typed})) == page


@pytest.mark.parametrize(
    "path",
    ["/", "/queue", "/loans/1234567890", "/queue?tab=new&page=2", "/applications/1/approve?amount=2000", "/queue/"],
)
def test_a_path_of_ours_may_be_returned_to(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["//evil", "/\\evil", "https://evil", "evil", "", "/a//b", "/queue#x", "/queue\n", "/%2F/evil", "/queue?next=//e"],
)
def test_any_other_path_is_not(path: str) -> None:
    assert safe_path(path, "/home") == "/home"


@pytest.mark.parametrize("path", ["/" + "a" * 2_000 + "!", "/" + "a/" * 1_000 + "!", "/q?" + "a" * 2_000 + "!"])
def test_a_long_address_of_elsewhere_is_told_at_once(path: str) -> None:
    """Anybody may send one before sign-in; a pattern that tries every way to cut it stops the portal for all."""
    began = time.process_time()

    assert safe_path(path, "/home") == "/home"
    assert time.process_time() - began < 1
