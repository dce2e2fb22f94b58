"""Borrowers of Khotso's past, so that the demo has loans enough to hold the score against: `letsema backtest`.

Their loans are over, but for one that nobody pays any more. Their phones are not printed: nobody need be them.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from core.money import Money
from core.records.borrower import IncomeKind, Language, Purpose
from letsema.demo.cast import KHOTSO, Person
from letsema.demo.lives import Stage, Story

_PIN: Final = "4826"
_NAMES: Final = (
    ("Itumeleng", "Ralebitso"), ("Moliehi", "Thoahlane"), ("Teboho", "Mahase"), ("Nkhasi", "Sefali"),
    ("Libuseng", "Monyane"), ("Khauhelo", "Makoae"), ("Retselisitsoe", "Posholi"), ("Mosa", "Lerotholi"),
    ("Hlompho", "Nkhabu"), ("Pontso", "Matete"), ("Lehlohonolo", "Shale"),
)  # fmt: skip
_FIRST_DAYS_AGO: Final = 130
_SECOND_DAYS_AGO: Final = 66
_LATE_DAYS: Final = 31


def _neighbour(number: int) -> Person:
    given_names, surname = _NAMES[number]
    return Person(
        given_names,
        surname,
        f"+2665877{number:04d}",
        _PIN,
        f"0197001{number:05d}",
        date(1970 + number, 1 + number % 12, 5 + number),
        KHOTSO.head_office_district,
        Language.ENGLISH if number % 2 else Language.SESOTHO,
    )


def _loan(number: int, days_ago: int, paid_days_after: int | None, *, amount: int = 850) -> Story:
    """A loan of one month by a monthly pay of M4,500: M850 take a fifth of it, M1,800 more than a third."""
    return Story(
        _PEOPLE[number], KHOTSO, days_ago, Money.of(amount), 1, Purpose.BUSINESS, Money.of(4_500),
        IncomeKind.BUSINESS, Stage.DISBURSED, {} if paid_days_after is None else {1: paid_days_after},
    )  # fmt: skip


def _twice(number: int, first: int, second: int, *, amount: int = 850) -> tuple[Story, Story]:
    """Two loans after each other, paid so many days after their due dates."""
    return (
        _loan(number, _FIRST_DAYS_AGO, first),
        _loan(number, _SECOND_DAYS_AGO, second, amount=amount),
    )


_PEOPLE: Final = tuple(_neighbour(number) for number in range(len(_NAMES)))
NEIGHBOURS: Final[tuple[Story, ...]] = (
    # On time twice; and one who was, until the second time.
    *_twice(0, 0, -1),
    *_twice(1, -2, 0),
    *_twice(2, 0, 0),
    *_twice(3, 0, _LATE_DAYS),
    # A little late the first time, on time the second.
    *_twice(4, 10, 0),
    # Very late the first time. The second loan of one is above the limit: the manager went on in spite of it.
    *_twice(5, _LATE_DAYS, _LATE_DAYS, amount=1_000),
    *_twice(6, _LATE_DAYS, _LATE_DAYS, amount=1_800),
    *_twice(7, _LATE_DAYS, 0, amount=1_000),
    # New clients: one as agreed, one late, one who does not pay any more.
    _loan(8, 65, 0),
    _loan(9, 64, _LATE_DAYS, amount=1_000),
    _loan(10, 63, None),
)
