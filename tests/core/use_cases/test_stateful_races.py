"""Two at once: each race that money can lose, by its name. Whoever comes first, what is kept is what the events say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from core.errors import Conflict
from core.loans.events import Charge, Waiver
from core.loans.parts import Part
from core.money import Money
from core.records.loan import Loan, LoanStatus
from core.records.proposal import ProposalKind
from core.use_cases.bookkeeping import record_event
from core.use_cases.closing import close_through
from core.use_cases.floats import FloatTooLow
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from tests.core.use_cases.acts import (
    Act,
    ChargeIt,
    CloseDays,
    GiveUp,
    Pay,
    RefundCredit,
    ReturnTheCash,
    Reverse,
    Scene,
    Settle,
    Waive,
    prove_all,
)
from tests.core.use_cases.lending import HOME, Lending, key
from tests.core.use_cases.proving import balance, prove

INSTALMENT = Money.of("353.53")
RACES: dict[str, tuple[Act, ...]] = {
    "two payments": (Pay(INSTALMENT), Pay(Money.of("100"))),
    "five payments, some backdated": tuple(Pay(Money.of("70"), days_ago) for days_ago in (0, 20, 0, 5, 20)),
    "one payment, told four times over": (Pay(INSTALMENT, times=4),),
    "a payment and the reversal of an earlier one": (Pay(INSTALMENT), Reverse(0, "suspense")),
    "one reversal, carried out from two windows": (Reverse(0, "payer", times=2),),
    "two reversals of one payment": (Reverse(0, "payer"), Reverse(0, "suspense")),
    "a payment and the close of its day": (Pay(INSTALMENT), CloseDays(1)),
    "a reversal and the close of its day": (Reverse(0, "payer"), CloseDays(1)),
    "two workers that close the same days": (CloseDays(3, times=2),),
    "a waiver and a payment of what it forgives": (Waive(Money.of("10"), 1, Part.INTEREST), Pay(INSTALMENT)),
    "one waiver, carried out from two windows": (Waive(Money.of("10"), 1, Part.PENALTY, times=2),),
    "a waiver and the close of its day": (Waive(Money.of("10"), 2, Part.INTEREST), CloseDays(1)),
    "a write-off and a payment": (GiveUp(), Pay(INSTALMENT)),
    "a write-off and the close of its day": (GiveUp(), CloseDays(1)),
    "one write-off, carried out from two windows": (GiveUp(times=2),),
    "two settlements": (Settle(), Settle()),
    "a settlement and a charge": (Settle(), ChargeIt(Money.of("25"), Part.FEE)),
    "a settlement and the close of its day": (Settle(), CloseDays(1)),
}


@pytest.fixture
async def connection(lending: Lending, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """As the owner, to see what is kept without the product's own readers."""
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def late(lending: Lending, connection: asyncpg.Connection) -> Scene:
    """A loan of three months with one small payment; its first instalment fell due the day before yesterday."""
    scene = await running(lending, connection)
    await scene.at_once([Pay(Money.of("50"))])
    (first, *_) = (await lending.books(scene.loan))[1]
    await scene.at_once([CloseDays((first.due_on - await lending.today()).days + 2)])
    return scene


async def running(lending: Lending, connection: asyncpg.Connection) -> Scene:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    return Scene(lending, phone, loan, await balance(connection, HOME, "float:simulated"))


@pytest.mark.parametrize("race", RACES)
async def test_what_is_kept_is_what_the_events_say_whoever_was_first(
    race: str, late: Scene, connection: asyncpg.Connection
) -> None:
    await late.at_once(RACES[race])

    await prove_all(late, connection, RACES[race])


@pytest.mark.parametrize(
    "act",
    [CloseDays(1), Pay(INSTALMENT), Waive(Money.of("1"), 1, Part.INTEREST), GiveUp(), Reverse(0, "payer")],
    ids=lambda act: type(act).__name__,
)
async def test_whoever_comes_waits_for_whoever_is_at_the_loan(
    act: Act, late: Scene, connection: asyncpg.Connection
) -> None:
    """The charge takes the loan out of the ordinary, so that its close reads all of it and writes all of it."""
    engine = late.lending.engine
    await late.at_once([ChargeIt(Money.of("5"), Part.FEE)])
    async with engine.record.unit(HOME) as unit:
        loan = await unit.loans.get(late.loan.id, lock=True)
        coming = asyncio.create_task(late.at_once([act]))
        await asyncio.wait({coming}, timeout=1)
        assert not coming.done()

        today = await unit.business_date()
        await record_event(engine, unit, loan, lambda n: Charge("first", n, today, Part.FEE, Money.of("7")))
        await unit.commit()

    await coming
    await prove_all(late, connection, [act])
    assert sum(row.fees.minor for row in (await late.lending.books(late.loan))[1]) == 1_200


async def test_the_close_of_an_ordinary_loan_waits_too(late: Scene, connection: asyncpg.Connection) -> None:
    """Its page holds the loan; what was done to the loan meanwhile takes it out of the ordinary, and it is replayed."""
    engine = late.lending.engine
    (_, second, _) = (await late.lending.books(late.loan))[1]
    await late.at_once([CloseDays((second.due_on - await late.lending.today()).days)])
    async with engine.record.unit(HOME) as unit:
        loan = await unit.loans.get(late.loan.id, lock=True)
        closing = asyncio.create_task(late.at_once([CloseDays(1)]))
        await asyncio.wait({closing}, timeout=1)
        assert not closing.done()

        await record_event(
            engine, unit, loan, lambda n: Waiver("first", n, second.due_on, 2, Part.INTEREST, Money.of("1"))
        )
        await unit.commit()

    await closing
    await prove_all(late, connection, [CloseDays(1)])


