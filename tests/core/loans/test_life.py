"""What can happen to a loan besides being repaid in time: charges, waivers, settlement, arrears, loss, reversal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from core.calendar import PeriodUnit
from core.ledger.accounts import Account
from core.ledger.journals import Journal
from core.loans.account import AccountStatus, LoanAccount
from core.loans.events import Charge, Disbursed, Event, Payoff, Repayment, Reversal, Waiver, WriteOff
from core.loans.history import LoanHistory
from core.loans.parts import Part, Split
from core.loans.policy import Cap, LateFeeRule, PayoffInterest, Policy
from core.loans.refusals import (
    AlreadyReversed,
    BeforeDisbursement,
    EventKeyReused,
    LaterEventsStand,
    LoanNotActive,
    NotMoreThanNothing,
    PayoffBeforeLaterEvent,
    ReversalOfReversal,
    UnknownEvent,
    UnknownInstalment,
    WaiverAboveOutstanding,
    WrongPart,
)
from core.loans.schedule import schedule
from core.loans.terms import Fee, FeeTiming, LoanTerms, Method
from core.loans.transactions import TransactionKind
from core.money import ZERO, Money, Rounding, total

LENT_ON = date(2024, 1, 1)
TERMS = LoanTerms(principal=Money.of("100"), annual_rate_percent=Decimal(7), periods=6, disbursed_on=LENT_ON)
"""The loan of Fineract's anchors: 17.01 a month, 16.43 + 0.58 first."""
FEE = LateFeeRule(Money.of("5"), None, with_interest=True, after_days=0)


def loan(terms: LoanTerms = TERMS, closed_through: date = LENT_ON, **rules: Any) -> LoanHistory:
    return LoanHistory(UUID(int=1), terms, Policy(**rules), Disbursed("lent", "", terms.disbursed_on), closed_through)


def after(history: LoanHistory, *events: Event) -> LoanHistory:
    for event in events:
        history = history.recorded(event)
    return history


def pay(n: int, on: date, amount: str) -> Repayment:
    return Repayment(f"pay:{n}", n, "", on, Money.of(amount))


def balances(journals: tuple[Journal, ...]) -> dict[str, str]:
    """Debits minus credits of each account that is not at zero."""
    sums: dict[str, Money] = {}
    for posting in (posting for journal in journals for posting in journal.postings):
        sums[str(posting.debit)] = sums.get(str(posting.debit), ZERO) + posting.amount
        sums[str(posting.credit)] = sums.get(str(posting.credit), ZERO) - posting.amount
    return {account: amount.plain for account, amount in sums.items() if amount}


def parts(split: Split) -> tuple[str, str, str, str]:
    return split.principal.plain, split.interest.plain, split.fees.plain, split.penalties.plain


def split_of(account: LoanAccount, key: str) -> tuple[str, str, str, str]:
    transaction = account.transaction(key)
    assert transaction is not None
    return parts(transaction.split)


# Early settlement


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
    with pytest.raises(PayoffBeforeLaterEvent):
        after(loan(), pay(1, date(2024, 2, 1), "1")).payoff(date(2024, 1, 31))


# Charges and waivers


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


# Late fees


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


# Arrears interest and the cap


def test_frappe_penal_interest_anchor() -> None:
    """frappe/lending: 47,523 late on three dates at 25 % simple, 94 days in all, comes to 3,059.70."""
    terms = LoanTerms(
        principal=Money.of("142569"),
        annual_rate_percent=Decimal(0),
        periods=3,
        period_unit=PeriodUnit.DAY,
        period_every=30,
        disbursed_on=date(2024, 1, 1),
    )
    # Due 31 Jan, 1 Mar and 31 Mar: 61 + 31 + 1 days late on 1 April, and one day of one row more.
    rows = schedule(terms).rows
    on = date(2024, 4, 1)
    days = sum((on - row.due_on).days for row in rows)

    account = loan(terms, arrears_interest_percent=Decimal(25)).account(on)

    assert [row.principal for row in rows] == [Money.of("47523")] * 3
    assert days == 93
    per_day = Decimal(47523) * 25 / 36500
    assert account.outstanding(Part.INTEREST).decimal == pytest.approx(per_day * days, abs=Decimal("0.015"))
    assert (per_day * 94).quantize(Decimal("0.01")) == Decimal("3059.70")


def test_in_duplum_anchor_of_499() -> None:
    """499.00 at 0.8 % a day, unpaid for 441 days: 499.00 interest and a settlement of 998.00."""
    terms = LoanTerms(
        principal=Money.of("499"),
        annual_rate_percent=Decimal(292),
        periods=1,
        period_unit=PeriodUnit.DAY,
        period_every=30,
        disbursed_on=LENT_ON,
    )
    history = loan(terms, arrears_interest_percent=Decimal(292))
    on = LENT_ON + timedelta(days=441)

    assert history.account(on).outstanding(Part.INTEREST) == Money.of("499")
    assert history.payoff(on).total == Money.of("998")


def test_contract_interest_stops_at_the_outstanding_principal_too() -> None:
    terms = replace(TERMS, annual_rate_percent=Decimal(240), periods=1, period_every=12)
    on = date(2025, 1, 1)

    account = loan(terms, closed_through=on).account(on)

    assert schedule(terms).interest == Money.of("240")
    assert account.outstanding(Part.INTEREST) == Money.of("100")
    assert account.receivable(Part.INTEREST) == Money.of("100")


