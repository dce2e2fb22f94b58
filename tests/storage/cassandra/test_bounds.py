"""What keeps a partition from growing without end, and a row from being kept for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.ports.enquiries import Enquiry
from core.ports.intake import IntakeRow, IntakeStatus
from core.ports.messages import MessageRecord
from storage.cassandra.enquiries import ENQUIRIES_KEPT
from storage.cassandra.messages import MESSAGES_KEPT
from storage.cassandra.plane import ChannelOnCassandra
from tests.fixtures_postgres import MovableClock
from tests.storage.samples import DISTRICT, MFI, NOW

pytestmark = pytest.mark.engine

CALLER = b"c" * 32
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def a_message(created_at: datetime, **changes: Any) -> MessageRecord:
    message = MessageRecord(
        uuid4(), CALLER, None, DISTRICT, MFI, "sms", "out", "registered", "Lumela", 1, "sending", created_at
    )
    return replace(message, **changes)


def partitions(plane: ChannelOnCassandra, table: str, key: str) -> set[tuple[object, ...]]:
    return {tuple(row.values()) for row in plane.session._session.execute(f"select distinct {key} from {table}")}  # noqa: S608


def options_of(plane: ChannelOnCassandra, table: str) -> dict[str, Any]:
    driver = plane.session._session
    options: dict[str, Any] = driver.cluster.metadata.keyspaces[driver.keyspace].tables[table].options
    return options


async def test_a_callers_messages_are_a_partition_a_month_and_are_read_across_them(
    cassandra_plane: ChannelOnCassandra, clock: MovableClock
) -> None:
    clock.at = NEW_YEAR + timedelta(days=40)
    messages = [a_message(NEW_YEAR + timedelta(days=days)) for days in (-60, -1, 0, 31, 39)]
    for message in messages:
        await cassandra_plane.messages.add(message)

    assert await cassandra_plane.messages.of_caller(CALLER, 10) == messages[::-1]
    assert await cassandra_plane.messages.of_caller(CALLER, 3) == messages[:1:-1]
    months = {month for _, month in partitions(cassandra_plane, "messages", "caller, month")}
    assert months == {"2026-11", "2026-12", "2027-01", "2027-02"}


async def test_a_message_that_is_sent_in_the_month_after_it_was_noted_stays_one(
    cassandra_plane: ChannelOnCassandra, clock: MovableClock
) -> None:
    clock.at = NEW_YEAR
    noted = a_message(NEW_YEAR - timedelta(seconds=1))
    sent = replace(noted, created_at=NEW_YEAR, state="accepted", provider="africastalking", provider_id="ATXid_1")
    await cassandra_plane.messages.add(noted)
    await cassandra_plane.messages.add(sent)
    await cassandra_plane.messages.deliver("africastalking", "ATXid_1", "delivered", "", NEW_YEAR)

    assert await cassandra_plane.messages.of_caller(CALLER, 10) == [replace(sent, state="delivered")]


async def test_enquiries_are_a_partition_a_month_and_are_read_across_them(
    cassandra_plane: ChannelOnCassandra, clock: MovableClock
) -> None:
    clock.at = NEW_YEAR
    borrower_id = uuid4()
    made = [Enquiry(borrower_id, NEW_YEAR - timedelta(days=days), MFI, None, "decision") for days in (70, 40, 1, 0)]
    for enquiry in made:
        await cassandra_plane.enquiries.add(enquiry)

    assert await cassandra_plane.enquiries.since(borrower_id, made[1].at) == made[1:]
    months = {month for _, month in partitions(cassandra_plane, "enquiries", "borrower_id, month")}
    assert months == {"2026-10", "2026-11", "2026-12", "2027-01"}


@pytest.mark.parametrize(
    ("table", "kept", "column"),
    [
        ("messages", MESSAGES_KEPT, "state"),
        ("provider_messages", MESSAGES_KEPT, "message_id"),
        ("enquiries", ENQUIRIES_KEPT, "staff_id"),
    ],
)
async def test_history_has_a_time_to_live_and_is_compacted_by_time(
    cassandra_plane: ChannelOnCassandra, table: str, kept: timedelta, column: str
) -> None:
    sent = a_message(NOW, provider="africastalking", provider_id="ATXid_1", state="accepted")
    await cassandra_plane.messages.add(sent)
    await cassandra_plane.messages.deliver("africastalking", "ATXid_1", "delivered", "", NOW)
    await cassandra_plane.enquiries.add(Enquiry(uuid4(), NOW, MFI, uuid4(), "decision"))

    row = cassandra_plane.session._session.execute(f"select ttl({column}) as life from {table}").one()  # noqa: S608
    compaction = options_of(cassandra_plane, table)["compaction"]

    assert kept.total_seconds() - 60 < row["life"] <= kept.total_seconds()
    assert compaction["class"].endswith("TimeWindowCompactionStrategy")


async def test_what_is_finished_is_named_to_no_worker_any_more(cassandra_plane: ChannelOnCassandra) -> None:
    row = IntakeRow("rail:simulated", "R1", "payment", DISTRICT, b"d" * 32, b"x", IntakeStatus.WAITING, NOW)
    await cassandra_plane.intake.accept(row)
    assert partitions(cassandra_plane, "open_intake", "district") == {(DISTRICT,)}

    await cassandra_plane.intake.mark(row.scope, row.reference, IntakeStatus.DONE, at=NOW)
    assert partitions(cassandra_plane, "open_intake", "district") == set()

    assert await cassandra_plane.intake.accept(row) == replace(row, status=IntakeStatus.DONE, attempts=1)
    assert partitions(cassandra_plane, "open_intake", "district") == set()


async def test_a_row_that_was_named_and_never_written_is_nothing_and_its_name_goes_by_itself(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    """The process was killed between the two."""
    cassandra_plane.session._session.execute(
        "insert into open_intake (district, scope, reference, attempts, received_at) values (%s, 'rail:x', 'R9', 0, 0)",
        (DISTRICT,),
    )
    row = IntakeRow("rail:simulated", "R1", "payment", DISTRICT, b"d" * 32, b"x", IntakeStatus.WAITING, NOW)
    await cassandra_plane.intake.accept(row)

    assert await cassandra_plane.intake.waiting(DISTRICT, 10) == [row]


async def test_a_row_whose_process_died_before_it_was_named_for_good_is_so_once_it_is_seen(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    """An outage may last longer than a name that nobody confirmed."""
    row = IntakeRow(
        "application", "R1", "application", DISTRICT, b"d" * 32, b"x", IntakeStatus.WAITING, NOW, owner="somebody"
    )
    await cassandra_plane.intake.accept(row)
    driver = cassandra_plane.session._session
    driver.execute(
        "insert into open_intake (district, scope, reference, attempts, received_at, kind) "
        "values (%s, 'application', 'R1', 0, 0, 'application') using ttl 1000",
        (DISTRICT,),
    )
    driver.execute(
        "insert into intake_owners (owner, scope, reference) values ('somebody', 'application', 'R1') using ttl 1000"
    )

    assert await cassandra_plane.intake.waiting(DISTRICT, 10) == [row]

    named = driver.execute("select ttl(attempts) as attempts, ttl(kind) as kind from open_intake").one()
    assert (named["attempts"], named["kind"]) == (None, None)


async def test_a_finished_row_whose_name_was_left_behind_is_not_given_out_again(
    cassandra_plane: ChannelOnCassandra,
) -> None:
    row = IntakeRow("rail:simulated", "R1", "payment", DISTRICT, b"d" * 32, b"x", IntakeStatus.WAITING, NOW)
    await cassandra_plane.intake.accept(row)
    await cassandra_plane.intake.mark(row.scope, row.reference, IntakeStatus.DONE, at=NOW)
    cassandra_plane.session._session.execute(
        "insert into open_intake (district, scope, reference, attempts, received_at) values (%s, %s, %s, 0, 0)",
        (DISTRICT, row.scope, row.reference),
    )

    assert await cassandra_plane.intake.waiting(DISTRICT, 10) == []
    assert partitions(cassandra_plane, "open_intake", "district") == set()


async def test_of_many_marks_at_once_each_is_counted(cassandra_plane: ChannelOnCassandra) -> None:
    row = IntakeRow("rail:simulated", "R1", "payment", DISTRICT, b"d" * 32, b"x", IntakeStatus.WAITING, NOW)
    await cassandra_plane.intake.accept(row)

    await asyncio.gather(
        *(cassandra_plane.intake.mark(row.scope, "R1", IntakeStatus.WAITING, at=NOW, error="down") for _ in range(5))
    )

    assert [standing.attempts for standing in await cassandra_plane.intake.waiting(DISTRICT, 10)] == [5]