@pytest.mark.parametrize(
    "race",
    [
        (RefundCredit(Money.of("70")), RefundCredit(Money.of("70"))),
        (RefundCredit(Money.of("70")), Reverse(0, "payer"), Reverse(1, "suspense")),
        (RefundCredit(Money.of("40"), times=2), Pay(Money.of("30")), CloseDays(1)),
    ],
    ids=["two refunds", "a refund and the reversal of what made it", "a refund from two windows, money and a close"],
)
async def test_no_more_credit_goes_back_than_there_is(
    race: tuple[Act, ...], lending: Lending, connection: asyncpg.Connection
) -> None:
    scene = await running(lending, connection)
    await scene.at_once([CloseDays(5)])
    await scene.at_once([Settle()])
    await scene.at_once([Pay(Money.of("70"))])

    await scene.at_once(race)

    await prove_all(scene, connection, race)


async def test_the_cash_that_comes_back_and_a_payment_are_both_kept(
    lending: Lending, connection: asyncpg.Connection
) -> None:
    scene = await running(lending, connection)
    race = (ReturnTheCash(), Pay(Money.of("70")), CloseDays(1))

    await scene.at_once(race)

    await prove_all(scene, connection, race)


async def test_of_two_payouts_that_race_for_one_float_the_second_is_refused_with_its_shortfall(
    lending: Lending, connection: asyncpg.Connection
) -> None:
    loans = [await accepted(lending) for _ in range(2)]
    await leave_in_the_float(lending, connection, Money.of("1000"))

    results = await asyncio.gather(*(lending.release(loan) for loan in loans), return_exceptions=True)
    await lending.work_on_outbox(HOME)

    (refused,) = [result for result in results if result is not None]
    assert isinstance(refused, FloatTooLow)
    assert refused.shortfall == Money.of("900")
    assert await balance(connection, HOME, "float:simulated") == Money.of("50")
    statuses = sorted([(await lending.loan(loan)).status for loan in loans])
    assert statuses == [LoanStatus.ACCEPTED, LoanStatus.ACTIVE]


async def test_a_sweep_that_races_a_payout_leaves_no_float_below_nothing(
    lending: Lending, connection: asyncpg.Connection
) -> None:
    loan = await accepted(lending)
    await leave_in_the_float(lending, connection, Money.of("1000"))
    sweep = await proposed_sweep(lending, Money.of("1000"))

    results = await asyncio.gather(
        lending.release(loan),
        carry_out(lending.engine, lending.manager, Answer(HOME, sweep, "Seen.", key())),
        return_exceptions=True,
    )
    await lending.work_on_outbox(HOME)

    assert sum(isinstance(result, FloatTooLow) for result in results) == 1
    assert await balance(connection, HOME, "float:simulated") in {Money(0), Money.of("50")}


async def test_an_accepted_loan_is_released_once_from_two_windows(
    lending: Lending, connection: asyncpg.Connection
) -> None:
    loan = await accepted(lending)

    results = await asyncio.gather(*(lending.release(loan) for _ in range(3)), return_exceptions=True)
    await lending.work_on_outbox(HOME)

    assert [isinstance(result, Conflict) for result in results if result is not None] == [True, True]
    await prove(lending, connection, loan, beside_a_close=False)


@pytest.mark.parametrize("delay", [0, 0.005, 0.02])
async def test_an_offer_is_either_accepted_or_expired_when_both_come_at_once(
    delay: float, lending: Lending, connection: asyncpg.Connection
) -> None:
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    await close_through(lending.engine, [HOME], loan.offer_expires_on - timedelta(days=1))

    async def accept_a_little_later() -> Loan:
        await asyncio.sleep(delay)
        return await lending.accept(phone, loan)

    accepting, _ = await asyncio.gather(
        accept_a_little_later(),
        close_through(lending.engine, [HOME], loan.offer_expires_on),
        return_exceptions=True,
    )

    status = (await lending.loan(loan)).status
    told = {kind for kind in ("offer_accepted", "offer_expired") if await lending.messages(kind)}
    if isinstance(accepting, BaseException):
        assert (status, told) == (LoanStatus.EXPIRED, {"offer_expired"})
    else:
        assert (status, told) == (LoanStatus.ACCEPTED, {"offer_accepted"})
    async with lending.engine.record.unit(HOME) as unit:
        assert [step.to_status for step in await unit.loans.transitions(loan.id)][-1] == status


async def accepted(lending: Lending) -> Loan:
    phone = await lending.borrower()
    return await lending.accept(phone, await lending.offer(phone))


async def leave_in_the_float(lending: Lending, connection: asyncpg.Connection, amount: Money) -> None:
    """Sweep the rest: of this much, one loan's cash of M950 can be paid and not two."""
    rest = await balance(connection, HOME, "float:simulated") - amount
    await carry_out(lending.engine, lending.manager, Answer(HOME, await proposed_sweep(lending, rest), "Seen.", key()))


async def proposed_sweep(lending: Lending, amount: Money) -> UUID:
    data: dict[str, object] = {"rail": "simulated", "amount_minor": amount.minor, "reference": key()}
    change = await propose(
        lending.engine, lending.cashier, Propose(HOME, ProposalKind.SWEEP_FLOAT, data, "As agreed.", key())
    )
    return change.id
