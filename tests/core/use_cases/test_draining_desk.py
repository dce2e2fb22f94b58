"""The intake as staff see it: what is nobody's is left out, and of two who try a row again one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from core.errors import NotFound
from core.money import Money
from core.ports.engine import Engine
from core.ports.intake import IntakeKind, IntakeStatus
from core.records.staff import NotAllowed
from core.use_cases import draining_desk
from core.use_cases.draining_desk import NotSetAside, UnreadableLine, intake_of, try_again, unreadable_in
from core.use_cases.repaying import PaymentNotice, receive_payment
from core.use_cases.taking import apply_for_loan
from letsema.keys.sealing import AesGcmSealer
from tests.core.use_cases.faulty_record import while_down
from tests.core.use_cases.lending import HOME, Lending
from tests.core.use_cases.test_taking import wanted

SCOPE = "rail:simulated"


async def a_payment(lending: Lending, number: str) -> None:
    to = lending.mfi.rail_accounts["simulated"]
    notice = PaymentNotice("simulated", number, Money.of("75"), "", to, "", lending.engine.clock.now())
    await receive_payment(while_down(lending.engine), notice)


async def set_aside(lending: Lending, number: str) -> None:
    at = lending.engine.clock.now()
    await lending.engine.channel.intake.mark(SCOPE, number, IntakeStatus.SET_ASIDE, at=at, error="failed")


async def test_what_was_set_aside_stands_above_what_waits(lending: Lending) -> None:
    for number in ("R1", "R2", "R3"):
        await a_payment(lending, number)
    await set_aside(lending, "R3")

    found = await intake_of(lending.engine, lending.cashier, [HOME])

    assert [(line.number, line.is_set_aside, line.error) for line in found.lines] == [
        ("R3", True, "failed"),
        ("R1", False, "district_down"),
        ("R2", False, "district_down"),
    ]
    assert not found.is_cut


async def test_more_than_is_looked_at_is_told(lending: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining_desk, "LISTED_MAX", 2)
    for number in ("R1", "R2", "R3"):
        await a_payment(lending, number)

    found = await intake_of(lending.engine, lending.cashier, [HOME])

    assert (len(found.lines), found.is_cut) == (2, True)


async def test_a_payment_to_an_account_that_is_nobodys_any_more_is_in_no_lenders_list(lending: Lending) -> None:
    await a_payment(lending, "R1")
    catalogue = await lending.engine.record.catalogue()

    class Moved:
        async def catalogue(self) -> object:
            mfis = {mfi.id: replace(mfi, rail_accounts={}) for mfi in catalogue.mfis.values()}
            return replace(catalogue, mfis=mfis)

    engine = replace(lending.engine, record=Moved())  # type: ignore[arg-type]

    assert (await intake_of(engine, lending.cashier, [HOME])).lines == []


async def test_what_no_key_opens_is_told_with_its_number_whoever_it_belongs_to(lending: Lending) -> None:
    await a_payment(lending, "R1")
    await a_payment(lending, "R2")
    await set_aside(lending, "R2")
    command = await wanted(lending, await lending.borrower())
    await apply_for_loan(while_down(lending.engine), command)
    lost = replace(lending.engine, sealer=AesGcmSealer({9: bytes(range(32))}))
    payments = [("R2", IntakeKind.PAYMENT, True), ("R1", IntakeKind.PAYMENT, False)]
    application = (str(command.reference), IntakeKind.APPLICATION, False)

    def told(lines: Sequence[UnreadableLine]) -> list[tuple[str, IntakeKind, bool]]:
        return [(line.number, line.kind, line.is_set_aside) for line in lines]

    assert told(await unreadable_in(lending.engine, [HOME])) == []
    assert sorted(told(await unreadable_in(lost, [HOME]))) == sorted([*payments, application])
    other = replace(lending.cashier, mfi_id=lending.other_mfi.id)
    for actor in (lending.cashier, other):
        found = await intake_of(lost, actor, [HOME])
        assert (found.lines, told(found.unreadable)) == ([], payments)
    with pytest.raises(NotFound):
        await try_again(lost, lending.cashier, SCOPE, "R2")


async def test_of_two_who_try_a_row_again_at_once_one_does(lending: Lending) -> None:
    await a_payment(lending, "R1")
    await set_aside(lending, "R1")
    both_looked = asyncio.Barrier(2)

    class Together:
        """Both have read the row before either lets it wait."""

        def __getattr__(self, name: str) -> object:
            return getattr(lending.engine.record, name)

        @asynccontextmanager
        async def unit(self, district: str) -> AsyncIterator[object]:
            await both_looked.wait()
            async with lending.engine.record.unit(district) as unit:
                yield unit

    engine: Engine = replace(lending.engine, record=Together())  # type: ignore[arg-type]
    done = await asyncio.gather(
        *(try_again(engine, lending.cashier, SCOPE, "R1") for _ in range(2)), return_exceptions=True
    )

    assert [type(each) for each in done if each is not None] == [NotSetAside]


async def test_who_may_only_look_tries_nothing(lending: Lending) -> None:
    await a_payment(lending, "R1")
    await set_aside(lending, "R1")

    with pytest.raises(NotAllowed):
        await try_again(lending.engine, lending.manager, SCOPE, "R1")

    (row,) = await lending.engine.channel.intake.set_aside(HOME, 10)
    assert row.reference == "R1"


async def test_an_application_is_shown_to_its_lenders_officers_with_its_ten_digits(lending: Lending) -> None:
    command = await wanted(lending, await lending.borrower())
    await apply_for_loan(while_down(lending.engine), command)
    others = replace(lending.officer, mfi_id=lending.other_mfi.id)

    (line,) = (await intake_of(lending.engine, lending.officer, [HOME])).lines

    assert (line.kind, line.number) == (IntakeKind.APPLICATION, str(command.reference))
    assert (line.amount, line.mfi_id) == (command.amount, lending.mfi.id)
    for outsider in (lending.cashier, others):
        assert (await intake_of(lending.engine, outsider, [HOME])).lines == []


async def test_nobody_tries_again_what_is_not_there_is_anothers_or_waits_already(lending: Lending) -> None:
    await a_payment(lending, "R1")
    stranger = replace(lending.cashier, mfi_id=lending.other_mfi.id)

    for actor, number in ((lending.cashier, "R9"), (stranger, "R1")):
        with pytest.raises(NotFound):
            await try_again(lending.engine, actor, SCOPE, number)
    with pytest.raises(NotSetAside):
        await try_again(lending.engine, lending.cashier, SCOPE, "R1")
    now = lending.engine.clock.now()
    async with lending.engine.record.unit(HOME) as unit:
        trail = await unit.audit.between(lending.mfi.id, now.replace(year=2000), now)
    assert "intake.tried_again" not in {entry.action for entry in trail}
