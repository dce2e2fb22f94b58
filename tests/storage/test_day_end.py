"""The close by pages gives every row that the close by replay gives.

Two districts hold the same loans under the same ids; one is closed each way, and every row is compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, cast
from unittest.mock import AsyncMock
from uuid import UUID

import asyncpg
import pytest

from core.calendar import PeriodUnit
from core.errors import Conflict
from core.loans.account import Part
from core.loans.events import Charge, Event, Reversal, Waiver, WriteOff
from core.loans.exact import MultipleRounding
from core.loans.parts import DEFAULT_ORDER
from core.loans.policy import Cap, LateFeeRule, PayoffInterest, Policy
from core.loans.schedule import schedule
from core.loans.terms import DayCount, EmiBasis, Fee, FeeTiming, InvalidTerms, LoanTerms, Method, Residue
from core.money import Money, Rounding
from core.ports.day_end import ORDINARY_EVENTS
from core.ports.engine import Engine
from core.ports.record import DistrictDown, Record, Unit
from core.records.application import ApplicationStatus
from core.records.catalogue import ProductVersion
from core.records.loan import Loan, LoanStatus
from core.records.message import MessageKind
from core.use_cases import closing, closing_pages, due_pages
from core.use_cases.bookkeeping import activate_loan, close_loan_day, receive_repayment, record_event
from core.use_cases.closing import DayEndResult, close_through
from core.use_cases.closing_pages import Rules, close_ordinary_loans
from core.use_cases.loan_events import DISBURSED, REPAID
from storage.postgres.record.unit import UnitOnPostgres
from tests.storage.samples import (
    LATER,
    TODAY,
    a_borrower,
    a_loan,
    a_payment,
    a_payout,
    a_product,
    a_reference,
    an_application,
    lay_ground,
)

BY_PAGES: Final = "LS-A"
BY_REPLAY: Final = "LS-B"
DISTRICTS: Final = (BY_PAGES, BY_REPLAY)
ROWS: Final = {
    "journals": "key",
    "postings": "journal_key, n",
    "instalments": "loan_id, n",
    "loan_positions": "loan_id",
    "loans": "id",
    "loan_events": "loan_id, n",
    "outbox": "key",
}
PENALTY_FIRST: Final = DEFAULT_ORDER
PRINCIPAL_FIRST: Final = tuple(reversed(DEFAULT_ORDER))
INTEREST_FIRST: Final = (Part.INTEREST, Part.PRINCIPAL, Part.PENALTY, Part.FEE)


def late_fee(percent: str, of: str, after_days: int) -> LateFeeRule:
    return LateFeeRule(None, Decimal(percent), with_interest=of != "principal", after_days=after_days)


def fixed_fee(maloti: int, after_days: int = 0) -> LateFeeRule:
    return LateFeeRule(Money.of(maloti), None, with_interest=False, after_days=after_days)


PRODUCTS: Final = tuple(
    a_product(UUID(int=100 + number), policy=Policy(late_fee=fee, advance_order=advance))
    for number, (fee, advance) in enumerate(
        [
            (None, PRINCIPAL_FIRST),
            (fixed_fee(50), PENALTY_FIRST),
            (late_fee("1.5", "principal", 0), PRINCIPAL_FIRST),
            (late_fee("12.345", "principal_and_interest", 0), PRINCIPAL_FIRST),
            (late_fee("5", "principal_and_interest", 2), PRINCIPAL_FIRST),
            (fixed_fee(7, 3), PRINCIPAL_FIRST),
        ]
    )
)

NEED_REPLAY: Final = (
    Policy(late_fee=fixed_fee(50), arrears_interest_percent=Decimal("365.25")),
    Policy(late_fee=late_fee("12.345", "principal_and_interest", 1), cap=Cap.INTEREST_AND_FEES),
    Policy(arrears_interest_percent=Decimal(730), cap=Cap.INTEREST_AND_FEES, due_order=PRINCIPAL_FIRST),
)
"""Rules that run day by day or look at several instalments: nothing of them is in the set-based close."""
OTHER_RULES: Final = (
    Policy(late_fee=fixed_fee(20, 1), due_order=PRINCIPAL_FIRST, payoff_interest=PayoffInterest.PERIOD_END),
    Policy(late_fee=late_fee("3", "principal_and_interest", 0), due_order=INTEREST_FIRST, advance_order=PENALTY_FIRST),
)
"""Rules that change what a payment does, and so what a close finds unpaid."""
ALL_PRODUCTS: Final = PRODUCTS + tuple(
    a_product(UUID(int=200 + number), policy=policy) for number, policy in enumerate(NEED_REPLAY + OTHER_RULES)
)


@dataclass
class Twins:
    """The same portfolio in both districts. Whatever happens to a loan happens to its twin."""

    engine: Engine
    url: str
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    loans: dict[str, list[UUID]] = field(default_factory=lambda: {district: [] for district in DISTRICTS})
    today: date = TODAY
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    async def lend(self, terms: LoanTerms, product: ProductVersion) -> UUID:
        borrower = a_borrower()
        application = replace(
            an_application(borrower, status=ApplicationStatus.APPROVED),
            product_id=product.product_id,
            product_version=product.version,
        )
        loan = a_loan(application, terms=terms.to_json(), principal=terms.principal, status=LoanStatus.DISBURSING)
        for district in DISTRICTS:
            home = replace(borrower, district=district)
            async with self.engine.record.unit(district) as unit:
                await unit.borrowers.add(home)
                await unit.applications.add(replace(application, district=district))
                await unit.loans.add(replace(loan, district=district))
                await activate_loan(self.engine, unit, a_payout(replace(loan, district=district)))
                await unit.commit()
        return loan.id

    async def pay(self, loan_id: UUID, amount: Money, value_on: date, *, only: Sequence[str] = DISTRICTS) -> None:
        number, receipt = next(self._numbers), a_reference()
        for district in only:
            async with self._loan(district, loan_id) as (unit, loan):
                await receive_repayment(
                    self.engine,
                    unit,
                    loan,
                    a_payment(loan, amount=amount),
                    receipt=receipt,
                    key=f"payment:{number}",
                    value_on=value_on,
                )

    async def record(self, loan_id: UUID, event: Event) -> None:
        for district in DISTRICTS:
            async with self._loan(district, loan_id) as (unit, loan):
                await record_event(self.engine, unit, loan, lambda n: replace(event, n=n))

    async def close_by_pages(self) -> Sequence[DayEndResult]:
        return await close_through(self.engine, [BY_PAGES], self.today)

    async def close_by_replay(self) -> None:
        """Whatever a loan has to do with that day: a close that had no work for it must not have had any."""
        active = [row["id"] for row in await self.rows(BY_REPLAY, "loans") if row["status"] == LoanStatus.ACTIVE]
        for loan_id in active:
            async with self._loan(BY_REPLAY, loan_id) as (unit, loan):
                await close_loan_day(self.engine, unit, loan, self.today)
        async with self.engine.record.unit(BY_REPLAY) as unit:
            await unit.close_business_date(self.today, counts={}, at=self.engine.clock.now())
            await unit.commit()

    async def close_both(self, days: int = 1) -> list[DayEndResult]:
        results: list[DayEndResult] = []
        for _ in range(days):
            results += await self.close_by_pages()
            await self.close_by_replay()
            self.today += timedelta(days=1)
        return results

    async def rows(self, district: str, table: str) -> list[dict[str, Any]]:
        """Every row of a table in a district, but for the district itself and ids that chance made."""
        connection = await asyncpg.connect(self.url)
        statement = f"select * from record.{table} where district = $1 order by {ROWS[table]}"  # noqa: S608 - ours
        found = await connection.fetch(statement, district)
        await connection.close()
        unlike = {"district", "id"} if table == "outbox" else {"district"}
        return [{name: value for name, value in row.items() if name not in unlike} for row in found]

    async def assert_alike(self) -> None:
        for table in ROWS:
            assert await self.rows(BY_PAGES, table) == await self.rows(BY_REPLAY, table), table
        assert not await self.engine.record.verify_ledger(BY_PAGES)

    async def business_date(self) -> date:
        async with self.engine.record.unit(BY_PAGES) as unit:
            return await unit.business_date()

    async def journals(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in await self.rows(BY_PAGES, "journals") if row["kind"] == kind]

    @asynccontextmanager
    async def _loan(self, district: str, loan_id: UUID) -> AsyncIterator[tuple[Unit, Loan]]:
        async with self.engine.record.unit(district) as unit:
            yield unit, await unit.loans.get(loan_id, lock=True)
            await unit.commit()


@pytest.fixture
async def twins(engine: Engine, database_url: str) -> Twins:
    await lay_ground(engine.record)
    for product in ALL_PRODUCTS:
        await engine.record.add_product(product)
    await engine.record.open_district(BY_REPLAY, TODAY)
    return Twins(engine, database_url)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pages, for a portfolio of a few loans."""
    monkeypatch.setattr(due_pages, "PAGE_INSTALMENTS", 3)


