"""What a page of a list sends: the statements of what it shows, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from core.ports.reads import PayoutFilter, PayoutList
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordOnPostgres
from tests.storage.contracts.test_reads_of_changes import a_proposal, kept
from tests.storage.crossing import portal_statements, shape
from tests.storage.samples import DISTRICT, MFI, lay_ground


@contextmanager
def sent(record: RecordOnPostgres) -> Iterator[list[str]]:
    """The portal's statements that are sent meanwhile, in order, by their names."""
    names: list[str] = []

    def look(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if (name := portal_statements().get(shape(sql))) is not None:
            names.append(name)

    engine = record.nodes.all[0].engine.sync_engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield names
    finally:
        event.remove(engine, "before_cursor_execute", look)


@pytest.mark.parametrize(
    ("paged", "statements"),
    [
        (PayoutList.WAITING, ["payouts._WAITING", "payouts._COUNT_WAITING"]),
        (PayoutList.SECOND, ["payouts._OLDEST_FIRST", "payouts._COUNT_PAYOUTS"]),
        (PayoutList.UNDER_WAY, ["payouts._OLDEST_FIRST", "payouts._COUNT_PAYOUTS"]),
        (PayoutList.REFUNDS, ["payouts._REFUNDS", "payouts._COUNT_PAYOUTS"]),
    ],
)
async def test_a_page_of_one_list_of_payouts_is_that_list_and_its_length(
    record_plane: RecordOnPostgres, portal_reads: PortalReadsOnPostgres, paged: PayoutList, statements: list[str]
) -> None:
    with sent(record_plane) as names:
        await portal_reads.disbursements(MFI, [DISTRICT], PayoutFilter(paged, 2))

    assert names == statements


async def test_what_is_pending_is_counted_only_where_the_page_does_not_say_it_itself(
    record_plane: RecordOnPostgres, portal_reads: PortalReadsOnPostgres
) -> None:
    """The menu around each page counts as well: on a day of few proposals that is the one count."""
    await lay_ground(record_plane)
    counted, totals = [], []
    for page in (1, 1, 2, 3):
        with sent(record_plane) as names:
            found = await portal_reads.proposals(MFI, [DISTRICT], page=page, page_size=2)
        counted.append("proposals._COUNT" in names)
        totals.append(found.total)
        if not found.total:
            await kept(record_plane, a_proposal(), a_proposal(), a_proposal())

    assert totals == [0, 3, 3, 3]
    assert counted == [False, True, False, True]
