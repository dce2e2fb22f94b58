"""What came in, messages and enquiries."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.errors import NotFound
from core.ports.channel import ChannelPlane
from core.ports.enquiries import Enquiry
from core.ports.intake import Backlog, IntakeKind, IntakeRow, IntakeStatus
from core.ports.messages import MessageRecord
from tests.storage.samples import DISTRICT, LATER, MFI, NOW

CALLER = b"c" * 32
OWNER = "0c9a4f0e-6a83-4b7e-9a52-3d8f8d1b7a11"


def a_row(reference: str = "R1", **changes: Any) -> IntakeRow:
    row = IntakeRow("rail:simulated", reference, "payment", DISTRICT, b"d" * 32, b"sealed", IntakeStatus.WAITING, NOW)
    return replace(row, **changes)


def a_message(**changes: Any) -> MessageRecord:
    message = MessageRecord(
        id=uuid4(),
        caller=CALLER,
        borrower_id=uuid4(),
        district=DISTRICT,
        mfi_id=MFI,
        channel="sms",
        direction="out",
        kind="registered",
        text="Lumela Thabo, u ngolisitsoe",
        parts=1,
        state="sending",
        created_at=NOW,
    )
    return replace(message, **changes)


async def test_what_came_in_is_accepted_once(channel: ChannelPlane) -> None:
    row = a_row()

    assert await channel.intake.accept(row) is None
    assert await channel.intake.accept(replace(row, digest=b"x" * 32)) == row
    assert await channel.intake.accept(replace(row, scope="rail:other")) is None


async def test_of_many_deliveries_at_once_one_is_new(channel: ChannelPlane) -> None:
    results = await asyncio.gather(*(channel.intake.accept(a_row()) for _ in range(8)))

    assert results.count(None) == 1


async def test_a_district_is_given_what_waits_for_it_oldest_first(channel: ChannelPlane) -> None:
    newer, older = a_row("R2"), a_row("R1", received_at=NOW - timedelta(seconds=1))
    for row in (newer, older, a_row("R3", district="LS-B"), a_row("R4", status=IntakeStatus.DONE)):
        await channel.intake.accept(row)

    assert list(await channel.intake.waiting(DISTRICT, 10)) == [older, newer]
    assert list(await channel.intake.waiting(DISTRICT, 1)) == [older]


async def test_what_is_open_is_given_of_one_kind_too(channel: ChannelPlane) -> None:
    kinds = (IntakeKind.APPLICATION, IntakeKind.APPLICATION, IntakeKind.PAYMENT, IntakeKind.APPLICATION)
    rows = [a_row(f"R{n}", kind=kind, scope=f"of {kind}") for n, kind in enumerate(kinds, 1)]
    for row in rows:
        await channel.intake.accept(row)
    await channel.intake.mark(rows[3].scope, rows[3].reference, IntakeStatus.SET_ASIDE, at=LATER)

    assert list(await channel.intake.waiting(DISTRICT, 1, kind=IntakeKind.PAYMENT)) == [rows[2]]
    assert list(await channel.intake.waiting(DISTRICT, 9, kind=IntakeKind.APPLICATION)) == rows[:2]
    assert len(await channel.intake.waiting(DISTRICT, 9)) == 3
    assert [row.reference for row in await channel.intake.set_aside(DISTRICT, 9, kind=IntakeKind.APPLICATION)] == ["R4"]
    assert list(await channel.intake.set_aside(DISTRICT, 9, kind=IntakeKind.PAYMENT)) == []


async def test_what_was_tried_less_often_comes_first(channel: ChannelPlane) -> None:
    for row in (a_row("R1"), a_row("R2", received_at=LATER)):
        await channel.intake.accept(row)

    await channel.intake.mark("rail:simulated", "R1", IntakeStatus.WAITING, at=LATER, error="district_down")

    assert [row.reference for row in await channel.intake.waiting(DISTRICT, 10)] == ["R2", "R1"]


async def test_what_was_set_aside_is_listed_oldest_first_until_it_is_done(channel: ChannelPlane) -> None:
    for row in (a_row("R2", received_at=LATER), a_row("R1"), a_row("R3", district="LS-B"), a_row("R4")):
        await channel.intake.accept(row)
    for reference in ("R1", "R2", "R3", "R4"):
        await channel.intake.mark("rail:simulated", reference, IntakeStatus.SET_ASIDE, at=LATER, error="not_found")
    await channel.intake.mark("rail:simulated", "R4", IntakeStatus.DONE, at=LATER)

    found = await channel.intake.set_aside(DISTRICT, 10)

    assert [(row.reference, row.last_error) for row in found] == [("R1", "not_found"), ("R2", "not_found")]
    assert len(await channel.intake.set_aside(DISTRICT, 1)) == 1


async def test_a_failed_try_is_counted_with_its_error(channel: ChannelPlane) -> None:
    await channel.intake.accept(a_row())

    await channel.intake.mark("rail:simulated", "R1", IntakeStatus.WAITING, at=LATER, error="district_down")

    assert list(await channel.intake.waiting(DISTRICT, 10)) == [a_row(attempts=1, last_error="district_down")]


@pytest.mark.parametrize("final", [IntakeStatus.DONE, IntakeStatus.RETURNED])
async def test_what_is_finished_stays_finished(channel: ChannelPlane, final: IntakeStatus) -> None:
    await channel.intake.accept(a_row())
    await channel.intake.mark("rail:simulated", "R1", final, at=NOW)

    await channel.intake.mark("rail:simulated", "R1", IntakeStatus.WAITING, at=LATER, error="a slower worker")

    assert list(await channel.intake.waiting(DISTRICT, 10)) == []
    assert await channel.intake.accept(a_row()) == a_row(status=final, attempts=1)


async def test_a_target_is_pinned_once_and_for_all(channel: ChannelPlane) -> None:
    await channel.intake.accept(a_row())

    assert await channel.intake.pin("rail:simulated", "R1", "LS-A/suspense") == "LS-A/suspense"
    assert await channel.intake.pin("rail:simulated", "R1", "LS-B/1") == "LS-A/suspense"
    with pytest.raises(NotFound):
        await channel.intake.pin("rail:simulated", "R9", "LS-B/1")


async def test_a_row_is_read_by_its_key_however_it_stands(channel: ChannelPlane) -> None:
    row = a_row(owner=OWNER, scope="application")
    await channel.intake.accept(row)
    await channel.intake.mark(row.scope, row.reference, IntakeStatus.DONE, at=LATER)

    assert await channel.intake.get(row.scope, row.reference) == replace(row, status=IntakeStatus.DONE, attempts=1)
    assert await channel.intake.get(row.scope, "R9") is None


async def test_what_an_owner_waits_for_is_found_until_it_is_through(channel: ChannelPlane) -> None:
    newer, older = (
        a_row("R2", owner=OWNER, received_at=LATER),
        a_row("R1", owner=OWNER),
    )
    for row in (newer, older, a_row("R3", owner="another"), a_row("R4")):
        await channel.intake.accept(row)
    assert list(await channel.intake.open_of(OWNER)) == [older, newer]

    await channel.intake.mark(older.scope, "R1", IntakeStatus.RETURNED, at=LATER, error="blocked")
    await channel.intake.mark(newer.scope, "R2", IntakeStatus.SET_ASIDE, at=LATER, error="failed")
    assert [row.reference for row in await channel.intake.open_of(OWNER)] == ["R2"]

    await channel.intake.mark(newer.scope, "R2", IntakeStatus.DONE, at=LATER)
    await channel.intake.accept(newer)
    assert list(await channel.intake.open_of(OWNER)) == []


async def test_what_was_set_aside_waits_again_with_its_tries_forgotten(channel: ChannelPlane) -> None:
    row = a_row(owner=OWNER)
    await channel.intake.accept(row)
    assert not await channel.intake.try_again(row.scope, row.reference, at=LATER)
    await channel.intake.mark(row.scope, row.reference, IntakeStatus.SET_ASIDE, at=LATER, error="failed")

    assert await channel.intake.try_again(row.scope, row.reference, at=LATER)

    assert list(await channel.intake.waiting(DISTRICT, 10)) == [replace(row, last_error="failed")]
    assert list(await channel.intake.set_aside(DISTRICT, 10)) == []
    assert not await channel.intake.try_again(row.scope, row.reference, at=LATER)
    assert not await channel.intake.try_again(row.scope, "R9", at=LATER)


async def test_a_backlog_counts_what_is_open_and_knows_the_oldest_that_waits(channel: ChannelPlane) -> None:
    assert await channel.intake.backlog(DISTRICT, 10) == Backlog()
    rows = (a_row("R1"), a_row("R2", received_at=LATER), a_row("R3"), a_row("R4"), a_row("R5", district="LS-B"))
    for row in rows:
        await channel.intake.accept(row)
    await channel.intake.mark("rail:simulated", "R1", IntakeStatus.SET_ASIDE, at=LATER)
    await channel.intake.mark("rail:simulated", "R3", IntakeStatus.DONE, at=LATER)
    await channel.intake.mark("rail:simulated", "R4", IntakeStatus.DONE, at=LATER)

    assert await channel.intake.backlog(DISTRICT, 10) == Backlog(1, 1, LATER)


async def test_a_callers_messages_come_newest_first_in_clear(channel: ChannelPlane) -> None:
    older, newer = a_message(), a_message(created_at=LATER, borrower_id=None, mfi_id=None)
    for message in (older, newer, a_message(caller=b"d" * 32)):
        await channel.messages.add(message)

    assert list(await channel.messages.of_caller(CALLER, 10)) == [newer, older]
    assert list(await channel.messages.of_caller(CALLER, 1)) == [newer]


async def test_a_message_noted_before_it_was_sent_is_replaced_until_it_has_its_providers_id(
    channel: ChannelPlane,
) -> None:
    noted = a_message()
    sent = replace(noted, state="accepted", provider="africastalking", provider_id="ATXid_1", cost="M0.20", parts=2)
    await channel.messages.add(noted)
    await channel.messages.add(sent)

    await channel.messages.add(replace(noted, text="something else"))

    assert list(await channel.messages.of_caller(CALLER, 10)) == [sent]


async def test_a_message_moves_on_and_never_back(channel: ChannelPlane) -> None:
    sent = a_message(state="accepted", provider="africastalking", provider_id="ATXid_1")
    await channel.messages.add(sent)

    async def report(state: str, failure: str = "") -> str:
        assert await channel.messages.deliver("africastalking", "ATXid_1", state, failure, LATER)
        return (await channel.messages.of_caller(CALLER, 1))[0].state

    assert [await report(state) for state in ("buffered", "sent", "delivered", "failed", "sent")] == [
        "buffered",
        "buffered",
        "delivered",
        "delivered",
        "delivered",
    ]


async def test_a_failure_keeps_the_providers_reason(channel: ChannelPlane) -> None:
    await channel.messages.add(a_message(state="accepted", provider="africastalking", provider_id="ATXid_1"))

    await channel.messages.deliver("africastalking", "ATXid_1", "failed", "AbsentSubscriber", LATER)

    assert (await channel.messages.of_caller(CALLER, 1))[0].failure == "AbsentSubscriber"


async def test_a_report_about_no_message_of_ours_is_told_so(channel: ChannelPlane) -> None:
    await channel.messages.add(a_message(state="accepted", provider="africastalking", provider_id="ATXid_1"))

    assert not await channel.messages.deliver("africastalking", "ATXid_2", "delivered", "", LATER)
    assert not await channel.messages.deliver("another", "ATXid_1", "delivered", "", LATER)


async def test_look_ups_are_listed_from_a_day_on(channel: ChannelPlane) -> None:
    borrower_id = uuid4()
    old = Enquiry(borrower_id, NOW - timedelta(days=40), MFI, None, "decision")
    first = Enquiry(borrower_id, NOW, MFI, uuid4(), "decision")
    second = Enquiry(borrower_id, LATER, MFI, None, "decision")
    for enquiry in (second, first, old, first, replace(first, borrower_id=uuid4())):
        await channel.enquiries.add(enquiry)

    assert list(await channel.enquiries.since(borrower_id, NOW - timedelta(days=30))) == [first, second]