def terms(**changes: Any) -> LoanTerms:
    """Three instalments of M100 and M9 interest, a day apart."""
    ordinary = LoanTerms(
        principal=Money.of(300),
        annual_rate_percent=Decimal(1095),
        periods=3,
        disbursed_on=TODAY,
        method=Method.FLAT,
        period_unit=PeriodUnit.DAY,
    )
    return replace(ordinary, **changes)


def random_terms(chance: random.Random) -> LoanTerms:
    fees = [
        Fee("upfront", FeeTiming.UPFRONT, percent=Decimal("2.5")),
        Fee("joining", FeeTiming.FIRST, amount=Money.of("12.34")),
        Fee("insurance", FeeTiming.SPREAD, percent=Decimal("3.3")),
    ]
    periods = chance.randint(1, 5)
    drawn = terms(
        principal=Money(chance.randrange(10_000, 500_000)),
        annual_rate_percent=Decimal(chance.choice([0, 24, 365, 900])),
        periods=periods,
        method=chance.choice(list(Method)),
        period_unit=chance.choice([PeriodUnit.DAY, PeriodUnit.DAY, PeriodUnit.WEEK]),
        period_every=chance.randint(1, 4),
        day_count=chance.choice(list(DayCount)),
        rounding_mode=chance.choice(list(Rounding)),
        instalment_multiple=chance.choice([None, None, Money.of(5)]),
        instalment_rounding=chance.choice(list(MultipleRounding)),
        residue=chance.choice(list(Residue)),
        emi_basis=chance.choice(list(EmiBasis)),
        principal_grace=chance.randrange(min(periods, 3)),
        interest_grace=chance.randrange(min(periods, 3)),
        interest_free=chance.randrange(min(periods, 3)),
        fees=tuple(fee for fee in fees if chance.random() < 0.5),
        # The offer was made days before the money came, which moves its dates and, by its day count, no figure.
        disbursed_on=TODAY - timedelta(days=chance.choice([0, 3, 40])),
    )
    try:
        schedule(drawn)
    except InvalidTerms:  # a multiple that leaves a row without principal is refused when it is quoted
        return random_terms(chance)
    return drawn


