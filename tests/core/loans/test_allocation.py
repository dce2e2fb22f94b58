"""Money finds what it pays: the small print of allocation and settlement, each rule by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.loans.events import Charge, Event, Payoff, Waiver
from core.loans.history import LoanHistory
from core.loans.parts import Part
from core.loans.policy import LateFeeRule
from core.loans.transactions import Allocation, TransactionKind
from core.money import ZERO, Money, Rounding
from tests.core.loans.hundred import LENT_ON, TERMS, after, loan, pay

PRINCIPAL_FIRST = (Part.PRINCIPAL, Part.INTEREST, Part.FEE, Part.PENALTY)


def lived(*events: Event, **rules: Any) -> LoanHistory:
    return after(loan(**rules), *events)


def test_a_charge_is_already_due_on_its_very_day() -> None:
    on = date(2024, 1, 15)
    charge = Charge("c", 1, on, Part.PENALTY, Money.of("2"))

    account = lived(charge, pay(2, on, "2"), due_order=PRINCIPAL_FIRST, advance_order=PRINCIPAL_FIRST).account(on)

    assert [item.part for item in account.allocations["pay:2"]] == [Part.PENALTY]


def test_a_settlement_asks_earned_interest_less_what_was_paid_of_it_in_advance() -> None:
    history = lived(pay(1, date(2024, 1, 10), "0.20"))

    assert history.payoff(date(2024, 1, 15)).split.interest == Money.of("0.06")


def test_a_settlement_of_what_was_paid_meanwhile_is_an_ordinary_repayment() -> None:
    on = date(2024, 1, 15)
    settled = lived(Payoff("settle", 1, "", on, lived().payoff(on).total))
    paid_before = replace(settled, events=(*settled.events, pay(2, LENT_ON, "200")))

    account = paid_before.account(on)
    settlement = account.transaction("settle")

    assert settlement is not None
    assert settlement.kind is TransactionKind.REPAYMENT
    assert settlement.overpaid == settlement.amount
    assert account.outstanding() == ZERO


def test_a_charge_and_a_late_fee_note_what_they_put_on_which_instalment() -> None:
    rule = LateFeeRule(Money.of("5"), None, with_interest=True, after_days=0)
    charge = Charge("c", 1, date(2024, 2, 15), Part.FEE, Money.of("3"))

    account = lived(charge, closed_through=date(2024, 2, 2), late_fee=rule).account(date(2024, 2, 15))
    charged, late = account.transaction("c"), account.transaction("late_fee:1")

    assert charged is not None
    assert late is not None
    assert charged.allocations == (Allocation(2, Part.FEE, Money.of("3"), in_advance=False, recognised=True),)
    assert late.allocations == (Allocation(1, Part.PENALTY, Money.of("5"), in_advance=False, recognised=True),)
    assert late.value_on == date(2024, 2, 2)


def test_an_event_that_the_account_does_not_know_came_to_nothing() -> None:
    assert lived().account(LENT_ON).transaction("nothing") is None


def test_money_on_the_due_date_is_not_in_advance() -> None:
    account = lived(pay(1, date(2024, 1, 31), "0.58"), pay(2, date(2024, 2, 1), "16.43")).account(date(2024, 2, 1))

    assert [item.in_advance for item in account.allocations["pay:1"]] == [True]
    assert [item.in_advance for item in account.allocations["pay:2"]] == [False]


def test_money_recorded_once_its_due_date_is_closed_meets_the_receivable() -> None:
    late = replace(pay(1, date(2024, 2, 5), "0.58"), closed_through=date(2024, 2, 1))

    account = lived(late, closed_through=date(2024, 2, 5)).account(date(2024, 2, 5))

    assert [item.recognised for item in account.allocations["pay:1"]] == [True]


def test_what_is_paid_of_interest_before_its_close_is_recognised_by_no_close() -> None:
    history = lived(
        pay(1, date(2024, 1, 10), "0.20"), pay(2, date(2024, 1, 11), "0.10"), closed_through=date(2024, 2, 1)
    )

    account = history.account(date(2024, 2, 1))

    assert account.receivable(Part.INTEREST) == Money.of("0.28")
    assert [journal.postings[0].amount for journal in account.journals if journal.kind == "interest"] == [
        Money.of("0.28")
    ]


def test_credit_and_forgiveness_add_up() -> None:
    history = lived(
        Waiver("w:1", 1, LENT_ON, 1, Part.INTEREST, Money.of("0.20")),
        Waiver("w:2", 2, LENT_ON, 1, Part.INTEREST, Money.of("0.10")),
        pay(3, LENT_ON, "150"),
        pay(4, LENT_ON, "3"),
    )

    account = history.account(LENT_ON)
    first, waived = account.transaction("pay:3"), account.transaction("w:2")

    assert first is not None
    assert waived is not None
    assert account.instalments[0].waived[Part.INTEREST] == Money.of("0.30")
    assert account.overpaid == first.overpaid + Money.of("3")
    assert waived.money_account == ""


def test_two_rows_that_round_up_stay_within_the_cap_together() -> None:
    """Half a lisente a day each: on day 187 after the second due date both would round past the principal."""
    terms = replace(TERMS, principal=Money(200), periods=2, annual_rate_percent=Decimal(0), rounding_mode=Rounding.UP)
    history = replace(lived(arrears_interest_percent=Decimal("182.5")), terms=terms)

    interest = [
        history.account(date(2024, 3, 1) + timedelta(days=days)).outstanding(Part.INTEREST).minor
        for days in (184, 185, 187)
    ]

    assert interest == [199, 200, 200]


def test_interest_that_comes_to_the_cap_by_rounding_keeps_its_exact_sum() -> None:
    """0.3 lisente a day: 99.6 on day 332 is 100, the principal; 100.2 two days later is still 100."""
    terms = replace(TERMS, principal=Money(100), periods=1, annual_rate_percent=Decimal(0))
    on = date(2024, 2, 1) + timedelta(days=332)
    history = replace(lived(arrears_interest_percent=Decimal("109.5")), terms=terms).recorded(pay(1, on, "0.50"))

    assert history.account(on).outstanding(Part.INTEREST) == Money(50)
    assert history.account(on + timedelta(days=2)).outstanding(Part.INTEREST) == Money(50)
    assert history.account(on + timedelta(days=3)).outstanding(Part.INTEREST) == Money(50)
    assert history.account(on + timedelta(days=4)).outstanding(Part.INTEREST) == Money(51)


def test_a_charge_on_the_last_day_of_the_replay_is_noted_once() -> None:
    on = date(2024, 1, 15)

    account = lived(Charge("c", 1, on, Part.FEE, Money.of("3"))).account(on)

    assert [one.key for one in account.transactions] == ["lent", "c"]
