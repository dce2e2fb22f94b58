"""Journals: what moved between accounts, keyed by what it was, so that it is posted once and reversed at most once.

A posting moves one amount from one account to another, so that a journal balances by construction.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from core.ledger.accounts import Account, float_account
from core.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` (more than nothing) from the credited to the debited account, for an instalment where it is one's."""

    debit: str
    credit: str
    amount: Money
    instalment: int | None = None

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError("a posting moves more than nothing")
        if self.debit == self.credit:
            raise ValueError("a posting moves between two accounts")

    @property
    def mirrored(self) -> Posting:
        """The same movement, back."""
        return replace(self, debit=self.credit, credit=self.debit)


@dataclass(frozen=True, slots=True)
class Journal:
    """One movement. `value_on` is when it counts; `reverses` the key of the journal that it undoes."""

    key: str
    kind: str
    value_on: date
    postings: tuple[Posting, ...]
    loan_id: UUID | None = None
    reverses: str | None = None
    transfer_id: str | None = None

    @property
    def content_hash(self) -> bytes:
        """SHA-256 of what it says: the same key with another hash is a clash."""
        content = {
            "kind": self.kind,
            "value_on": self.value_on.isoformat(),
            "loan": str(self.loan_id) if self.loan_id else None,
            "reverses": self.reverses,
            "transfer": self.transfer_id,
            "postings": [[p.debit, p.credit, p.amount.minor, p.instalment] for p in self.postings],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()

    def reversal(self) -> Journal:
        """The mirror of this journal, on its own value date. A reversal is never reversed."""
        if self.reverses is not None:
            raise ValueError("a reversal is not reversed")
        return Journal(
            key=f"reversal:{self.key}",
            kind="reversal",
            value_on=self.value_on,
            postings=tuple(posting.mirrored for posting in self.postings),
            loan_id=self.loan_id,
            reverses=self.key,
            transfer_id=self.transfer_id,
        )


def suspense_receipt(*, key: str, rail: str, amount: Money, value_on: date) -> Journal:
    """Money that arrived and belongs to nobody yet."""
    return Journal(key, "suspense", value_on, (Posting(float_account(rail), Account.SUSPENSE, amount),))


def unassigned(*, key: str, source: str, destination: str, amount: Money, value_on: date) -> Journal | None:
    """A payment taken off its loan, from where the loan's mirror journal left it to where it goes.

    `source` is the account that it had come to the loan from, and that the mirror put it back to; None where that is
    the `destination` already.
    """
    if source == destination:
        return None
    return Journal(key, "unassigned", value_on, (Posting(source, destination, amount),))


def suspense_refund(*, key: str, rail: str, amount: Money, value_on: date) -> Journal:
    """Money that belonged to nobody here and went back to its payer."""
    return Journal(key, "refund", value_on, (Posting(Account.SUSPENSE, float_account(rail), amount),))


def payment_leaves_suspense(*, key: str, amount: Money, value_on: date, transfer_id: str) -> Journal:
    """Money whose loan is in another district: it leaves this one's suspense through clearing."""
    posting = Posting(Account.SUSPENSE, Account.CLEARING, amount)
    return Journal(key, "transfer", value_on, (posting,), transfer_id=transfer_id)


def sweep(*, key: str, rail: str, amount: Money, value_on: date) -> Journal:
    """Owner's money taken out of a float."""
    return Journal(key, "sweep", value_on, (Posting(Account.FUNDING, float_account(rail), amount),))


def funding(*, key: str, rail: str, amount: Money, value_on: date) -> Journal:
    """Owner's money put into a float."""
    return Journal(key, "funding", value_on, (Posting(float_account(rail), Account.FUNDING, amount),))


def copied_number(reference: str) -> str:
    """The number on a paper as it counts: without spaces and case, since it is copied by hand."""
    return "".join(reference.split()).upper()


def rail_charge_key(mfi_id: UUID, rail: str, reference: str) -> str:
    """What a charge is to the books."""
    return f"rail_charge:{mfi_id}:{rail}:{copied_number(reference)}"


def rail_charge_reference(key: str) -> str:
    """The rail's number in a charge's key."""
    return key.split(":", 3)[3]


def rail_charge(*, key: str, rail: str, amount: Money, value_on: date) -> Journal:
    """What a rail took of a float for itself, on the day that it did."""
    return Journal(key, "rail_charge", value_on, (Posting(Account.RAIL_CHARGES, float_account(rail), amount),))


def float_move_id(mfi_id: UUID, rail: str, from_district: str, reference: str) -> str:
    """What a move of float is to both districts' books, by the lender's own number.

    The district that gives is part of it: two may use one number, and the one that receives must not take the second
    for the first.
    """
    return f"float_move:{mfi_id}:{rail}:{from_district}:{copied_number(reference)}"


def transfer_out(*, key: str, rail: str, amount: Money, value_on: date, transfer_id: str) -> Journal:
    """Float that leaves a district."""
    posting = Posting(Account.CLEARING, float_account(rail), amount)
    return Journal(key, "transfer", value_on, (posting,), transfer_id=transfer_id)


def transfer_in(*, key: str, rail: str, amount: Money, value_on: date, transfer_id: str) -> Journal:
    """Float that arrives in a district."""
    posting = Posting(float_account(rail), Account.CLEARING, amount)
    return Journal(key, "transfer", value_on, (posting,), transfer_id=transfer_id)