async def anything(twins: Twins, loan_id: UUID) -> None:
    """What may happen to a loan on a day: mostly money, now and then of an earlier day, and rarely an act of staff."""
    chance, number = twins.chance, f"{loan_id}:{twins.today}"
    async with twins.engine.record.unit(BY_PAGES) as unit:
        loan = await unit.loans.get(loan_id)
        rows = await unit.loans.instalments(loan_id)
        events = await unit.loans.events(loan_id)
    repaid = [event for event in events if event.kind == REPAID]
    if loan.status is not LoanStatus.ACTIVE:
        return
    kind = chance.choices(
        ["money", "backdated", "charge", "waiver", "reversal", "loss"], [0.75, 0.13, 0.04, 0.04, 0.03, 0.01]
    )[0]
    amount = Money(chance.choice([1, 777, max(1, rows[0].total.minor), chance.randrange(1, 2 * loan.principal.minor)]))
    if kind in {"money", "backdated"}:
        earliest = max(TODAY, twins.today - timedelta(days=4))
        await twins.pay(loan_id, amount, earliest if kind == "backdated" else twins.today)
    elif kind == "charge":
        part = chance.choice([Part.FEE, Part.PENALTY])
        await twins.record(loan_id, Charge(number, 0, twins.today, part, Money(555)))
    elif kind == "waiver":
        row = next((row for row in rows if row.interest > row.interest_paid and row.due_on >= twins.today), None)
        if row is not None:
            await twins.record(loan_id, Waiver(number, 0, twins.today, row.n, Part.INTEREST, Money(1)))
    elif kind == "reversal" and repaid:
        await twins.record(loan_id, Reversal(number, 0, repaid[-1].key))
    elif kind == "loss":
        await twins.record(loan_id, WriteOff(number, 0, twins.today))


