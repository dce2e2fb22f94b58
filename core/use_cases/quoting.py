"""A quote: terms, schedule and Key Fact Statement from one pure path, for phone, portal and contract alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from core.loans.disclosure import KeyFacts, key_facts
from core.loans.schedule import Schedule, schedule
from core.loans.terms import DayCount, LoanTerms
from core.money import Money
from core.records.catalogue import ProductVersion
from core.records.loan import Loan


@dataclass(frozen=True, slots=True)
class Quote:
    """What a loan would be."""

    terms: LoanTerms
    schedule: Schedule
    key_facts: KeyFacts


def quote(product: ProductVersion, amount: Money, periods: int, on: date) -> Quote:
    """What an amount over some periods would cost if the money arrived on a day. Raises `InvalidTerms`."""
    return quote_of_terms(product.terms.loan_terms(amount, periods, on))


def quote_of(loan: Loan) -> Quote:
    """What an offer or a contract says."""
    return quote_of_terms(LoanTerms.from_json(loan.terms))


def quote_of_terms(terms: LoanTerms) -> Quote:
    """Schedule and statement of given terms."""
    rows = schedule(terms)
    return Quote(terms, rows, key_facts(terms, rows))


def anchored(terms: LoanTerms, disbursed_on: date) -> LoanTerms:
    """The same terms from the day that the money arrived: the dates move, and no figure does (ADR 8).

    A day count that looks at the calendar goes on looking at the days of the offer that was accepted.
    """
    moved = replace(terms, disbursed_on=disbursed_on, first_due_on=None)
    if terms.day_count is DayCount.EQUAL_PERIODS or disbursed_on == terms.disbursed_on:
        return moved
    return replace(moved, priced_on=terms.priced_on or terms.disbursed_on)
