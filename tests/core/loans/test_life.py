"""What can happen to a loan besides being repaid in time: loss, recovery, reversal, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.errors import DomainError
from core.ledger.accounts import Account
from core.loans.account import AccountStatus
from core.loans.events import Charge, Event, Payoff, Refund, Repayment, Reversal, Waiver, WriteOff
from core.loans.parts import Part
from core.loans.refusals import (
    AlreadyReversed,
    BeforeDisbursement,
    EventKeyReused,
    LaterEventsStand,
    LoanNotActive,
    NotMoreThanNothing,
    RefundAboveCredit,
    ReversalOfReversal,
    UnknownEvent,
    UnknownInstalment,
    WaiverAboveOutstanding,
    WrongPart,
)
from core.money import ZERO, Money, total
from tests.core.loans.hundred import FEE, LENT_ON, after, balances, loan, parts, pay, split_of


def test_a_write_off_expenses_principal_and_takes_unpaid_income_back() -> None:
    history = loan(closed_through=date(2024, 2, 10), late_fee=FEE)

    lost = after(history, WriteOff("w", 1, date(2024, 2, 11))).closed(date(2024, 12, 31)).account(date(2024, 12, 31))

    assert lost.status is AccountStatus.WRITTEN_OFF
    assert split_of(lost, "w") == ("100.00", "0.58", "0.00", "5.00")
    assert balances(lost.journals) == {"write_off": "100.00", "float": "-100.00"}
    assert lost.outstanding() == ZERO


def test_money_after_a_write_off_is_a_recovery() -> None:
    lost = after(loan(), WriteOff("w", 1, date(2024, 2, 11)), pay(2, date(2024, 3, 1), "7")).account(date(2024, 3, 1))

    assert lost.recovered == Money.of("7")
    assert balances(lost.journals)["recovery"] == "-7.00"
    assert lost.status is AccountStatus.WRITTEN_OFF


def test_a_settlement_after_a_backdated_write_off_is_a_recovery() -> None:
    amount = loan().payoff(date(2024, 3, 1)).total
    lost_first = after(loan(), WriteOff("w", 1, date(2024, 2, 11)), pay(2, date(2024, 2, 12), "1"))
    events = (*lost_first.events, Payoff("p", 3, "", date(2024, 3, 1), amount))

    account = replace(lost_first, events=events).account(date(2024, 3, 1))

    assert account.recovered == amount + Money.of("1")


def test_interest_that_was_due_but_in_no_books_is_lost_without_a_posting() -> None:
    lost = after(loan(), WriteOff("w", 1, date(2024, 2, 11))).closed(date(2024, 12, 31)).account(date(2024, 12, 31))

    assert split_of(lost, "w") == ("100.00", "0.58", "0.00", "0.00")
    assert balances(lost.journals) == {"write_off": "100.00", "float": "-100.00"}


def test_money_recorded_before_the_close_of_a_due_date_is_income_at_once() -> None:
    late_but_unclosed = replace(pay(1, date(2024, 2, 5), "17.01"), closed_through=date(2024, 1, 31))

    account = after(loan(closed_through=date(2024, 2, 10)), late_but_unclosed).account(date(2024, 2, 10))

    assert [item.recognised for item in account.allocations["pay:1"]] == [False, True]
    assert balances(account.journals) == {
        "principal": "83.57",
        "float": "-82.99",
        "interest_income": "-0.58",
    }


def test_money_assigned_from_suspense_leaves_suspense() -> None:
    assigned = replace(pay(1, date(2024, 2, 1), "17.01"), source=Account.SUSPENSE)

    account = after(loan(), assigned).account(date(2024, 2, 1))

    assert balances(account.journals)["suspense"] == "17.01"


@pytest.mark.parametrize(
    ("event", "refusal", "field", "figure"),
    [
        (pay(1, date(2023, 12, 31), "1"), BeforeDisbursement, "on", "2024-01-01"),
        (pay(1, date(2024, 2, 1), "0"), NotMoreThanNothing, "amount", ""),
        (Repayment("lent", 1, "", LENT_ON, Money(1)), EventKeyReused, None, "lent"),
        (Charge("c", 1, date(2024, 2, 1), Part.PRINCIPAL, Money(1)), WrongPart, "charge", ""),
        (Charge("c", 1, date(2024, 2, 1), Part.FEE, Money(-1)), NotMoreThanNothing, "amount", ""),
        (Waiver("w", 1, date(2024, 2, 1), 1, Part.PRINCIPAL, Money(1)), WrongPart, "part", ""),
        (Waiver("w", 1, date(2024, 2, 1), 1, Part.INTEREST, Money(59)), WaiverAboveOutstanding, "amount", "M0.58"),
        (Waiver("w", 1, date(2024, 2, 1), 7, Part.INTEREST, Money(1)), UnknownInstalment, "instalment", "1 to 6"),
        (Refund("f", 1, "", date(2024, 2, 1), Money(1)), RefundAboveCredit, "amount", "M0.00"),
        (Reversal("r", 1, "nothing"), UnknownEvent, None, "nothing"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name_with_the_field_and_the_figure(
    event: Event, refusal: type[DomainError], field: str | None, figure: str
) -> None:
    with pytest.raises(refusal) as refused:
        loan().recorded(event)

    assert refused.value.field == field
    assert figure in refused.value.message


def test_events_are_numbered_in_recording_order() -> None:
    assert loan().next_n == 1
    assert after(loan(), pay(1, date(2024, 2, 1), "1")).next_n == 2


def test_a_reversal_is_not_reversed_and_nothing_is_reversed_twice() -> None:
    history = after(loan(), pay(1, date(2024, 2, 1), "1"), Reversal("r", 2, "pay:1"))

    with pytest.raises(ReversalOfReversal):
        history.recorded(Reversal("r2", 3, "r"))
    with pytest.raises(AlreadyReversed):
        history.recorded(Reversal("r2", 3, "pay:1"))


def test_a_closed_loan_takes_money_as_credit_and_nothing_else() -> None:
    closed = after(loan(), pay(1, date(2024, 1, 1), "102.05"))

    over = after(closed, pay(2, date(2024, 2, 1), "3")).account(date(2024, 2, 1))

    assert over.status is AccountStatus.CLOSED
    assert over.overpaid == Money.of("3")
    for event in (
        Charge("c", 2, date(2024, 2, 1), Part.FEE, Money(1)),
        WriteOff("w", 2, date(2024, 2, 1)),
        Payoff("p", 2, "", date(2024, 2, 1), Money(1)),
        Waiver("w", 2, date(2024, 2, 1), 1, Part.FEE, Money(1)),
    ):
        with pytest.raises(LoanNotActive):
            closed.recorded(event)


def test_a_payout_is_undone_only_when_nothing_else_stands() -> None:
    paid = after(loan(), pay(1, date(2024, 2, 1), "1"))

    with pytest.raises(LaterEventsStand):
        paid.check_may_undo_disbursement()
    after(paid, Reversal("r", 2, "pay:1")).check_may_undo_disbursement()


def test_what_is_due_by_a_day_how_late_it_is_and_what_is_next() -> None:
    account = after(loan(), pay(1, date(2024, 2, 1), "17.01")).account(date(2024, 3, 20))

    assert account.due_by(date(2024, 2, 29)) == ZERO
    assert account.due_by(date(2024, 3, 1)) == Money.of("17.01")
    assert [account.days_past_due(date(2024, 3, day)) for day in (1, 2, 31)] == [0, 1, 30]
    assert [account.bucket(date(2024, 3, 31)), account.bucket(date(2024, 4, 1))] == ["1-30", "31-60"]
    assert account.instalments[0].settled_on == date(2024, 2, 1)
    assert parts(account.outstanding_split) == ("83.57", "1.47", "0.00", "0.00")


def test_early_and_late_money_are_told_apart_on_the_row() -> None:
    account = after(
        loan(), pay(1, date(2024, 1, 20), "5"), pay(2, date(2024, 2, 1), "5"), pay(3, date(2024, 2, 9), "5")
    ).account(date(2024, 2, 9))
    row = account.instalments[0]

    assert (row.paid_in_advance, row.paid_late) == (Money.of("5"), Money.of("5"))
    assert total(row.paid.values()) == Money.of("15")
    assert row.outstanding() == Money.of("2.01")
