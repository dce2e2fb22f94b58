"""Journals: balanced by construction, identified by content, mirrored once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from core.ledger.accounts import Account
from core.ledger.journals import (
    Journal,
    Posting,
    funding,
    payment_leaves_suspense,
    rail_charge,
    rail_charge_key,
    rail_charge_reference,
    suspense_receipt,
    suspense_refund,
    sweep,
    transfer_in,
    transfer_out,
    unassigned,
)
from core.money import Money

ON = date(2026, 3, 1)
AMOUNT = Money.of("150")
JOURNAL = Journal("k", "repayment", ON, (Posting("float:mpesa", Account.PRINCIPAL, AMOUNT, 3),), UUID(int=1))


@pytest.mark.parametrize("minor", [0, -1])
def test_a_posting_moves_more_than_nothing(minor: int) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        Posting("float", "principal", Money(minor))


def test_a_posting_moves_between_two_accounts() -> None:
    with pytest.raises(ValueError, match="two accounts"):
        Posting("float", "float", Money(1))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "payoff"},
        {"value_on": date(2026, 3, 2)},
        {"loan_id": UUID(int=2)},
        {"loan_id": None},
        {"reverses": "x"},
        {"transfer_id": "t"},
        {"postings": (Posting("float:mpesa", Account.PRINCIPAL, AMOUNT, 4),)},
        {"postings": (Posting("float:mpesa", Account.PRINCIPAL, Money.of("151"), 3),)},
    ],
)
def test_other_content_has_another_hash_and_the_key_has_no_part_in_it(change: dict[str, object]) -> None:
    other = replace(JOURNAL, **change)  # type: ignore[arg-type]

    assert other.content_hash != JOURNAL.content_hash
    assert replace(JOURNAL, key="other").content_hash == JOURNAL.content_hash


def test_a_reversal_is_the_mirror_on_the_same_value_date() -> None:
    mirrored = (Posting(Account.PRINCIPAL, "float:mpesa", AMOUNT, 3),)

    assert replace(JOURNAL, transfer_id="t").reversal() == Journal(
        "reversal:k", "reversal", ON, mirrored, UUID(int=1), reverses="k", transfer_id="t"
    )


def test_a_reversal_is_not_reversed() -> None:
    with pytest.raises(ValueError, match="not reversed"):
        JOURNAL.reversal().reversal()


def test_money_that_moves_without_a_loan() -> None:
    def only(kind: str, debit: str, credit: str, transfer_id: str | None = None) -> Journal:
        return Journal("k", kind, ON, (Posting(debit, credit, AMOUNT),), transfer_id=transfer_id)

    moved: dict[str, Any] = {"key": "k", "amount": AMOUNT, "value_on": ON}

    assert suspense_receipt(rail="mpesa", **moved) == only("suspense", "float:mpesa", "suspense")
    assert suspense_refund(rail="mpesa", **moved) == only("refund", "suspense", "float:mpesa")
    assert funding(rail="mpesa", **moved) == only("funding", "float:mpesa", "funding")
    assert sweep(rail="mpesa", **moved) == only("sweep", "funding", "float:mpesa")
    assert rail_charge(rail="mpesa", **moved) == only("rail_charge", "rail_charges", "float:mpesa")
    assert payment_leaves_suspense(transfer_id="t", **moved) == only("transfer", "suspense", "clearing", "t")
    assert transfer_out(rail="mpesa", transfer_id="t", **moved) == only("transfer", "clearing", "float:mpesa", "t")
    assert transfer_in(rail="mpesa", transfer_id="t", **moved) == only("transfer", "float:mpesa", "clearing", "t")


def test_a_rails_number_of_a_charge_counts_without_spaces_and_case_and_is_read_back_whole() -> None:
    lender = UUID("018f3b1e-0000-7000-8000-000000000001")

    copied = rail_charge_key(lender, "mpesa", " ch: 7a\t9 ")

    assert copied == rail_charge_key(lender, "mpesa", "CH:7A9") == f"rail_charge:{lender}:mpesa:CH:7A9"
    assert rail_charge_reference(copied) == "CH:7A9"


def test_the_hash_of_a_journal_is_the_one_that_stored_journals_have() -> None:
    mirror = replace(JOURNAL, transfer_id="t").reversal()

    assert JOURNAL.content_hash.hex() == "8d476056165d1c54003707df8f43fa36f6282aac4da5e412b7d8cab1edeb482d"
    assert mirror.content_hash.hex() == "99936c21c55c2ca5c7e78d9d97305169781fe4f66278063f5c0ed34af3700085"
    assert (
        replace(JOURNAL, loan_id=None).content_hash.hex()
        == "3167ff280cd08902d635ccbe69ef7f8403866940ab8bf2db3babd54d0ceb2433"
    )


def test_a_payment_taken_off_its_loan_moves_on_from_where_the_mirror_left_it() -> None:
    def moved(source: str, destination: str) -> Journal | None:
        return unassigned(key="u", source=source, destination=destination, amount=AMOUNT, value_on=ON)

    onwards = Journal("u", "unassigned", ON, (Posting("float:mpesa", "suspense", AMOUNT),))

    assert moved("float:mpesa", "suspense") == onwards
    assert moved("suspense", "suspense") is None
