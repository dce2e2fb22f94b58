"""The books follow a replay by additions alone."""

from __future__ import annotations

from datetime import date

from core.ledger.difference import journal_difference
from core.ledger.journals import Journal, Posting
from core.money import Money

ON = date(2026, 3, 1)


def journal(key: str, minor: int) -> Journal:
    return Journal(key, "repayment", ON, (Posting("float", "principal", Money(minor)),))


def follow(books: list[Journal], *wanted: Journal) -> list[str]:
    changes = journal_difference(books, wanted)
    books += changes
    return [change.key for change in changes]


def test_what_stands_already_is_left_alone() -> None:
    books = [journal("a", 5)]

    assert follow(books, journal("a", 5)) == []


def test_a_change_is_a_mirror_and_the_next_version() -> None:
    books = [journal("a", 5)]

    assert follow(books, journal("a", 6)) == ["reversal:a", "v2:a"]
    assert follow(books, journal("a", 6)) == []
    assert follow(books, journal("a", 5)) == ["reversal:v2:a", "v3:a"]


def test_what_is_gone_is_mirrored_and_may_come_back() -> None:
    books = [journal("a", 5)]

    assert follow(books) == ["reversal:a"]
    assert follow(books) == []
    assert follow(books, journal("a", 5)) == ["v2:a"]
    assert follow(books) == ["reversal:v2:a"]


def test_a_rails_reference_may_look_like_anything() -> None:
    books: list[Journal] = []

    assert follow(books, journal("repayment:r:x#2:1", 5), journal("repayment:r:x:1", 6)) == [
        "repayment:r:x#2:1",
        "repayment:r:x:1",
    ]
    assert follow(books, journal("repayment:r:x#2:1", 5)) == ["reversal:repayment:r:x:1"]


def test_mirrors_come_before_what_is_new() -> None:
    books = [journal("a", 5), journal("b", 6)]

    assert follow(books, journal("c", 1), journal("b", 7)) == ["reversal:a", "reversal:b", "c", "v2:b"]
