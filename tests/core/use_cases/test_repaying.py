"""The drain of the intake: one payment that cannot be posted never holds up another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import Conflict, DomainError, InvalidInput, NotFound
from core.money import ZERO, Money, total
from core.ports.channel import ChannelPlaneDown
from core.ports.intake import IntakeRow, IntakeStatus
from core.ports.record import DistrictDown
from core.records.loan import LoanPosition, Payment
from core.references import Reference
from core.use_cases import repaying
from core.use_cases.repaying import (
    NoticeOutcome,
    PaymentNotice,
    UnknownRailAccount,
    drain_payments,
    receive_payment,
)
from core.use_cases.trying import mark
from core.use_cases.verifying import verify_ledger
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


class RefusingOnce:
    """The record plane, whose next unit is refused."""

    def __init__(self, real: object, refusal: DomainError) -> None:
        self._real = real
        self._refusals = [refusal]

    def __getattr__(self, name: str) -> object:
        if name == "unit" and self._refusals:
            raise self._refusals.pop()
        return getattr(self._real, name)


async def refused_once(lending: Lending, refusal: DomainError, reference: str, account: str) -> None:
    record = RefusingOnce(lending.engine.record, refusal)
    refusing = replace(lending, engine=replace(lending.engine, record=record))  # type: ignore[arg-type]
    assert await refusing.pay(Money.of("5"), reference=reference, account=account) is NoticeOutcome.ACCEPTED


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


async def test_a_payment_that_waited_out_a_long_outage_is_not_set_aside_for_its_first_failure(
    lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repaying, "_TRIES_MAX", 3)
    notice = PaymentNotice(
        "simulated", "BROKEN", Money.of("5"), "", lending.mfi.rail_accounts["simulated"], "", PAST_THE_CALENDAR
    )
    down = replace(lending.engine, record=DownWhilePosting(lending.engine.record))  # type: ignore[arg-type]
    await receive_payment(down, replace(notice, paid_at=lending.engine.clock.now()))
    (row,) = await waiting(lending)
    for _ in range(4):
        await mark(lending.engine, row, IntakeStatus.WAITING, DistrictDown.code)

    async def breaking(_engine: object, _row: object) -> None:
        raise OverflowError

    monkeypatch.setattr(repaying, "_post", breaking)
    for still_waiting in (1, 0):
        with pytest.raises(ExceptionGroup):
            await drain_payments(lending.engine, HOME, 10)
        assert len(await waiting(lending)) == still_waiting


async def test_a_payment_that_goes_on_breaking_the_program_is_set_aside_and_named_by_the_proof(
    lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repaying, "_TRIES_MAX", 4)
    notice = PaymentNotice(
        "simulated", "BROKEN", Money.of("5"), "", lending.mfi.rail_accounts["simulated"], "", PAST_THE_CALENDAR
    )
    with pytest.raises(OverflowError):
        await receive_payment(lending.engine, notice)

    for still_waiting in (1, 1, 1, 0):
        with pytest.raises(ExceptionGroup):
            await drain_payments(lending.engine, HOME, 10)
        assert len(await waiting(lending)) == still_waiting
    assert await drain_payments(lending.engine, HOME, 10) == 0

    (found,) = await verify_ledger(lending.engine, [HOME])
    assert (found.kind, found.detail) == ("payment_set_aside", "it is posted nowhere: failed")


@pytest.mark.parametrize("passing", [ChannelPlaneDown(), Conflict(), DistrictDown()])
async def test_a_payment_that_meets_what_passes_is_posted_by_the_drain(lending: Lending, passing: DomainError) -> None:
    loan = await lending.active_loan(await lending.borrower())
    before, _ = await lending.books(loan)
    await refused_once(lending, passing, "PASSES", str(loan.reference))

    await drain_payments(lending.engine, HOME, 10)

    after, _ = await lending.books(loan)
    assert owed(before) - owed(after) == Money.of("5")
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_payment_that_a_rule_refuses_is_found_by_the_proof_of_the_books(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    await refused_once(lending, NotFound(), "ASIDE", str(loan.reference))

    (found,) = await verify_ledger(lending.engine, [HOME])

    assert (found.district, found.kind, found.subject) == (HOME, "payment_set_aside", "rail:simulated ASIDE")
    assert found.detail == "it is posted nowhere: not_found"


async def test_a_payment_that_was_set_aside_is_posted_when_its_rail_repeats_it(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    before, _ = await lending.books(loan)
    await refused_once(lending, NotFound(), "AGAIN", str(loan.reference))

    repeated = await lending.pay(Money.of("5"), reference="AGAIN", account=str(loan.reference))

    after, _ = await lending.books(loan)
    assert repeated is NoticeOutcome.DUPLICATE
    assert owed(before) - owed(after) == Money.of("5")
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_payments_that_cannot_be_posted_let_the_others_of_their_district_pass(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    for reference in ("FIRST", "SECOND"):
        await refused_once(lending, DistrictDown(), reference, str(loan.reference))
    down = replace(lending.engine, record=DownWhilePosting(lending.engine.record))  # type: ignore[arg-type]
    await drain_payments(down, HOME, 1)

    (next_one,) = await lending.engine.channel.intake.waiting(HOME, 1)

    assert next_one.reference == "SECOND"


# Where a notice leads


async def test_no_notice_is_of_nothing_or_for_an_account_that_is_nobodys(lending: Lending) -> None:
    with pytest.raises(InvalidInput) as refused:
        await lending.pay(ZERO, reference="NOTHING")
    stranger = PaymentNotice("simulated", "LOST", Money.of("5"), "", "99999", "", lending.engine.clock.now())
    with pytest.raises(UnknownRailAccount):
        await receive_payment(lending.engine, stranger)

    assert refused.value.field == "amount"
    assert await waiting(lending) == []


async def test_the_applications_reference_leads_to_its_loan_too(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    async with lending.engine.record.unit(HOME) as unit:
        application = await unit.applications.get(loan.application_id)

    await lending.pay(Money.of("5"), reference="BY-APPLICATION", account=str(application.reference))

    assert (await posted(lending, "BY-APPLICATION")).its_loan_id == loan.id


async def test_a_reference_that_names_nothing_of_this_lenders_leaves_the_money_in_suspense(lending: Lending) -> None:
    cell = (await lending.engine.record.catalogue()).district(HOME).cell_number
    nobodys = Reference.make(cell, lending.engine.identifiers.random_below)
    others = (await lending.apply(await lending.borrower(), product=lending.other_product)).reference

    for reference in (nobodys, others):
        await lending.pay(Money.of("5"), reference=str(reference), account=str(reference))
        payment = await posted(lending, str(reference))

        assert payment.status == "suspense"
        with pytest.raises(ValueError, match="on no loan"):
            _ = payment.its_loan_id


async def test_the_drain_leaves_what_is_no_payment(lending: Lending) -> None:
    now = lending.engine.clock.now()
    other = IntakeRow("application", "A1", "application", HOME, b"d" * 32, b"sealed", IntakeStatus.WAITING, now)
    await lending.engine.channel.intake.accept(other)

    assert await drain_payments(lending.engine, HOME, 10) == 0
    assert await waiting(lending) == [other]


async def posted(lending: Lending, reference: str) -> Payment:
    async with lending.engine.record.unit(HOME) as unit:
        payment = await unit.payments.get("simulated", reference)
    assert payment is not None
    return payment


async def test_a_payment_that_was_posted_is_not_posted_again(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())
    outcomes = [
        await lending.pay(Money.of("5"), reference="TWICE", account=str(loan.reference), on=await lending.today())
        for _ in range(2)
    ]

    assert outcomes == [NoticeOutcome.ACCEPTED, NoticeOutcome.DUPLICATE]
    assert await verify_ledger(lending.engine, [HOME]) == []


async def test_a_drain_whose_intake_is_down_stops_at_once(lending: Lending) -> None:
    await refused_once(lending, DistrictDown(), "WAITS", "")
    channel = Unmarked(lending.engine.channel)

    with pytest.raises(ChannelPlaneDown):
        await drain_payments(replace(lending.engine, channel=channel), HOME, 10)  # type: ignore[arg-type]


class Unmarked:
    """The channel plane, which goes down before anything can be noted."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        if name == "intake":
            return self
        return getattr(self._real, name, None) or getattr(self._real.intake, name)  # type: ignore[attr-defined]

    async def mark(self, *_args: object, **_named: object) -> None:
        raise ChannelPlaneDown
