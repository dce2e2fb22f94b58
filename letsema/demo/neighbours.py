"""Borrowers of the past, so that the demo's history has loans enough to hold the score against: `letsema backtest`.

Their loans are over, but for one that nobody pays any more. Their phones are not printed: nobody need be them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from core.money import Money
from core.records.borrower import IncomeKind, Language, Purpose
from letsema.demo.cast import KHOTSO, MOHLOLI, Lender, Person
from letsema.demo.lives import Stage, Story

_PIN: Final = "4826"
_NAMES: Final = (
    ("Itumeleng", "Ralebitso"), ("Moliehi", "Thoahlane"), ("Teboho", "Mahase"), ("Nkhasi", "Sefali"),
    ("Libuseng", "Monyane"), ("Khauhelo", "Makoae"), ("Retselisitsoe", "Posholi"), ("Mosa", "Lerotholi"),
    ("Hlompho", "Nkhabu"), ("Pontso", "Matete"), ("Lehlohonolo", "Shale"), ("Tsepang", "Moiloa"),
    ("Bokang", "Seeiso"), ("Nthati", "Pitso"), ("Katiso", "Jane"),
)  # fmt: skip
_DISTRICTS: Final = ("LS-A", "LS-C")
"""The head offices': their days are lived through from the first on anyway."""

_FIRST_DAYS_AGO: Final = 168
_SECOND_DAYS_AGO: Final = 100
_ON_TIME: Final = {1: 0, 2: -1}
_ONCE_LATE: Final = {1: 10, 2: 0}


def _neighbour(number: int) -> Person:
    given_names, surname = _NAMES[number]
    return Person(
        given_names,
        surname,
        f"+2665877{number:04d}",
        _PIN,
        f"0197001{number:05d}",
        date(1970 + number, 1 + number % 12, 5 + number),
        _DISTRICTS[number % len(_DISTRICTS)],
        Language.ENGLISH if number % 2 else Language.SESOTHO,
    )


def _loan(
    number: int,
    days_ago: int,
    paid: Mapping[int, int],
    *,
    periods: int = 2,
    amount: int = 1_500,
    lender: Lender = KHOTSO,
) -> Story:
    """A loan by a monthly pay of M4,500. Two months take a sixth of it, one month of M1,400 a third at the most."""
    return Story(
        _PEOPLE[number], lender, days_ago, Money.of(amount), periods, Purpose.BUSINESS, Money.of(4_500),
        IncomeKind.BUSINESS, Stage.DISBURSED, paid,
    )  # fmt: skip


def _twice(number: int, first: Mapping[int, int], second: Mapping[int, int], *, lender: Lender = KHOTSO) -> list[Story]:
    return [
        _loan(number, _FIRST_DAYS_AGO, first, lender=lender),
        _loan(number, _SECOND_DAYS_AGO, second, lender=lender),
    ]


def _long_late_then(number: int, second: Mapping[int, int], *, amount: int = 1_400) -> list[Story]:
    """A loan of one month that was paid 35 days late, and another one all the same."""
    return [
        _loan(number, _FIRST_DAYS_AGO, {1: 35}, periods=1, amount=1_400),
        _loan(number, _SECOND_DAYS_AGO, second, periods=1, amount=amount),
    ]


_PEOPLE: Final = tuple(_neighbour(number) for number in range(len(_NAMES)))
NEIGHBOURS: Final[tuple[Story, ...]] = (
    # Regular twice, at either lender; and one who was, until the second time.
    *_twice(0, _ON_TIME, _ON_TIME),
    *_twice(1, _ON_TIME, _ON_TIME),
    *_twice(2, _ON_TIME, _ON_TIME, lender=MOHLOLI),
    *_twice(3, _ON_TIME, _ON_TIME, lender=MOHLOLI),
    *_twice(4, _ON_TIME, {1: 36, 2: 10}),
    # A little late the first time, regular the second.
    *_twice(5, _ONCE_LATE, _ON_TIME),
    *_twice(6, _ONCE_LATE, _ON_TIME, lender=MOHLOLI),
    # Very late the first time. The second loan of one is above the limit: the manager went on in spite of it.
    *_long_late_then(7, {1: 40}),
    *_long_late_then(8, {1: 45}, amount=1_800),
    *_long_late_then(9, {1: 0}),
    # New clients: three as agreed, one late, one who does not pay any more.
    _loan(10, 97, _ON_TIME),
    _loan(11, 96, _ON_TIME, lender=MOHLOLI),
    _loan(12, 95, _ON_TIME),
    _loan(13, 94, {1: 31, 2: 5}, lender=MOHLOLI),
    _loan(14, 80, {}),
)