def test_a_settlement_asks_no_more_interest_than_the_cap_allows() -> None:
    terms = replace(TERMS, annual_rate_percent=Decimal(240), periods=1, period_every=12)

    assert parts(loan(terms).payoff(date(2024, 11, 30)).split) == ("100.00", "100.00", "0.00", "0.00")


def test_interest_runs_again_once_a_payment_made_room() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, arrears_interest_percent=Decimal(365))
    at_cap, later = date(2024, 6, 1), date(2024, 6, 11)

    paid = after(history, pay(1, at_cap, "50"))

    assert history.account(at_cap).outstanding(Part.INTEREST) == Money.of("100")
    assert history.account(later).outstanding(Part.INTEREST) == Money.of("100")
    assert paid.account(at_cap).outstanding(Part.INTEREST) == Money.of("50")
    assert paid.account(later).outstanding(Part.INTEREST) == Money.of("60")


def test_what_the_cap_held_back_is_gone_for_good() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, arrears_interest_percent=Decimal(1095))
    at_cap = date(2024, 6, 1)

    paid = after(history, pay(1, at_cap, "50")).account(at_cap + timedelta(days=2))

    assert paid.outstanding(Part.INTEREST) == Money.of("56")


def test_interest_reaches_the_cap_on_the_very_day_that_it_comes_to() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, arrears_interest_percent=Decimal(365))
    hundredth_day = date(2024, 2, 1) + timedelta(days=100)

    interest = [
        history.account(hundredth_day + timedelta(days=more)).outstanding(Part.INTEREST).plain for more in (-1, 0, 1)
    ]

    assert interest == ["99.00", "100.00", "100.00"]


def test_the_stricter_cap_holds_interest_and_default_fees_together() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(12))
    rule = replace(FEE, amount=Money.of("99.50"))
    on = date(2024, 2, 10)

    strict = loan(terms, closed_through=on, late_fee=rule, cap=Cap.INTEREST_AND_FEES).account(on)
    plain = loan(terms, closed_through=on, late_fee=rule).account(on)
    full = loan(
        terms, closed_through=on, late_fee=rule, cap=Cap.INTEREST_AND_FEES, arrears_interest_percent=Decimal(3650)
    )

    assert plain.outstanding(Part.PENALTY) == Money.of("99.50")
    assert strict.outstanding(Part.PENALTY) == Money.of("99.00")
    assert full.account(on).outstanding(Part.PENALTY, Part.INTEREST) == Money.of("100")


def test_a_late_fee_finds_no_room_under_a_full_cap() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(1200))
    on = date(2024, 2, 10)

    full = loan(terms, closed_through=on, late_fee=FEE, cap=Cap.INTEREST_AND_FEES).account(on)

    assert full.outstanding(Part.INTEREST) == Money.of("100")
    assert full.outstanding(Part.PENALTY) == ZERO


@pytest.mark.parametrize("mode", list(Rounding))
@pytest.mark.parametrize("percent", ["73.7", "365", "999"])
def test_arrears_interest_does_not_depend_on_how_often_it_is_looked_at(percent: str, mode: Rounding) -> None:
    history = loan(replace(TERMS, rounding_mode=mode), arrears_interest_percent=Decimal(percent))
    # Waivers of a row that does not exist change nothing: they only make the replay stop on their days.
    looks = tuple(Waiver(f"t{n}", n, LENT_ON + timedelta(days=3 * n), 99, Part.FEE, Money(1)) for n in range(1, 133))
    on = LENT_ON + timedelta(days=400)

    seldom, often = history.account(on), replace(history, events=looks).account(on)

    assert often.instalments == seldom.instalments
    assert seldom.outstanding(Part.INTEREST) <= seldom.outstanding(Part.PRINCIPAL)


def test_arrears_interest_is_income_only_when_it_is_received() -> None:
    terms = replace(TERMS, periods=1, annual_rate_percent=Decimal(0))
    history = loan(terms, closed_through=date(2024, 3, 1), arrears_interest_percent=Decimal("36.5"))
    on = date(2024, 2, 11)

    before, paid = history.account(on), after(history, pay(1, on, "1.00")).account(on)

    assert before.outstanding(Part.INTEREST) == Money.of("1.00")
    assert before.receivable(Part.INTEREST) == ZERO
    assert balances(before.journals) == {"principal": "100.00", "float": "-100.00"}
    assert balances(paid.journals)["interest_income"] == "-1.00"


# Loss and recovery


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


# What the books meet


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


# What may be recorded


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (pay(1, date(2023, 12, 31), "1"), BeforeDisbursement),
        (pay(1, date(2024, 2, 1), "0"), NotMoreThanNothing),
        (Repayment("lent", 1, "", LENT_ON, Money(1)), EventKeyReused),
        (Charge("c", 1, date(2024, 2, 1), Part.PRINCIPAL, Money(1)), WrongPart),
        (Charge("c", 1, date(2024, 2, 1), Part.FEE, Money(-1)), NotMoreThanNothing),
        (Waiver("w", 1, date(2024, 2, 1), 1, Part.PRINCIPAL, Money(1)), WrongPart),
        (Waiver("w", 1, date(2024, 2, 1), 1, Part.FEE, Money(1)), WaiverAboveOutstanding),
        (Waiver("w", 1, date(2024, 2, 1), 7, Part.INTEREST, Money(1)), UnknownInstalment),
        (Reversal("r", 1, "nothing"), UnknownEvent),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name(event: Event, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        loan().recorded(event)


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


# What a borrower is told


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
