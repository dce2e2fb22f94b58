"""What the demo's borrowers have done by today: data, lived through day by day by the real use cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from core.calendar import add_months
from core.money import Money
from core.records.application import RejectionReason
from core.records.borrower import IncomeKind, Purpose
from letsema.demo.cast import (
    KEKETSO,
    KHOTSO,
    LINEO,
    MASEKHANTSI,
    MOHLOLI,
    MPHO,
    NTHABISENG,
    POLO,
    REFILOE,
    SELLO,
    THABO,
    TRADERS,
    TUMELO,
    Lender,
    Person,
    Product,
)


class Stage(IntEnum):
    """How far a loan got."""

    SUBMITTED = 1
    RECOMMENDED = 2
    REJECTED = 3
    OFFERED = 4
    ACCEPTED = 5
    DISBURSED = 6


@dataclass(frozen=True, slots=True)
class Story:
    """One application and what became of it.

    days_ago: when it was sent in; every step up to `stage` follows on that day. With `late` the day follows from it:
    the instalment and how many days it is late today.
    paid: by instalment, how many days after its due date it was paid (negative: before it); others were not.
    """

    person: Person
    lender: Lender
    days_ago: int
    amount: Money
    periods: int
    purpose: Purpose
    net_pay: Money
    income_kind: IncomeKind
    stage: Stage
    paid: Mapping[int, int] = field(default_factory=dict)
    rejected_for: RejectionReason | None = None
    late: tuple[int, int] | None = None
    product: Product | None = None

    @property
    def product_code(self) -> str:
        """The product's: the lender's first one unless the story says another."""
        return (self.product or self.lender.products[0]).code

    def applied_on(self, today: date) -> date:
        """The business date of the application."""
        if self.late is None:
            return today - timedelta(days=self.days_ago)
        instalment, days = self.late
        due_on = today - timedelta(days=days)
        return add_months(due_on, -instalment, due_on.day)


STORIES: Final = (
    # Paid back in full, then applied again: a returning borrower, whose new application waits for an officer.
    Story(
        THABO, KHOTSO, 112, Money.of(1_500), 3, Purpose.SCHOOL, Money.of(6_500), IncomeKind.SALARY,
        Stage.DISBURSED, {1: -1, 2: 0, 3: 0},
    ),
    Story(
        THABO, KHOTSO, 1, Money.of(4_000), 6, Purpose.HOME, Money.of(6_500), IncomeKind.SALARY, Stage.SUBMITTED,
    ),
    # Active and on time.
    Story(
        LINEO, KHOTSO, 76, Money.of(4_800), 6, Purpose.BUSINESS, Money.of(7_200), IncomeKind.BUSINESS,
        Stage.DISBURSED, {1: 0, 2: -2},
    ),
    # Ten days late: the second instalment is unpaid.
    Story(
        MPHO, KHOTSO, 0, Money.of(3_000), 4, Purpose.FARMING, Money.of(5_400), IncomeKind.FARMING,
        Stage.DISBURSED, {1: 0}, late=(2, 10),
    ),
    # Forty-five days late.
    Story(
        NTHABISENG, MOHLOLI, 0, Money.of(6_000), 8, Purpose.BUSINESS, Money.of(9_000), IncomeKind.BUSINESS,
        Stage.DISBURSED, {1: 2}, late=(2, 45),
    ),
    # Recommended, and waits for the analyst; the instalment is heavy for this pay.
    Story(
        TUMELO, KHOTSO, 2, Money.of(7_500), 12, Purpose.HOME, Money.of(4_100), IncomeKind.SALARY, Stage.RECOMMENDED,
    ),
    # An offer that waits for an answer.
    Story(
        MASEKHANTSI, KHOTSO, 1, Money.of(2_500), 4, Purpose.HEALTH, Money.of(5_000), IncomeKind.FAMILY, Stage.OFFERED,
    ),
    # Accepted, and waits for the cashier.
    Story(
        KEKETSO, MOHLOLI, 1, Money.of(3_500), 5, Purpose.PERSONAL, Money.of(6_800), IncomeKind.SALARY, Stage.ACCEPTED,
    ),
    # Late once, paid with its late fee, on time since; and owes the other lender too.
    Story(
        REFILOE, KHOTSO, 98, Money.of(2_000), 6, Purpose.SCHOOL, Money.of(6_100), IncomeKind.SALARY,
        Stage.DISBURSED, {1: 0, 2: 5, 3: 0},
    ),
    Story(
        REFILOE, MOHLOLI, 40, Money.of(1_200), 3, Purpose.SCHOOL, Money.of(6_100), IncomeKind.SALARY,
        Stage.DISBURSED, {1: -1},
    ),
    # A market trader who pays every week.
    Story(
        SELLO, KHOTSO, 25, Money.of(1_000), 8, Purpose.BUSINESS, Money.of(3_000), IncomeKind.BUSINESS,
        Stage.DISBURSED, {1: 0, 2: 0, 3: -1}, product=TRADERS,
    ),
    # Declined, with a reason.
    Story(
        SELLO, MOHLOLI, 6, Money.of(9_000), 6, Purpose.BUSINESS, Money.of(3_000), IncomeKind.BUSINESS,
        Stage.REJECTED, rejected_for=RejectionReason.AFFORDABILITY,
    ),
)  # fmt: skip

ONLY_REGISTERED: Final = POLO
"""Registered today, and has not applied for anything yet."""
