"""Journals: balanced by construction, identified by content, mirrored once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from core.ledger.accounts import Account
from core.ledger.journals import (
    Journal,
    Posting,
    funding,
    payment_leaves_suspense,
    suspense_receipt,
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
    mirror = JOURNAL.reversal()

    assert mirror.key == "reversal:k"
    assert mirror.reverses == "k"
    assert mirror.value_on == ON
    assert mirror.loan_id == UUID(int=1)
    assert mirror.postings == (Posting(Account.PRINCIPAL, "float:mpesa", AMOUNT, 3),)


def test_a_reversal_is_not_reversed() -> None:
    with pytest.raises(ValueError, match="not reversed"):
        JOURNAL.reversal().reversal()


def test_money_that_moves_without_a_loan() -> None:
    def only(journal: Journal) -> tuple[str, str]:
        (posting,) = journal.postings
        assert posting.amount == AMOUNT
        return str(posting.debit), str(posting.credit)

    out = transfer_out(key="o", rail="mpesa", amount=AMOUNT, value_on=ON, transfer_id="t")
    back = transfer_in(key="i", rail="mpesa", amount=AMOUNT, value_on=ON, transfer_id="t")

    assert only(suspense_receipt(key="s", rail="mpesa", amount=AMOUNT, value_on=ON)) == ("float:mpesa", "suspense")
    assert only(funding(key="f", rail="mpesa", amount=AMOUNT, value_on=ON)) == ("float:mpesa", "funding")
    assert only(sweep(key="w", rail="mpesa", amount=AMOUNT, value_on=ON)) == ("funding", "float:mpesa")
    assert only(payment_leaves_suspense(key="p", amount=AMOUNT, value_on=ON, transfer_id="t")) == (
        "suspense",
        "clearing",
    )
    assert only(out) == ("clearing", "float:mpesa")
    assert only(back) == ("float:mpesa", "clearing")
    assert out.transfer_id == back.transfer_id == "t"


def test_a_payment_taken_off_its_loan_moves_on_from_where_the_mirror_left_it() -> None:
    def moved(source: str, destination: str) -> Journal | None:
        return unassigned(key="u", source=source, destination=destination, amount=AMOUNT, value_on=ON)

    onwards = moved("float:mpesa", "suspense")

    assert onwards is not None
    assert onwards.postings == (Posting("float:mpesa", "suspense", AMOUNT),)
    assert moved("suspense", "suspense") is None
