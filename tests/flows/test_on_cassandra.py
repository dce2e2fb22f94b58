"""A first loan with each plane on the engine that it is meant for: loans on PostgreSQL, turns on Cassandra."""

from __future__ import annotations

import pytest

from core.money import ZERO
from core.ports.intake import Backlog
from core.records.loan import LoanStatus
from core.use_cases.borrowing import overview
from core.use_cases.deciding import CheckIdentity, check_identity
from core.use_cases.draining import drain_applications
from core.use_cases.verifying import verify_ledger
from storage.cassandra.connecting import COMPARE_AND_SET
from storage.cassandra.plane import ChannelOnCassandra
from tests.core.use_cases.faulty_record import while_down
from tests.core.use_cases.lending import AWAY, HOME, Lending, key
from tests.flows.caller import Caller
from tests.flows.test_district_down import on

pytestmark = pytest.mark.engine

REGISTRATION = ("2", "1", "Palesa", "Mokoena", "012345678901", "17051990", "1", "2580", "2580")
APPLICATION = ("1", "1", "1", "1500", "2", "2", "1", "6000", "1", "1", "2580")


@pytest.fixture
def channel_plane(cassandra_plane: ChannelOnCassandra) -> ChannelOnCassandra:
    """Instead of the one on PostgreSQL, for all that is made from it: engine, runner, callers."""
    return cassandra_plane


async def test_a_borrower_registers_applies_accepts_and_pays_the_loan_back(
    stranger: Caller, lending: Lending, cassandra_plane: ChannelOnCassandra
) -> None:
    engine = lending.engine
    await stranger.dials()
    await stranger.types(*REGISTRATION)
    await stranger.dials()
    await stranger.types(*APPLICATION)
    await stranger.repeats()
    applied = (await overview(engine, stranger.number)).application
    assert applied is not None

    await check_identity(engine, lending.officer, CheckIdentity(applied.reference, "saw_national_id", "", key()))
    await lending.recommend(applied.reference, lending.officer)
    await lending.approve(applied.reference, lending.manager)
    await stranger.dials()
    await stranger.types("3", "1", "2580")
    async with engine.record.unit(applied.district) as unit:
        accepted = await unit.loans.of_application(applied.id)
    assert accepted is not None
    await lending.release(accepted)
    await lending.work_on_outbox(applied.district)
    owed = sum((row.principal + row.interest + row.fees for row in (await lending.books(accepted))[1]), ZERO)
    for _ in range(2):
        # The rail tells it twice; it is posted once.
        await lending.pay(owed, reference="RAIL-1", payer=stranger.number.e164, account=str(accepted.reference))

    position, _ = await lending.books(accepted)
    assert (await lending.loan(accepted)).status is LoanStatus.CLOSED
    assert position.principal == position.interest == position.fees == ZERO
    assert await verify_ledger(engine, [HOME, AWAY]) == []
    assert cassandra_plane.session.calls[COMPARE_AND_SET] > 0


async def test_an_application_is_taken_while_the_district_is_down_and_submitted_once_when_it_is_back(
    stranger: Caller, lending: Lending, cassandra_plane: ChannelOnCassandra
) -> None:
    engine, up = lending.engine, stranger.runner
    await stranger.dials()
    await stranger.types(*REGISTRATION)
    await stranger.dials()
    await stranger.types(*APPLICATION[:-1])
    stranger.runner = on(while_down(engine), up)
    await stranger.types(APPLICATION[-1])
    stranger.shows("apply.taken")
    await stranger.dials()
    await stranger.types("1")
    stranger.shows("apply.being_sent")

    assert [await drain_applications(each, HOME, 10) for each in (while_down(engine), engine, engine)] == [0, 1, 0]

    stranger.runner = up
    await stranger.dials()
    await stranger.types("3")
    stranger.shows("application.waiting")
    assert len(await lending.messages("application_received")) == 1
    assert await cassandra_plane.intake.backlog(HOME, 10) == Backlog()
