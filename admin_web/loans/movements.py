"""A loan's journals as a clerk reads them: newest first, each with its total, and its lines one click away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.ledger.accounts import Account
from core.ledger.journals import Journal
from core.money import Money, total


@dataclass(frozen=True, slots=True)
class Movement:
    """A journal and what it moved in all. `is_undone` says that a later one mirrors it."""

    journal: Journal
    amount: Money
    is_undone: bool


def movements_of(journals: Sequence[Journal]) -> Sequence[Movement]:
    """The journals of a loan, newest first."""
    undone = {journal.reverses for journal in journals}
    return [
        Movement(journal, total(posting.amount for posting in journal.postings), journal.key in undone)
        for journal in reversed(journals)
    ]


def recovered_of(journals: Sequence[Journal]) -> Money:
    """What came in after the loan was given up, less what of it was taken back."""
    postings = [posting for journal in journals for posting in journal.postings]
    came = total(posting.amount for posting in postings if posting.credit == Account.RECOVERY)
    return came - total(posting.amount for posting in postings if posting.debit == Account.RECOVERY)