@pytest.mark.parametrize(
    ("database_url", "seed"),
    [("postgres", 1), ("postgres", 2), ("postgres", 3), pytest.param("citus", 4, marks=pytest.mark.citus)],
    indirect=["database_url"],
)
async def test_random_portfolios_close_alike_both_ways_row_by_row(twins: Twins, small_pages: None, seed: int) -> None:
    twins.chance.seed(seed)
    loan_ids = [await twins.lend(random_terms(twins.chance), twins.chance.choice(ALL_PRODUCTS)) for _ in range(10)]

    for _ in range(12):
        for loan_id in loan_ids:
            if twins.chance.random() < 0.2:
                await anything(twins, loan_id)
        await twins.close_both()

    await twins.assert_alike()
    assert await twins.journals("interest")
    assert await twins.journals("late_fee")


# --- what is closed by pages, and what is left to a replay ---


@dataclass
class Replays:
    """Counts the loans that the close hands to a replay."""

    loan_ids: list[UUID] = field(default_factory=list)


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> Replays:
    counted = Replays()

    async def close(engine: Engine, unit: Unit, loan: Loan, day: date) -> Any:
        counted.loan_ids.append(loan.id)
        return await close_loan_day(engine, unit, loan, day)

    monkeypatch.setattr(closing, "close_loan_day", close)
    return counted


async def test_ordinary_loans_need_no_replay(twins: Twins, replays: Replays) -> None:
    await twins.lend(terms(), PRODUCTS[3])
    await twins.lend(terms(), PRODUCTS[1])

    results = await twins.close_both(days=5)

    assert replays.loan_ids == []
    assert sum(result.interest_recognised for result in results) == 6
    assert sum(result.late_fees for result in results) == 6
    await twins.assert_alike()


@pytest.mark.parametrize("number", range(len(NEED_REPLAY)))
async def test_rules_that_the_set_based_close_lacks_are_left_to_a_replay(
    twins: Twins, replays: Replays, number: int
) -> None:
    loan_id = await twins.lend(terms(), ALL_PRODUCTS[len(PRODUCTS) + number])

    await twins.close_both(days=6)

    assert set(replays.loan_ids) == {loan_id}
    await twins.assert_alike()


@pytest.mark.parametrize(
    "changes",
    [
        {"period_unit": PeriodUnit.WEEK, "fees": (Fee("Service fee", FeeTiming.SPREAD, Money.of(10)),)},
        {"interest_grace": 2, "principal_grace": 1},
        {"interest_free": 2, "method": Method.EQUAL_PRINCIPAL, "instalment_multiple": Money.of(5)},
        {"day_count": DayCount.ACTUAL_ACTUAL, "method": Method.EMI, "emi_basis": EmiBasis.EXACT},
    ],
    ids=["weekly with spread fees", "graces", "interest-free in multiples", "by the calendar"],
)
async def test_loans_of_other_terms_are_ordinary_too(twins: Twins, replays: Replays, changes: dict[str, Any]) -> None:
    await twins.lend(terms(**changes), PRODUCTS[3])

    await twins.close_both(days=9)

    assert replays.loan_ids == []
    assert await twins.journals("late_fee")
    await twins.assert_alike()


async def test_a_message_tells_each_late_fee_with_its_own_id(twins: Twins) -> None:
    await twins.lend(terms(), PRODUCTS[1])

    await twins.close_both(days=4)

    async with twins.engine.record.unit(BY_PAGES) as unit:
        told = [row for row in await unit.outbox.claim(LATER, 100, 0) if row.kind == MessageKind.LATE_FEE]
    assert [row.data["amount_minor"] for row in told] == [5_000, 5_000]
    assert {row.id.version for row in told} == {8}
    assert len({row.id for row in told}) == 2


@pytest.mark.parametrize(
    ("mode", "fees"),
    [
        (Rounding.HALF_EVEN, {2, 4}),
        (Rounding.HALF_UP, {3, 4}),
        (Rounding.UP, {3, 4}),
        (Rounding.DOWN, {2, 3}),
    ],
)
async def test_a_percentage_is_rounded_as_the_contract_says(twins: Twins, mode: Rounding, fees: set[int]) -> None:
    for product, percent in zip(PRODUCTS, ["0.025", "0.035"], strict=False):  # of M100.00: 2.5 and 3.5 lisente
        charging = replace(product, version=2, policy=Policy(late_fee=late_fee(percent, "principal", 0)))
        await twins.engine.record.add_product(charging)
        await twins.lend(terms(rounding_mode=mode, periods=1, principal=Money.of(100)), charging)

    await twins.close_both(days=3)

    charged = [row["penalties_lisente"] for row in await twins.rows(BY_PAGES, "instalments")]
    assert set(charged) == fees
    await twins.assert_alike()


