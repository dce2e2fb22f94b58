"""Every statement on a borrower's path is one task on one node; only the portal's lists are more, and are listed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text

from core.ports.environment import KeyedHash
from core.ports.reads import PayoutFilter, QueueFilter
from core.records.complaint import ComplaintStatus
from core.records.identity import CaseStatus
from core.use_cases.closing import close_through
from core.use_cases.following_change import follow_changes
from core.use_cases.purging import purge_finished
from core.use_cases.reminding import plan_reminders
from core.use_cases.reserving import settle_reservations
from core.use_cases.sealing import seal_audit
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordOnPostgres
from tests.core.use_cases import (
    test_changing_number,
    test_changing_pin,
    test_complaining,
    test_consenting,
    test_identity_cases,
    test_paying_off,
    test_preferring,
    test_purging,
    test_recovering,
    test_refunding,
    test_repaying,
    test_requesting_payment,
    test_stating,
    test_wallets,
    test_whole_life,
)
from tests.core.use_cases.lending import AWAY, HOME, Lending
from tests.fixtures_citus import CitusDatabase
from tests.fixtures_postgres import MovableClock
from tests.servers.citus.cluster import connected
from tests.storage.citus.tasks import Watched, tasks_of

Journey = Callable[..., Awaitable[None]]

pytestmark = [pytest.mark.engine, pytest.mark.citus]


@pytest.fixture
def watched(record_plane: RecordOnPostgres) -> Iterator[Watched]:
    """Hears every statement that `lending` has run on the cluster."""
    watched = Watched()
    with watched.on(record_plane):
        yield watched


JOURNEYS: Sequence[Journey] = (
    test_whole_life.test_every_step_from_the_application_to_the_loss_says_who_why_and_when,
    test_whole_life.test_a_waiver_a_loss_and_what_is_recovered_stand_apart_in_the_books,
    test_changing_pin.test_the_new_pin_opens_the_old_one_does_not_and_the_number_is_told,
    test_changing_number.test_a_case_of_the_same_person_becomes_a_change_of_number,
    test_changing_number.test_a_change_that_nobody_decided_on_opens_its_case_again,
    test_changing_number.test_a_mistyped_id_is_corrected_and_its_owner_registers,
    test_identity_cases.test_a_case_is_closed_with_a_reason_once,
    test_complaining.test_a_complaint_has_a_number_a_due_day_and_a_message,
    test_complaining.test_an_answer_reaches_the_borrower_and_is_written_down,
    test_consenting.test_a_consent_that_was_taken_back_is_kept_with_its_end_and_told,
    test_paying_off.test_the_whole_schedule_paid_ahead_is_more_than_the_payoff,
    test_preferring.test_who_wants_no_reminders_gets_none_and_others_do,
    test_purging.test_a_purge_takes_a_batch_at_a_time,
    test_recovering.test_a_locked_out_borrower_comes_back_in_with_a_new_pin,
    test_refunding.test_a_payment_to_a_closed_loan_is_credit_that_can_go_back,
    test_repaying.test_a_payment_that_was_set_aside_is_posted_when_its_rail_repeats_it,
    test_requesting_payment.test_the_payment_that_follows_is_posted_to_the_loan_like_any_other,
    test_stating.test_a_loan_has_one_statement_a_day,
    test_wallets.test_a_change_is_told_to_the_old_number_and_the_new_one,
)
"""Whole lives, from the tests of the use cases. What a borrower or a worker newly does belongs here, too."""


@pytest.fixture(params=JOURNEYS, ids=lambda journey: journey.__name__)
def journey(request: pytest.FixtureRequest) -> Callable[[], Awaitable[None]]:
    request.getfixturevalue("watched")  # before anything is laid out
    wanted = inspect.signature(request.param).parameters
    return partial(request.param, **{name: request.getfixturevalue(name) for name in wanted})


async def test_a_journey_stays_on_one_node(
    journey: Callable[[], Awaitable[None]], watched: Watched, citus_database: CitusDatabase
) -> None:
    await journey()

    assert await watched.findings(citus_database.app_url) == []
    assert watched.names


async def test_the_worker_and_the_proofs_stay_on_one_node(
    watched: Watched, lending: Lending, citus_database: CitusDatabase, clock: MovableClock
) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    _, rows = await lending.books(loan)
    await lending.pay(rows[0].total, reference="PAY1", payer=phone.e164)
    clock.move(days=40)
    await close_through(lending.engine, [HOME], await lending.today() + timedelta(days=38))
    await plan_reminders(lending.engine, HOME, rows[1].due_on)
    await seal_audit(lending.engine, HOME)
    await follow_changes(lending.engine, HOME, 50)
    await settle_reservations(lending.engine, HOME, 50)
    await purge_finished(lending.engine, HOME)
    assert not await lending.engine.record.verify_ledger(HOME)

    assert await watched.findings(citus_database.app_url) == []
    assert {
        "work.OutboxOnPostgres.claim",
        "reminders.RemindersOnPostgres.queue",
        "day_end.DayEndOnPostgres._close",
    } <= {*watched.names}


async def test_the_portals_lists_ask_no_more_nodes_than_they_name_districts(
    watched: Watched, lending: Lending, citus_database: CitusDatabase, keyed_hash: KeyedHash
) -> None:
    loan = await lending.active_loan(await lending.borrower())
    assert isinstance(lending.engine.record, RecordOnPostgres)
    reads = PortalReadsOnPostgres(lending.engine.record, keyed_hash)
    mfi, districts = lending.mfi.id, [HOME, AWAY]
    await reads.queue(mfi, districts, QueueFilter())
    await reads.dashboard(mfi, districts)
    await reads.loans(mfi, districts, status=None, page=1, page_size=50)
    await reads.search(mfi, districts, str(loan.reference), 20)
    await reads.search(mfi, districts, "Mokoena", 20)
    await reads.floats(mfi, districts)
    await reads.disbursements(mfi, districts, PayoutFilter())
    await reads.loan_to_release(mfi, loan.reference)
    await reads.payout_to_confirm(mfi, loan.reference)
    await reads.payments(mfi, districts, status=None, page=1, page_size=50)
    await reads.proposals(mfi, districts, page=1, page_size=50)
    await reads.complaints(mfi, districts, status=ComplaintStatus.OPEN, page=1, page_size=50)
    await reads.identity_cases(mfi, districts, status=CaseStatus.OPEN, page=1, page_size=50)
    await reads.identity_changes(mfi, districts)
    await reads.audit_trail(mfi, districts, str(loan.reference))

    assert await watched.findings(citus_database.app_url) == []


async def test_a_statement_that_asks_every_shard_is_found_whoever_runs_it(
    record_plane: RecordOnPostgres, watched: Watched, citus_database: CitusDatabase
) -> None:
    async with record_plane.connected() as connection:
        await connection.execute(text("select count(*) from record.loans"))
        await connection.execute(
            text("insert into record.district_days select :home, d.business_on from record.district_days d"),
            {"home": HOME},
        )

    everywhere, pulled = await watched.findings(citus_database.app_url)

    assert "it is [4] tasks: select count(*) from record.loans" in everywhere
    assert "its rows are pulled out of the shard" in pulled


@pytest.mark.parametrize(
    ("sql", "tasks"),
    [
        ("select id from record.loans l where l.district = $1", [1]),
        ("select l.id from record.loans l join record.mfis m on m.id = l.mfi_id where l.district = $1", [1]),
        ("select count(*) from record.loans l where l.district <> $1", [4]),
        ("update record.borrowers set blocked = true where district <> $1", [4]),
    ],
)
async def test_what_leaves_the_node_is_told_apart(citus_database: CitusDatabase, sql: str, tasks: list[int]) -> None:
    async with connected(citus_database.app_url) as node:
        assert await tasks_of(node, sql, HOME) == tasks
