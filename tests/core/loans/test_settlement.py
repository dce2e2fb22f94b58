"""Settling a loan early: what is asked, what is not, and what becomes of it when the past changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.loans.account import AccountStatus
from core.loans.events import Payoff, Reversal, Waiver
from core.loans.parts import Part
from core.loans.policy import PayoffInterest
from core.loans.refusals import (
    NotMoreThanNothing,
    PayoffBeforeLaterEvent,
)
from core.loans.terms import Fee, FeeTiming, Method
from core.loans.transactions import TransactionKind
from core.money import ZERO, Money
from tests.core.loans.hundred import LENT_ON, TERMS, after, balances, loan, parts, pay, split_of


def test_fineract_payoff_anchors() -> None:
    """Apache Fineract: 100.26 on 2024-01-15; with row 1 paid, 83.81 (to date) or 84.06 (period's end) on 2024-02-15."""
    fresh = loan()
    paid = pay(1, date(2024, 2, 1), "17.01")
    to_the_end = loan(payoff_interest=PayoffInterest.PERIOD_END)

    assert fresh.payoff(date(2024, 1, 15)).total == Money.of("100.26")
    assert after(fresh, paid).payoff(date(2024, 2, 15)).total == Money.of("83.81")
    assert after(to_the_end, paid).payoff(date(2024, 2, 15)).total == Money.of("84.06")


def test_paying_exactly_the_quote_closes_the_loan() -> None:
    on = date(2024, 2, 15)
    history = after(loan(closed_through=date(2024, 2, 14)), pay(1, date(2024, 2, 1), "17.01"))
    quote = history.payoff(on)

    settled = after(history, Payoff("settle", 2, "", on, quote.total)).closed(date(2024, 12, 31)).account(on)

    assert settled.status is AccountStatus.CLOSED
    assert settled.overpaid == ZERO
    assert settled.transactions[-1].kind is TransactionKind.PAYOFF
    assert split_of(settled, "settle") == ("83.57", "0.24", "0.00", "0.00")
    assert balances(settled.journals) == {"float": "0.82", "interest_income": "-0.82"}


def test_what_exceeds_the_quote_is_the_borrowers_credit() -> None:
    on = date(2024, 1, 15)

    settled = after(loan(), Payoff("settle", 1, "", on, Money.of("100.30"))).account(on)

    assert settled.status is AccountStatus.CLOSED
    assert settled.overpaid == Money.of("0.04")


def test_a_settlement_that_falls_short_is_an_ordinary_repayment() -> None:
    on = date(2024, 1, 15)

    short = after(loan(), Payoff("settle", 1, "", on, Money.of("100.25"))).account(on)

    assert short.status is AccountStatus.ACTIVE
    assert short.transactions[-1].kind is TransactionKind.REPAYMENT


def test_a_settlement_survives_the_reversal_of_an_earlier_payment_as_a_repayment() -> None:
    on = date(2024, 2, 15)
    history = after(
        loan(),
        pay(1, date(2024, 2, 1), "17.01"),
        Payoff("settle", 2, "", on, Money.of("83.81")),
        Reversal("r", 3, "pay:1"),
    )

    assert history.account(on).status is AccountStatus.ACTIVE
    # Interest of five rows, the first four whole, was taken before principal: 0.58 + 0.49 + 0.39 + 0.29 + 0.20.
    assert history.account(on).outstanding(Part.PRINCIPAL) == Money.of("100") - Money.of("83.81") + Money.of("1.95")


def test_a_flat_loan_settles_with_the_interest_of_every_period_that_has_begun() -> None:
    flat = loan(replace(TERMS, method=Method.FLAT, annual_rate_percent=Decimal(12)))

    assert flat.payoff(date(2024, 1, 1)).total == Money.of("100")
    assert flat.payoff(date(2024, 1, 2)).total == Money.of("101")
    assert flat.payoff(date(2024, 2, 1)).total == Money.of("101")
    assert flat.payoff(date(2024, 2, 2)).total == Money.of("102")


def test_interest_in_grace_is_settled_as_far_as_it_is_earned() -> None:
    waiting = loan(replace(TERMS, annual_rate_percent=Decimal(12), principal_grace=3, interest_grace=3))

    assert parts(waiting.payoff(date(2024, 3, 1)).split) == ("100.00", "2.00", "0.00", "0.00")
    assert parts(waiting.payoff(date(2024, 5, 1)).split) == ("100.00", "4.00", "0.00", "0.00")


def test_waived_interest_of_the_running_period_is_not_asked() -> None:
    history = after(loan(), Waiver("w", 1, date(2024, 1, 10), 1, Part.INTEREST, Money.of("0.20")))

    assert history.payoff(date(2024, 1, 15)).split.interest == Money.of("0.06")


def test_fees_of_days_that_will_not_come_are_not_asked() -> None:
    with_fees = loan(replace(TERMS, fees=(Fee("admin", FeeTiming.SPREAD, amount=Money.of("6")),)))

    assert parts(with_fees.payoff(date(2024, 2, 1)).split) == ("100.00", "0.58", "1.00", "0.00")


def test_interest_paid_in_advance_is_not_asked_again_and_not_given_back() -> None:
    history = after(loan(), pay(1, date(2024, 1, 1), "17.01"))

    assert parts(history.payoff(date(2024, 1, 15)).split) == ("83.57", "0.00", "0.00", "0.00")


def test_nothing_settles_a_loan_that_is_settled() -> None:
    history = after(loan(), pay(1, LENT_ON, "200"))

    assert history.payoff(date(2024, 3, 1)).total == ZERO


def test_a_quote_before_a_later_event_is_refused() -> None:
    with pytest.raises(PayoffBeforeLaterEvent) as refused:
        after(loan(), pay(1, date(2024, 2, 1), "1")).payoff(date(2024, 1, 31))

    assert refused.value.field == "on"


def test_a_settlement_with_nothing_is_refused() -> None:
    with pytest.raises(NotMoreThanNothing) as refused:
        loan().recorded(Payoff("settle", 1, "", date(2024, 1, 15), ZERO))

    assert refused.value.field == "amount"


# A quote that still holds


def test_what_came_up_since_the_quote_is_let_go_of_and_principal_never_is() -> None:
    on = date(2024, 1, 20)
    assert loan().payoff(on).total == Money.of("100.36")

    settled = after(loan(), Payoff("settle", 1, "", on, Money.of("100.26"), forgives=Money.of("0.10"))).account(on)

    assert settled.status is AccountStatus.CLOSED
    assert split_of(settled, "settle") == ("100.00", "0.26", "0.00", "0.00")
    assert settled.outstanding() == ZERO
    assert balances(settled.journals) == {"float": "0.26", "interest_income": "-0.26"}


def test_the_newest_is_let_go_of_first_and_income_that_was_booked_is_taken_back() -> None:
    on = date(2024, 3, 2)
    history = loan(closed_through=date(2024, 3, 1))
    assert history.payoff(on).split.interest == Money.of("1.08"), "0.58 and 0.49, both booked, and a day's 0.01"

    settled = after(history, Payoff("settle", 1, "", on, Money.of("100.27"), forgives=Money.of("0.81"))).account(on)

    first, second = settled.instalments[:2]
    assert (first.waived[Part.INTEREST], second.waived[Part.INTEREST]) == (Money.of("0.31"), Money.of("0.49"))
    assert split_of(settled, "settle") == ("100.00", "0.27", "0.00", "0.00")
    let_go = settled.transaction("settle:forgiven")
    assert let_go is not None
    assert [(item.instalment, item.amount, item.recognised) for item in let_go.allocations] == [
        (2, Money.of("0.49"), True),
        (1, Money.of("0.31"), True),
    ]
    assert balances(settled.journals) == {"float": "0.27", "interest_income": "-0.27"}
    assert all(item.amount > ZERO for item in settled.allocations["settle"])


def test_what_was_waived_before_stays_waived_beside_what_is_let_go_of() -> None:
    on = date(2024, 2, 2)
    waived = after(loan(closed_through=date(2024, 2, 1)), Waiver("w", 1, on, 1, Part.INTEREST, Money.of("0.10")))

    settled = after(waived, Payoff("settle", 2, "", on, Money.of("100.26"), forgives=Money.of("0.24"))).account(on)

    assert settled.status is AccountStatus.CLOSED
    assert settled.instalments[0].waived[Part.INTEREST] == Money.of("0.32")
    assert balances(settled.journals) == {"float": "0.26", "interest_income": "-0.26"}


def test_no_quote_lets_go_of_principal_or_of_more_than_it_may() -> None:
    on = date(2024, 1, 20)
    of_principal = after(loan(), Payoff("settle", 1, "", on, Money.of("99.99"), forgives=Money.of("0.37")))
    too_much = after(loan(), Payoff("settle", 1, "", on, Money.of("100.25"), forgives=Money.of("0.10")))

    for history in (of_principal, too_much):
        assert history.account(on).status is AccountStatus.ACTIVE
        assert history.account(on).transactions[-1].kind is TransactionKind.REPAYMENT
