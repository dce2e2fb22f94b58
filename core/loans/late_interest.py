"""Interest on arrears: simple, daily, actual/365, on overdue principal only, and held by the in-duplum cap."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

from core.loans.exact import round_money
from core.loans.obligations import Row
from core.loans.parts import Part
from core.loans.running import RunningLoan
from core.money import Money

_DAYS_PER_YEAR: Final = 365
_PERCENT: Final = 100


def run_to(loan: RunningLoan, day: date) -> None:
    """Let the days up to one pass, each with its interest; day by day once the cap comes near."""
    days = (day - loan.today).days
    loan.today = day
    if not (days and loan.policy.arrears_interest_percent):
        return
    rate = Fraction(loan.policy.arrears_interest_percent) / _PERCENT / _DAYS_PER_YEAR
    overdue = [row for row in loan.rows if row.is_due and row.outstanding(Part.PRINCIPAL)]
    if not overdue:
        return
    if sum(_daily(row, rate) for row in overdue) * days + len(overdue) <= loan.room.minor:
        for row in overdue:
            _grow(loan, row, _daily(row, rate) * days)
        return
    for _ in range(days):
        room = loan.room
        if not room:
            return
        for row in overdue:
            room -= _grow(loan, row, _daily(row, rate), room)


def _daily(row: Row, rate: Fraction) -> Fraction:
    return row.outstanding(Part.PRINCIPAL).minor * rate


def _grow(loan: RunningLoan, row: Row, interest: Fraction, room: Money | None = None) -> Money:
    """Add interest to a row. The exact sum is kept, so that roundings do not add up."""
    before = round_money(row.arrears, loan.rounding_mode)
    row.arrears += interest
    grown = round_money(row.arrears, loan.rounding_mode) - before
    if room is not None and grown > room:
        grown = room
        row.arrears = Fraction((before + room).minor)  # what the cap held back is gone for good
    row.charge_arrears_to(before + grown)
    return grown
