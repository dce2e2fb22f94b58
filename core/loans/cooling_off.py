"""Cooling off: the borrower gives back the cash that came, and nothing of what the loan cost stays with the lender.

What comes back pays principal; the rest of the principal is paid by the fee that was held back and by whatever earlier
payments paid of interest, fees and penalties, all of which is income no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.loans.obligations import Row
from core.loans.parts import Part, Split
from core.loans.terms import LoanTerms
from core.loans.transactions import MONEY_RECEIVED, Transaction
from core.money import Money, total


def cash_to_return(terms: LoanTerms, transactions: Iterable[Transaction]) -> Money:
    """The cash that the borrower received, less what came back already. Nothing or less: there is none to return."""
    came_back = total(one.amount - one.overpaid - one.recovered for one in transactions if one.kind in MONEY_RECEIVED)
    return terms.cash_received - came_back


def undo_income(terms: LoanTerms, rows: Iterable[Row]) -> Split:
    """Count the interest, fees and penalties paid as forgiven; how much of each that is, upfront fees included."""
    return Split.of([(Part.FEE, terms.upfront_fees), *_given_back(rows)])


def _given_back(rows: Iterable[Row]) -> Iterator[tuple[Part, Money]]:
    for row in rows:
        for item in (item for item in row.obligations if item.part is not Part.PRINCIPAL):
            early = min(row.paid_in_advance, item.paid)
            row.paid_in_advance -= early
            row.paid_late -= min(row.paid_late, item.paid - early)
            yield item.part, item.forgive_what_was_paid()
