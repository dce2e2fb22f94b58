"""Charges, waivers and late fees: where they fall, what they cost, and what undoes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from core.loans.events import Charge, Reversal, Waiver
from core.loans.parts import Part
from core.loans.policy import LateFeeRule
from core.money import ZERO, Money
from tests.core.loans.hundred import FEE, LENT_ON, after, balances, loan, pay, split_of


def test_a_charge_falls_on_the_instalment_whose_period_holds_its_due_date() -> None:
    history = after(
        loan(),
        Charge("c1", 1, date(2024, 2, 1), Part.FEE, Money.of("3")),
        Charge("c2", 2, date(2024, 2, 2), Part.PENALTY, Money.of("4")),
    )

    account = history.account(LENT_ON)

    assert [row.due[Part.FEE].plain for row in account.instalments][:2] == ["3.00", "0.00"]
    assert [row.due[Part.PENALTY].plain for row in account.instalments][:2] == ["0.00", "4.00"]
    assert balances(account.journals)["fee_receivable"] == "3.00"
    assert balances(account.journals)["penalty_income"] == "-4.00"


def test_charges_after_the_last_due_date_share_one_extra_row() -> None:
    history = after(
        loan(),
        Charge("c1", 1, date(2024, 9, 1), Part.FEE, Money.of("3")),
        Charge("c2", 2, date(2024, 8, 1), Part.FEE, Money.of("4")),
    )

    extra = history.account(LENT_ON).instalments[6:]

    assert [(row.n, row.due_on, row.outstanding().plain) for row in extra] == [(7, date(2024, 9, 1), "7.00")]


def test_charges_of_one_day_are_paid_in_recording_order_whatever_order_they_are_read_in() -> None:
    first = Charge("c1", 1, date(2024, 1, 10), Part.PENALTY, Money.of("2"))
    second = Charge("c2", 2, date(2024, 1, 10), Part.PENALTY, Money.of("3"))
    history = after(loan(), first, second, pay(3, date(2024, 1, 15), "4"))

    backwards = replace(history, events=history.events[::-1])

    assert backwards.account(LENT_ON) == history.account(LENT_ON)
    assert [item.amount.plain for item in history.account(LENT_ON).allocations["pay:3"]] == ["2.00", "2.00"]


def test_a_charge_already_due_goes_first_and_a_later_one_waits_its_turn() -> None:
    order = (Part.PRINCIPAL, Part.INTEREST, Part.FEE, Part.PENALTY)
    charges = (
        Charge("due", 1, date(2024, 1, 10), Part.PENALTY, Money.of("2")),
        Charge("later", 2, date(2024, 1, 30), Part.PENALTY, Money.of("4")),
    )
    history = after(loan(due_order=order, advance_order=order), *charges, pay(3, date(2024, 1, 15), "19"))

    account = history.account(date(2024, 1, 15))

    assert [(item.part, item.amount.plain) for item in account.allocations["pay:3"]] == [
        (Part.PENALTY, "2.00"),
        (Part.PRINCIPAL, "16.43"),
        (Part.INTEREST, "0.57"),
    ]


def test_the_order_of_payment_is_the_policys_for_due_money_and_for_money_in_advance() -> None:
    rules: dict[str, Any] = {
        "due_order": (Part.INTEREST, Part.PRINCIPAL, Part.PENALTY, Part.FEE),
        "advance_order": (Part.PRINCIPAL, Part.PENALTY, Part.FEE, Part.INTEREST),
        "late_fee": FEE,
    }
    late = after(loan(closed_through=date(2024, 2, 3), **rules), pay(1, date(2024, 2, 3), "20"))
    early = after(loan(**rules), pay(1, date(2024, 1, 3), "16.50"))

    assert split_of(late.account(date(2024, 2, 3)), "pay:1") == ("16.43", "0.58", "0.00", "2.99")
    assert split_of(early.account(date(2024, 1, 3)), "pay:1") == ("16.43", "0.07", "0.00", "0.00")


def test_a_waived_late_fee_takes_its_income_back() -> None:
    history = loan(closed_through=date(2024, 2, 2), late_fee=FEE)

    waived = after(history, Waiver("w", 1, date(2024, 2, 3), 1, Part.PENALTY, Money.of("5"))).account(date(2024, 2, 3))

    assert waived.instalments[0].waived[Part.PENALTY] == Money.of("5")
    assert waived.outstanding(Part.PENALTY) == ZERO
    assert "penalty_income" not in balances(waived.journals)
    assert "penalty_receivable" not in balances(waived.journals)


def test_a_waiver_passes_over_what_is_paid_already() -> None:
    history = after(
        loan(),
        Charge("c1", 1, date(2024, 1, 5), Part.FEE, Money.of("3")),
        Charge("c2", 2, date(2024, 1, 6), Part.FEE, Money.of("4")),
        pay(3, date(2024, 1, 7), "3"),
        Waiver("w", 4, date(2024, 1, 8), 1, Part.FEE, Money.of("4")),
    )

    account = history.account(date(2024, 1, 8))

    assert split_of(account, "w") == ("0.00", "0.00", "4.00", "0.00")
    assert account.outstanding(Part.FEE) == ZERO


def test_interest_waived_before_it_was_income_never_becomes_income() -> None:
    history = after(loan(), Waiver("w", 1, date(2024, 1, 10), 1, Part.INTEREST, Money.of("0.58")))

    account = history.closed(date(2024, 2, 1)).account(date(2024, 2, 1))

    assert "interest_income" not in balances(account.journals)
    assert [journal.kind for journal in account.journals] == ["disbursement"]


def test_a_waiver_forgives_no_more_than_what_a_backdated_payment_left() -> None:
    history = after(
        loan(closed_through=date(2024, 2, 2), late_fee=FEE),
        Waiver("w", 1, date(2024, 2, 5), 1, Part.PENALTY, Money.of("5")),
        pay(2, date(2024, 2, 3), "3"),
    )

    account = history.account(date(2024, 2, 5))
    waiver = account.transaction("w")

    assert waiver is not None
    assert waiver.amount == Money.of("2")


def test_a_waiver_on_a_row_that_went_with_its_charge_forgives_nothing() -> None:
    history = after(
        loan(),
        Charge("c", 1, date(2024, 8, 1), Part.FEE, Money.of("3")),
        Waiver("w", 2, date(2024, 8, 2), 7, Part.FEE, Money.of("3")),
        Reversal("r", 3, "c"),
    )

    account = history.account(date(2024, 8, 2))
    waiver = account.transaction("w")

    assert len(account.instalments) == 6
    assert waiver is not None
    assert waiver.amount == ZERO


def test_the_late_fee_waits_as_many_days_as_the_rule_says() -> None:
    patient = replace(FEE, after_days=3)

    def penalty(closed_through: date) -> Money:
        return loan(closed_through=closed_through, late_fee=patient).account(closed_through).outstanding(Part.PENALTY)

    assert penalty(date(2024, 2, 4)) == ZERO
    assert penalty(date(2024, 2, 5)) == Money.of("5")


def test_a_backdated_payment_cancels_the_late_fee_and_its_reversal_brings_it_back() -> None:
    late = loan(closed_through=date(2024, 2, 10), late_fee=FEE)
    in_time = after(late, pay(1, date(2024, 2, 1), "17.01"))
    undone = after(in_time, Reversal("r", 2, "pay:1"))
    on = date(2024, 2, 10)

    assert in_time.account(on).outstanding(Part.PENALTY) == ZERO
    assert undone.account(on) == late.account(on)


def test_a_late_fee_of_the_principal_alone_needs_unpaid_principal() -> None:
    rule = LateFeeRule(Money.of("5"), None, with_interest=False, after_days=0)
    order = (Part.PRINCIPAL, Part.INTEREST, Part.FEE, Part.PENALTY)

    history = after(
        loan(closed_through=date(2024, 2, 2), late_fee=rule, due_order=order), pay(1, date(2024, 2, 1), "16.43")
    )

    assert history.account(date(2024, 2, 2)).outstanding(Part.PENALTY) == ZERO