async def test_interest_that_meets_the_cap_is_left_to_a_replay(twins: Twins, replays: Replays) -> None:
    loan_id = await twins.lend(terms(), PRODUCTS[0])
    await twins.pay(loan_id, Money.of(110 + 110), TODAY)
    await twins.close_both(days=2)
    # M5 of the last principal is left, below its M10 of interest; earlier, M95 would have settled the loan.
    await twins.pay(loan_id, Money.of(95), twins.today)

    await twins.close_both(days=2)

    assert set(replays.loan_ids) == {loan_id}
    [recognised] = [row for row in await twins.rows(BY_PAGES, "postings") if row["debit"] == "interest_receivable"]
    assert recognised["amount_lisente"] == 300
    await twins.assert_alike()


@pytest.mark.parametrize(
    "event",
    [
        Charge("charge", 0, TODAY, Part.FEE, Money(500)),
        Waiver("waiver", 0, TODAY, 1, Part.INTEREST, Money(300)),
        Reversal("reversal", 0, "payment:1"),
    ],
    ids=["charge", "waiver", "reversal"],
)
async def test_a_loan_that_staff_have_changed_is_left_to_a_replay(twins: Twins, replays: Replays, event: Event) -> None:
    loan_id = await twins.lend(terms(), PRODUCTS[1])
    await twins.pay(loan_id, Money(1), TODAY)
    await twins.record(loan_id, event)

    await twins.close_both(days=3)

    assert set(replays.loan_ids) == {loan_id}
    await twins.assert_alike()


async def test_a_loan_of_a_product_without_a_rule_is_left_to_a_replay(
    twins: Twins, replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_pages, "_rule_of", lambda _: None)
    loan_id = await twins.lend(terms(), PRODUCTS[1])

    await twins.close_both(days=3)

    assert set(replays.loan_ids) == {loan_id}
    await twins.assert_alike()


def test_the_kinds_of_ordinary_events_are_those_that_are_kept() -> None:
    assert ORDINARY_EVENTS == (DISBURSED, REPAID)


# --- again, after a crash, and beside payments ---


class Crash(DistrictDown):
    """The node went away."""


class CrashingRecord:
    """A record plane that goes away after so many units."""

    def __init__(self, record: Record, units: int) -> None:
        self._record = record
        self._left = units

    def unit(self, district: str) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Crash
        return self._record.unit(district)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._record, name)


async def test_a_close_that_died_anywhere_is_finished_by_running_it_again(twins: Twins, small_pages: None) -> None:
    for product in [*PRODUCTS, *PRODUCTS]:
        await twins.lend(terms(), product)
    await twins.close_both()

    crashes = 0
    while await twins.business_date() == twins.today:
        record = CrashingRecord(twins.engine.record, crashes)
        with contextlib.suppress(Crash):
            await close_through(replace(twins.engine, record=cast("Record", record)), [BY_PAGES], twins.today)
        crashes += 1
    await twins.close_by_replay()

    assert crashes > 10
    await twins.assert_alike()


async def test_a_pass_over_closed_loans_does_nothing(twins: Twins) -> None:
    await twins.lend(terms(), PRODUCTS[1])
    await twins.close_both(days=2)
    rules = Rules.of(await twins.engine.record.catalogue())
    before = [await twins.rows(BY_PAGES, table) for table in ROWS]

    again = await close_ordinary_loans(
        twins.engine, BY_PAGES, rules, twins.today - timedelta(days=1), business_on=twins.today
    )

    assert (again.closed, again.left) == (0, frozenset())
    assert [await twins.rows(BY_PAGES, table) for table in ROWS] == before


