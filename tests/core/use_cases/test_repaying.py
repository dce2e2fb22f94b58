"""The drain of the intake: one payment that cannot be posted never holds up another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.money import Money, total
from core.ports.channel import IntakeRow
from core.ports.record import DistrictDown
from core.records.loan import LoanPosition
from core.use_cases.repaying import PaymentNotice, drain_payments, receive_payment
from tests.core.use_cases.lending import HOME, Lending

PAST_THE_CALENDAR = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


class DownWhilePosting:
    """The record plane, but no district answers."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        if name == "unit":
            raise DistrictDown(HOME)
        return getattr(self._real, name)


def owed(position: LoanPosition) -> Money:
    return total((position.principal, position.interest, position.fees, position.penalties))


async def waiting(lending: Lending) -> list[IntakeRow]:
    return list(await lending.engine.channel.intake.waiting(HOME, 10))


async def test_a_payment_that_breaks_the_drain_holds_up_no_other(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    before, _ = await lending.books(loan)
    broken = PaymentNotice(
        rail="simulated",
        reference="BROKEN",
        amount=Money.of("5"),
        payer="+26662000000",
        to=lending.mfi.rail_accounts["simulated"],
        account="",
        paid_at=PAST_THE_CALENDAR,
    )
    good = replace(broken, reference="GOOD", account=str(loan.reference), paid_at=lending.engine.clock.now())
    with pytest.raises(OverflowError):
        await receive_payment(lending.engine, broken)
    down = replace(lending.engine, record=DownWhilePosting(lending.engine.record))  # type: ignore[arg-type]
    await receive_payment(down, good)
    assert [row.reference for row in await waiting(lending)] == ["BROKEN", "GOOD"]

    with pytest.raises(ExceptionGroup):
        await drain_payments(lending.engine, HOME, 10)

    after, _ = await lending.books(loan)
    assert owed(before) - owed(after) == Money.of("5")
    assert [row.reference for row in await waiting(lending)] == ["BROKEN"]
