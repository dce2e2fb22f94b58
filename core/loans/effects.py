"""What each event of a simulated loan changed: journals for the books, and the lines that its transactions have.

Only what a replay has otherwise than the one before it is looked at, so that an event costs what it changes and not
what the loan has lived through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from core.ledger.difference import journal_difference, subject_of
from core.ledger.journals import Journal
from core.ledger.loan_journals import loan_journals
from core.loans.simulation_report import Line
from core.loans.terms import LoanTerms
from core.loans.transactions import Recognised, Transaction

_Item = TypeVar("_Item", Transaction, Recognised)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a replay came to: transactions, each of its own key, and the income recognised, once an instalment."""

    transactions: tuple[Transaction, ...] = ()
    recognised: tuple[Recognised, ...] = ()

    def without(self, other: Standing) -> Standing:
        """What of this the other has not, or has otherwise; in the order that it has here."""
        return Standing(
            _without(self.transactions, other.transactions, lambda one: one.key),
            _without(self.recognised, other.recognised, lambda one: one.instalment),
        )

    def journals(self, loan_id: UUID, terms: LoanTerms) -> tuple[Journal, ...]:
        """What it posts."""
        return loan_journals(loan_id, terms, self.transactions, self.recognised)


def _without(
    items: tuple[_Item, ...], others: tuple[_Item, ...], name: Callable[[_Item], str | int]
) -> tuple[_Item, ...]:
    same = _same_beginning(items, others)
    known = {name(item): item for item in others[same:]}
    return tuple(item for item in items[same:] if known.get(name(item)) != item)


def _same_beginning(items: Sequence[object], others: Sequence[object]) -> int:
    """How many items the two begin with alike: of a carried replay, mostly the very same ones."""
    for place, (item, other) in enumerate(zip(items, others, strict=False)):
        if item is not other and item != other:
            return place
    return min(len(items), len(others))


@dataclass(slots=True)
class Effects:
    """The books of one loan as its events left them, and each transaction as it last stood, by its key."""

    loan_id: UUID
    lines: dict[str, Line] = field(default_factory=dict)
    journal: list[tuple[int, Journal]] = field(default_factory=list)
    _standing: Standing = field(default_factory=Standing)
    _posted: dict[str, list[int]] = field(default_factory=dict)

    def note(self, event: int, terms: LoanTerms, standing: Standing) -> None:
        """Post what an event changed, and keep its lines; `standing` is what the loan came to with it."""
        gone, come = self._standing.without(standing), standing.without(self._standing)
        self._standing = standing
        wanted = come.journals(self.loan_id, terms)
        subjects = [journal.key for journal in (*gone.journals(self.loan_id, terms), *wanted)]
        for journal in journal_difference(self._posted_of(subjects), wanted):
            self._post(event, journal)
        self._keep_lines(event, gone.transactions, come.transactions)

    def _posted_of(self, subjects: Iterable[str]) -> list[Journal]:
        """All that was ever posted about some subjects, in the order of its posting."""
        places = {place for subject in subjects for place in self._posted.get(subject, ())}
        return [self.journal[place][1] for place in sorted(places)]

    def _post(self, event: int, journal: Journal) -> None:
        self._posted.setdefault(subject_of(journal.reverses or journal.key), []).append(len(self.journal))
        self.journal.append((event, journal))

    def _keep_lines(self, event: int, gone: Iterable[Transaction], come: Iterable[Transaction]) -> None:
        """A transaction that the replay has no more keeps its line; what came anew, or came back, stands."""
        for transaction in gone:
            self.lines[transaction.key] = self.lines[transaction.key].as_of(None)
        for transaction in come:
            known = self.lines.get(transaction.key)
            self.lines[transaction.key] = known.as_of(transaction) if known else Line(event, transaction, False)
