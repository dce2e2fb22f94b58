"""What several people and programs may do to one loan at the same moment: acts for tests that let them race."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

import asyncpg

from core.errors import DomainError
from core.loans.events import Charge
from core.loans.parts import Part
from core.money import ZERO, Money
from core.phones import PhoneNumber
from core.records.loan import Loan
from core.records.proposal import ProposalKind
from core.use_cases.bookkeeping import record_event
from core.use_cases.borrowing import payoff_quote
from core.use_cases.cancelling import ask_to_cancel
from core.use_cases.closing import close_through
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.repaying import NoticeOutcome, drain_payments
from tests.core.use_cases.lending import HOME, Lending, key
from tests.core.use_cases.proving import prove, prove_district

DRAINED_MAX: Final = 100


@dataclass
class Scene:
    """A running loan, and what was done to it that somebody was told is done."""

    lending: Lending
    phone: PhoneNumber
    loan: Loan
    float_held: Money
    acknowledged: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Money] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    going_back: Money = ZERO

    async def at_once(self, acts: Sequence[Act]) -> None:
        """Let all begin together. What a rule refuses changes nothing; what waits is done at the end."""
        await asyncio.gather(*(self._attempt(act) for act in acts))
        await drain_payments(self.lending.engine, HOME, DRAINED_MAX)
        if self.going_back:
            await self.lending.work_on_outbox(HOME)
            self.float_held -= self.going_back
            self.going_back = ZERO

    async def arrive(self, amount: Money, days_ago: int, *, times: int = 1) -> None:
        """The rail says, once or several times over, that money arrived; it is told once that this was news."""
        reference = key()
        on = await self.lending.today() - timedelta(days=days_ago)
        account = str(self.loan.reference)
        told = await asyncio.gather(
            *(self.lending.pay(amount, reference=reference, account=account, on=on) for _ in range(times))
        )
        self.acknowledged[reference] += Counter(told)[NoticeOutcome.ACCEPTED]
        self.amounts[reference] = amount
        self.float_held += amount

    async def agree(self, kind: ProposalKind, data: dict[str, object], *, times: int = 1) -> None:
        """One proposes and another carries out, perhaps from two windows at once: it is done once."""
        lending = self.lending
        change = await propose(lending.engine, lending.cashier, Propose(HOME, kind, data, "As agreed.", key()))
        answers = [
            carry_out(lending.engine, lending.manager, Answer(HOME, change.id, "Seen.", key())) for _ in range(times)
        ]
        results = await asyncio.gather(*answers, return_exceptions=True)
        done = [result for result in results if not isinstance(result, BaseException)]
        assert len(done) <= 1
        if not done:
            raise next(result for result in results if isinstance(result, BaseException))

    async def _attempt(self, act: Act) -> None:
        try:
            await act.do(self)
        except DomainError as refusal:
            self.refused[refusal.code] += 1


class Act(Protocol):
    """One of the things that may happen at the same moment."""

    async def do(self, scene: Scene) -> None:
        """Raises a `DomainError` where a rule refuses it."""
        ...


@dataclass(frozen=True)
class Pay:
    """Money arrives, perhaps backdated; `times` is how often the rail says so at once."""

    amount: Money
    days_ago: int = 0
    times: int = 1

    async def do(self, scene: Scene) -> None:
        await scene.arrive(self.amount, self.days_ago, times=self.times)


@dataclass(frozen=True)
class Settle:
    """What the payoff quote asks for arrives."""

    async def do(self, scene: Scene) -> None:
        quote = await payoff_quote(scene.lending.engine, scene.phone, scene.loan.reference)
        if quote.total > ZERO:
            await scene.arrive(quote.total, 0)


@dataclass(frozen=True)
class ReturnTheCash:
    """The borrower says that the loan is to be cancelled, and the cash comes back."""

    async def do(self, scene: Scene) -> None:
        asked = await ask_to_cancel(scene.lending.engine, scene.phone, scene.loan.reference)
        await scene.arrive(asked.amount, 0)


@dataclass(frozen=True)
class Reverse:
    """A payment that came earlier is taken off the loan: to suspense, or back to the payer."""

    pick: int
    to: str
    times: int = 1

    async def do(self, scene: Scene) -> None:
        if not scene.amounts:
            return
        reference = sorted(scene.amounts)[self.pick % len(scene.amounts)]
        data: dict[str, object] = {"rail": "simulated", "rail_reference": reference, "to": self.to}
        await scene.agree(ProposalKind.REVERSE_PAYMENT, data, times=self.times)
        if self.to == "payer":
            scene.float_held -= scene.amounts[reference]


@dataclass(frozen=True)
class RefundCredit:
    """So much of what was paid too much, at most, is sent back to the borrower's wallet."""

    amount: Money
    times: int = 1

    async def do(self, scene: Scene) -> None:
        position, _ = await scene.lending.books(scene.loan)
        amount = min(self.amount, position.overpaid)
        data: dict[str, object] = {"loan_reference": str(scene.loan.reference), "amount_minor": amount.minor}
        await scene.agree(ProposalKind.REFUND_CREDIT, data, times=self.times)
        scene.going_back += amount


@dataclass(frozen=True)
class Waive:
    """A part of an instalment is forgiven."""

    amount: Money
    instalment: int
    part: Part
    times: int = 1

    async def do(self, scene: Scene) -> None:
        waived = {"instalment": self.instalment, "part": self.part.value, "amount_minor": self.amount.minor}
        data: dict[str, object] = {"loan_reference": str(scene.loan.reference), **waived}
        await scene.agree(ProposalKind.WAIVE, data, times=self.times)


@dataclass(frozen=True)
class GiveUp:
    """The lender writes the loan off."""

    times: int = 1

    async def do(self, scene: Scene) -> None:
        data: dict[str, object] = {"loan_reference": str(scene.loan.reference)}
        await scene.agree(ProposalKind.WRITE_OFF, data, times=self.times)


@dataclass(frozen=True)
class ChargeIt:
    """A fee or a penalty is put on the loan. No page does so yet: this is the use case that all changes go through."""

    amount: Money
    part: Part

    async def do(self, scene: Scene) -> None:
        engine = scene.lending.engine
        async with engine.record.unit(HOME) as unit:
            loan = await unit.loans.get(scene.loan.id, lock=True)
            today = await unit.business_date()
            await record_event(
                engine, unit, loan, lambda n: Charge(f"charge:{key()}", n, today, self.part, self.amount)
            )
            await unit.commit()


@dataclass(frozen=True)
class CloseDays:
    """Days pass, and each is closed; `times` is how many workers do so at once."""

    days: int
    times: int = 1

    async def do(self, scene: Scene) -> None:
        through = await scene.lending.today() + timedelta(days=self.days - 1)
        await asyncio.gather(*(close_through(scene.lending.engine, [HOME], through) for _ in range(self.times)))


async def prove_all(scene: Scene, connection: asyncpg.Connection, acts: Sequence[Act]) -> None:
    """Right at once, and after one more close whatever raced the first one."""
    raced = len(acts) > 1 and any(isinstance(act, CloseDays) for act in acts)
    await prove(scene.lending, connection, scene.loan, beside_a_close=raced)
    if raced:
        await scene.lending.close(await scene.lending.today())
        await prove(scene.lending, connection, scene.loan, beside_a_close=False)
    await prove_district(scene.lending, connection, HOME, float_held=scene.float_held, acknowledged=scene.acknowledged)
