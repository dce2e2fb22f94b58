"""A quote: terms, schedule and Key Fact Statement from one pure path, for phone, portal and contract alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from core.loans.disclosure import KeyFacts, key_facts
from core.loans.schedule import Schedule, schedule
from core.loans.terms import Fee, FeeTiming, LoanTerms, Method
from core.money import Money
from core.records.catalogue import ProductVersion
from core.records.loan import Loan


@dataclass(frozen=True, slots=True)
class Quote:
    """What a loan would be."""

    terms: LoanTerms
    schedule: Schedule
    key_facts: KeyFacts


def quote(product: ProductVersion, amount: Money, term_months: int, on: date) -> Quote:
    """What an amount over some months would cost if the money arrived on a day."""
    fees: tuple[Fee, ...] = ()
    if product.upfront_fee_percent:
        fees = (Fee("upfront", FeeTiming.UPFRONT, percent=product.upfront_fee_percent),)
    terms = LoanTerms(
        principal=amount,
        annual_rate_percent=product.annual_rate_percent,
        method=Method(product.method),
        periods=term_months,
        disbursed_on=on,
        fees=fees,
    )
    return quote_of_terms(terms)


def quote_of(loan: Loan) -> Quote:
    """What an offer or a contract says."""
    return quote_of_terms(LoanTerms.from_json(loan.terms))


def quote_of_terms(terms: LoanTerms) -> Quote:
    """Schedule and statement of given terms."""
    rows = schedule(terms)
    return Quote(terms, rows, key_facts(terms, rows))


def anchored(terms: LoanTerms, disbursed_on: date) -> LoanTerms:
    """The same terms from the day that the money arrived: the dates move, and with equal periods nothing else."""
    return replace(terms, disbursed_on=disbursed_on, first_due_on=None)