async def test_a_payment_between_the_page_and_the_next_day_is_closed_again(twins: Twins, replays: Replays) -> None:
    """The payment is booked as of the open day, so it undoes the close of its loan; the same close finds that."""
    loan_id = await twins.lend(terms(), PRODUCTS[1])
    await twins.close_both()
    rules = Rules.of(await twins.engine.record.catalogue())
    await close_ordinary_loans(twins.engine, BY_PAGES, rules, twins.today, business_on=twins.today)
    await twins.pay(loan_id, Money(700), twins.today)

    await twins.close_both(days=2)

    assert set(replays.loan_ids) == {loan_id}
    for table in ("instalments", "loan_positions"):
        assert await twins.rows(BY_PAGES, table) == await twins.rows(BY_REPLAY, table)
    assert not await twins.engine.record.verify_ledger(BY_PAGES)


async def test_a_payment_under_way_while_the_date_moved_is_found_the_next_day(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan_id = await twins.lend(terms(), PRODUCTS[0])
    await twins.close_both()
    late = twins.today
    await twins.close_both()
    with monkeypatch.context() as patched:
        patched.setattr(UnitOnPostgres, "business_date", AsyncMock(return_value=late))
        await twins.pay(loan_id, Money(700), late)
    undone = await twins.rows(BY_PAGES, "loan_positions")

    await twins.close_both()

    healed = await twins.rows(BY_PAGES, "loan_positions")
    assert undone[0]["interest_receivable_lisente"] == 0
    assert healed[0]["interest_receivable_lisente"] == 2 * 900 - 700
    assert not await twins.engine.record.verify_ledger(BY_PAGES)


async def test_payments_during_a_close_lose_nothing(twins: Twins, small_pages: None) -> None:
    loan_ids = [await twins.lend(terms(), PRODUCTS[3]) for _ in range(9)]
    await twins.close_both()
    payments = [twins.pay(loan_id, Money(1_500), twins.today, only=[BY_PAGES]) for loan_id in loan_ids]

    await asyncio.gather(twins.close_by_pages(), *payments)
    twins.today += timedelta(days=1)
    await twins.close_by_pages()

    positions = await twins.rows(BY_PAGES, "loan_positions")
    assert not await twins.engine.record.verify_ledger(BY_PAGES)
    assert sum(row["interest_receivable_lisente"] for row in positions) >= 0


# --- two closes at once ---


async def test_two_closes_at_once_share_the_days_and_double_nothing(twins: Twins, small_pages: None) -> None:
    for product in [*PRODUCTS, *PRODUCTS]:
        await twins.lend(terms(), product)
    last = twins.today + timedelta(days=3)

    both = await asyncio.gather(*(close_through(twins.engine, [BY_PAGES], last) for _ in range(2)))
    for _ in range(4):
        await twins.close_by_replay()
        twins.today += timedelta(days=1)

    assert sorted(result.closed_on for results in both for result in results) == [
        last - timedelta(days=before) for before in (3, 2, 1, 0)
    ]
    await twins.assert_alike()


async def test_a_close_that_falls_behind_books_nothing_for_a_day_that_is_closed(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has looked at the date, and stands still while another closes that day, and the next one comes."""
    ordinary, other = await twins.lend(terms(), PRODUCTS[1]), await twins.lend(terms(), PRODUCTS[1])
    await twins.record(other, Charge("charge", 0, TODAY, Part.FEE, Money(500)))
    await twins.close_both()
    behind = twins.today
    await twins.close_both()
    before = [await twins.rows(BY_PAGES, table) for table in ROWS]
    with monkeypatch.context() as patched:
        patched.setattr(closing, "_open_day", AsyncMock(side_effect=[behind, twins.today, twins.today]))
        # As if the other close had not got to these loans: they are found, and still nothing is booked.
        patched.setattr(due_pages, "PAGE_INSTALMENTS", 1)
        assert await close_through(twins.engine, [BY_PAGES], behind) == []
    rules = Rules.of(await twins.engine.record.catalogue())
    pages = await close_ordinary_loans(twins.engine, BY_PAGES, rules, twins.today, business_on=behind)

    assert (pages.closed, pages.left) == (0, frozenset())
    assert [await twins.rows(BY_PAGES, table) for table in ROWS] == before
    await twins.close_both()
    assert ordinary in {row["loan_id"] for row in await twins.journals("late_fee")}
    await twins.assert_alike()


async def test_a_conflict_that_nobodys_close_explains_is_raised(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UnitOnPostgres, "close_business_date", AsyncMock(side_effect=Conflict("a deadlock")))

    with pytest.raises(Conflict, match="deadlock"):
        await close_through(twins.engine, [BY_PAGES], twins.today)
