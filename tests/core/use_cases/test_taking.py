"""An application while its district's records do not answer: taken once, submitted once, and told how it went."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from core.errors import Conflict, InvalidInput
from core.money import Money
from core.phones import PhoneNumber
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.intake import IntakeKind, IntakeRow, IntakeStatus
from core.ports.record import DistrictDown
from core.records.application import ApplicationStatus
from core.records.borrower import Channel, IncomeKind, Purpose
from core.records.wallet import Wallet
from core.use_cases import draining
from core.use_cases.applying import RefusalReason, SubmissionOutcome, SubmitApplication, submit_application
from core.use_cases.borrowing import overview
from core.use_cases.callers import NotRegistered, registered
from core.use_cases.changing_wallet import change_wallet, wallet_of
from core.use_cases.deciding_change import Answer, agree
from core.use_cases.draining import TRIES_MAX, drain_applications
from core.use_cases.locating import reserve_reference
from core.use_cases.payouts import DEFAULT_RAIL
from core.use_cases.proposing_change import ProposeNumber, propose_number
from core.use_cases.taking import SCOPE, SET_ASIDE_BARS_FOR, application_being_sent, apply_for_loan, submit_taken
from core.use_cases.verifying import verify_ledger
from tests.core.use_cases.faulty_record import losing_answers, while_down
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.fixtures_postgres import MovableClock

NET_PAY = Money.of("6543.21")


async def wanted(lending: Lending, phone: PhoneNumber, draft_id: UUID | None = None) -> SubmitApplication:
    """What a borrower wants, its number reserved as the summary does it."""
    draft = draft_id or uuid4()
    return SubmitApplication(
        draft_id=draft,
        reference=await reserve_reference(lending.engine, "application", HOME, str(draft)),
        phone=phone,
        product_id=lending.product.product_id,
        product_version=lending.product.version,
        amount=Money.of("1000"),
        periods=3,
        purpose=Purpose.BUSINESS,
        net_pay=NET_PAY,
        income_kind=IncomeKind.SALARY,
        channel=Channel.USSD,
    )


async def drain(engine: Engine) -> int:
    return await drain_applications(engine, HOME, 10)


async def row_of(lending: Lending, command: SubmitApplication) -> IntakeRow:
    row = await lending.engine.channel.intake.get(SCOPE, f"apply:{command.draft_id}")
    assert row is not None
    return row


async def applications_of(lending: Lending, phone: PhoneNumber) -> list[str]:
    entry = await registered(lending.engine, phone)
    async with lending.engine.record.unit(HOME) as unit:
        return [str(one.reference) for one in await unit.applications.of_borrower(entry.borrower_id)]


async def test_while_its_district_answers_an_application_is_submitted_at_once(lending: Lending) -> None:
    command = await wanted(lending, await lending.borrower())

    submission = await apply_for_loan(lending.engine, command)

    assert submission.outcome is SubmissionOutcome.SUBMITTED
    assert await lending.engine.channel.intake.get(SCOPE, f"apply:{command.draft_id}") is None


async def test_what_was_taken_is_submitted_under_its_number_once_the_district_answers(lending: Lending) -> None:
    phone = await lending.borrower()
    command = await wanted(lending, phone)
    taken = await apply_for_loan(while_down(lending.engine), command)
    assert (taken.outcome, taken.reference) == (SubmissionOutcome.TAKEN, command.reference)
    assert await drain(while_down(lending.engine)) == 0

    assert await drain(lending.engine) == 1
    assert await drain(lending.engine) == 0

    (application,) = [await lending.application(command.reference)]
    assert (application.status, application.net_pay) == (ApplicationStatus.SUBMITTED, NET_PAY)
    assert application.draft_id == command.draft_id
    assert (await row_of(lending, command)).status is IntakeStatus.DONE
    (message,) = await lending.messages("application_received")
    assert message.data["reference"] == str(command.reference)


async def test_nothing_personal_stands_open_in_the_intake(lending: Lending) -> None:
    phone = await lending.borrower()
    command = await wanted(lending, phone)
    await apply_for_loan(while_down(lending.engine), command)

    row = await row_of(lending, command)

    for private in (phone.e164, str(NET_PAY.minor), NET_PAY.plain):
        assert private.encode() not in row.payload
        assert private not in repr(replace(row, payload=b"", digest=b""))


async def test_an_answer_that_was_lost_after_the_commit_makes_no_second_application(lending: Lending) -> None:
    phone = await lending.borrower()
    command = await wanted(lending, phone)
    taken = await apply_for_loan(losing_answers(lending.engine), command)
    assert taken.outcome is SubmissionOutcome.TAKEN
    assert await applications_of(lending, phone) == [str(command.reference)], "it is there, and nobody knows"

    assert await drain(lending.engine) == 1

    assert await applications_of(lending, phone) == [str(command.reference)]
    assert len(await lending.messages("application_received")) == 1
    assert (await row_of(lending, command)).status is IntakeStatus.DONE


async def test_a_refusal_whose_answer_was_lost_is_told_all_the_same(lending: Lending) -> None:
    phone = await lending.borrower()
    await lending.apply(phone)
    command = await wanted(lending, phone)
    assert (await apply_for_loan(losing_answers(lending.engine), command)).outcome is SubmissionOutcome.TAKEN

    assert await drain(lending.engine) == 1

    (message,) = await lending.messages("application_not_taken")
    assert (message.data["reference"], message.data["reason_code"]) == (str(command.reference), "open_with_lender")


async def test_what_no_longer_passes_is_returned_with_its_reason_and_told_once(lending: Lending) -> None:
    phone = await lending.borrower()
    command = await wanted(lending, phone)
    await apply_for_loan(while_down(lending.engine), command)
    await lending.engine.record.add_product(replace(lending.product, version=lending.product.version + 1))

    with pytest.raises(DistrictDown):
        # Refused, and killed before it was told: the next round finds the refusal and tells it.
        await submit_taken(losing_answers(lending.engine), await row_of(lending, command))
    await drain(lending.engine)
    await drain(lending.engine)

    row = await row_of(lending, command)
    assert (row.status, row.last_error) == (IntakeStatus.RETURNED, "product_gone")
    assert await applications_of(lending, phone) == []
    (message,) = await lending.messages("application_not_taken")
    assert message.data["reason_code"] == "product_gone"
    again = await apply_for_loan(while_down(lending.engine), command)
    assert (again.outcome, again.reason) == (SubmissionOutcome.REFUSED, RefusalReason.PRODUCT_GONE)


async def test_sent_again_it_keeps_the_number_it_has_whatever_came_with_it(lending: Lending) -> None:
    phone = await lending.borrower()
    command = await wanted(lending, phone)
    down = while_down(lending.engine)
    await apply_for_loan(down, command)
    changed = replace(await wanted(lending, phone, command.draft_id), amount=Money.of("2000"))

    for engine in (down, lending.engine):
        again = await apply_for_loan(engine, changed)
        assert (again.outcome, again.reference) == (SubmissionOutcome.TAKEN, command.reference)

    await drain(lending.engine)
    assert (await lending.application(command.reference)).amount == Money.of("1000")
    assert (await apply_for_loan(lending.engine, changed)).outcome is SubmissionOutcome.SUBMITTED
    late = await apply_for_loan(down, changed)
    assert (late.outcome, late.reference) == (SubmissionOutcome.TAKEN, command.reference)
    assert await drain(lending.engine) == 0


async def test_while_one_is_being_sent_no_other_is_begun(lending: Lending) -> None:
    phone = await lending.borrower()
    entry = await registered(lending.engine, phone)
    first, second = await wanted(lending, phone), await wanted(lending, phone)
    down = while_down(lending.engine)
    assert await application_being_sent(down, entry.borrower_id) is None
    await apply_for_loan(down, first)
    assert await application_being_sent(down, entry.borrower_id) == first.reference

    for engine in (down, lending.engine):
        other = await apply_for_loan(engine, second)
        assert (other.outcome, other.reference) == (SubmissionOutcome.BEING_SENT, first.reference)

    await drain(lending.engine)
    assert await application_being_sent(lending.engine, entry.borrower_id) is None
    assert await applications_of(lending, phone) == [str(first.reference)]


async def set_aside(lending: Lending, command: SubmitApplication) -> IntakeRow:
    intake, row = lending.engine.channel.intake, await row_of(lending, command)
    await intake.mark(SCOPE, row.reference, IntakeStatus.SET_ASIDE, at=lending.engine.clock.now(), error="failed")
    return row


async def test_one_that_was_set_aside_bars_another_for_two_days_and_is_returned_when_tried_beside_it(
    lending: Lending, clock: MovableClock
) -> None:
    phone = await lending.borrower()
    first, second = await wanted(lending, phone), await wanted(lending, phone)
    await apply_for_loan(while_down(lending.engine), first)
    row = await set_aside(lending, first)
    clock.move(seconds=SET_ASIDE_BARS_FOR.total_seconds() - 1)
    barred = await apply_for_loan(lending.engine, second)
    assert (barred.outcome, barred.reference) == (SubmissionOutcome.BEING_SENT, first.reference)

    clock.move(seconds=1)
    assert row.owner is not None
    assert await application_being_sent(lending.engine, UUID(row.owner)) is None
    assert (await apply_for_loan(lending.engine, second)).outcome is SubmissionOutcome.SUBMITTED
    assert (await apply_for_loan(lending.engine, first)).outcome is SubmissionOutcome.TAKEN, "it is its own answer"

    assert await lending.engine.channel.intake.try_again(SCOPE, row.reference, at=clock.now())
    await drain(lending.engine)
    stands = await row_of(lending, first)
    assert (stands.status, stands.last_error) == (IntakeStatus.RETURNED, "open_with_lender")
    assert await applications_of(lending, phone) == [str(second.reference)]


async def test_one_that_waits_bars_another_however_long(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    first, second = await wanted(lending, phone), await wanted(lending, phone)
    down = while_down(lending.engine)
    await apply_for_loan(down, first)
    clock.move(days=30)

    assert (await apply_for_loan(down, second)).outcome is SubmissionOutcome.BEING_SENT


async def test_one_that_nobody_can_open_bars_no_other_once_it_is_set_aside(lending: Lending) -> None:
    phone = await lending.borrower()
    first, second = await wanted(lending, phone), await wanted(lending, phone)
    entry = await registered(lending.engine, phone)
    spoilt = IntakeRow(
        scope=SCOPE,
        reference=f"apply:{first.draft_id}",
        kind=IntakeKind.APPLICATION,
        district=HOME,
        digest=b"",
        payload=b"sealed under a key that is gone",
        status=IntakeStatus.WAITING,
        received_at=lending.engine.clock.now(),
        target=str(first.reference),
        owner=str(entry.borrower_id),
    )
    await lending.engine.channel.intake.accept(spoilt)
    assert (await apply_for_loan(lending.engine, second)).outcome is SubmissionOutcome.BEING_SENT
    await set_aside(lending, first)

    assert (await apply_for_loan(lending.engine, second)).outcome is SubmissionOutcome.SUBMITTED


async def test_of_two_that_were_taken_at_one_moment_each_sent_again_finds_itself(lending: Lending) -> None:
    """Two forms, each before the other was there to be seen: neither may be told that it was not taken."""
    phone = await lending.borrower()
    command, other = await wanted(lending, phone), await wanted(lending, phone)
    down = while_down(lending.engine)
    await apply_for_loan(down, command)
    row = await row_of(lending, command)
    beside = replace(row, reference=f"apply:{other.draft_id}", target=str(other.reference))
    await lending.engine.channel.intake.accept(replace(beside, received_at=row.received_at - timedelta(seconds=1)))

    again = await apply_for_loan(down, command)

    assert (again.outcome, again.reference) == (SubmissionOutcome.TAKEN, command.reference)


async def test_two_workers_at_once_submit_it_once(lending: Lending) -> None:
    phone = await lending.borrower()
    command = await wanted(lending, phone)
    await apply_for_loan(while_down(lending.engine), command)

    await asyncio.gather(*(drain(lending.engine) for _ in range(4)))

    assert await applications_of(lending, phone) == [str(command.reference)]
    assert len(await lending.messages("application_received")) == 1


async def test_the_wallet_that_it_names_counts_unless_a_newer_one_was_chosen(
    lending: Lending, clock: MovableClock
) -> None:
    meant = Wallet(DEFAULT_RAIL, new_phone())
    named, overtaken = await lending.borrower(), await lending.borrower()
    for phone in (named, overtaken):
        await apply_for_loan(while_down(lending.engine), replace(await wanted(lending, phone), wallet=meant))
    clock.move(minutes=1)
    newer = Wallet(DEFAULT_RAIL, new_phone())
    await change_wallet(lending.engine, overtaken, newer, Channel.USSD, "wallet:1")

    assert await drain(lending.engine) == 2

    assert (await wallet_of(lending.engine, named))[0] == meant
    assert (await wallet_of(lending.engine, overtaken))[0] == newer


async def test_who_was_to_be_paid_on_the_number_they_gave_up_since_is_not_paid_there(lending: Lending) -> None:
    """It may have been set aside for days. The SIM may be a thief's by now, and was only the usual place."""
    phone, new = new_phone(), new_phone()
    await lending.register(phone, national_id="5" * 12)
    command = replace(await wanted(lending, phone), wallet=Wallet(DEFAULT_RAIL, phone))
    await apply_for_loan(while_down(lending.engine), command)
    change = await propose_number(
        lending.engine, lending.officer, ProposeNumber(phone, "5" * 12, new, "Lost the SIM.", key())
    )
    await agree(lending.engine, lending.manager, Answer(change.district, change.id, "", key()))

    assert await drain(lending.engine) == 1

    assert (await wallet_of(lending.engine, new))[0].number == new
    assert (await lending.application(command.reference)).status is ApplicationStatus.SUBMITTED


async def test_a_number_that_nobody_has_leaves_nothing_in_the_intake(lending: Lending) -> None:
    with pytest.raises(NotRegistered):
        await apply_for_loan(while_down(lending.engine), await wanted(lending, new_phone()))

    assert list(await lending.engine.channel.intake.waiting(HOME, 10)) == []


# The drain: one that fails does not stop the rest.


async def test_one_that_breaks_the_program_is_set_aside_after_its_tries_and_stops_no_other(
    lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = [await wanted(lending, await lending.borrower()) for _ in range(2)]
    for command in (broken, good):
        await apply_for_loan(while_down(lending.engine), command)

    async def breaking(engine: Engine, row: IntakeRow) -> object:
        if row.reference == f"apply:{broken.draft_id}":
            raise OverflowError
        return await submit_taken(engine, row)

    monkeypatch.setattr(draining, "submit_taken", breaking)
    for _ in range(TRIES_MAX):
        with pytest.raises(ExceptionGroup):
            await drain(lending.engine)
    assert await drain(lending.engine) == 0

    assert (await overview(lending.engine, good.phone)).application is not None
    row = await row_of(lending, broken)
    assert (row.status, row.attempts, row.last_error) == (IntakeStatus.SET_ASIDE, TRIES_MAX, "failed")
    assert await verify_ledger(lending.engine, [HOME]) == [], "no money is missing"

    monkeypatch.undo()
    assert await lending.engine.channel.intake.try_again(SCOPE, row.reference, at=lending.engine.clock.now())
    assert await drain(lending.engine) == 1
    assert (await overview(lending.engine, broken.phone)).application is not None


@pytest.mark.parametrize(
    ("error", "status"),
    [(Conflict(), IntakeStatus.WAITING), (InvalidInput("no"), IntakeStatus.SET_ASIDE)],
)
async def test_a_lost_race_waits_and_a_rule_that_nobody_foresaw_is_for_a_person(
    lending: Lending, monkeypatch: pytest.MonkeyPatch, error: Exception, status: IntakeStatus
) -> None:
    command = await wanted(lending, await lending.borrower())
    await apply_for_loan(while_down(lending.engine), command)

    async def refused(_engine: Engine, _row: IntakeRow) -> object:
        raise error

    monkeypatch.setattr(draining, "submit_taken", refused)
    assert await drain(lending.engine) == 0

    assert (await row_of(lending, command)).status is status


async def test_what_cannot_be_opened_any_more_is_set_aside_in_the_end(lending: Lending) -> None:
    command = await wanted(lending, await lending.borrower())
    await apply_for_loan(while_down(lending.engine), command)
    row = await row_of(lending, command)
    moved = replace(row, reference=f"apply:{uuid4()}", owner=None)
    await lending.engine.channel.intake.accept(moved)

    for _ in range(TRIES_MAX):
        with pytest.raises(ExceptionGroup):
            await drain(lending.engine)

    (aside,) = await lending.engine.channel.intake.set_aside(HOME, 10, kind=IntakeKind.APPLICATION)
    assert aside.reference == moved.reference


async def test_when_the_intake_itself_is_down_the_round_ends(lending: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
    await apply_for_loan(while_down(lending.engine), await wanted(lending, await lending.borrower()))

    async def down(_engine: Engine, _row: IntakeRow) -> object:
        raise ChannelPlaneDown

    monkeypatch.setattr(draining, "submit_taken", down)

    with pytest.raises(ChannelPlaneDown):
        await drain(lending.engine)


async def test_submitting_directly_says_when_the_district_is_down(lending: Lending) -> None:
    command = await wanted(lending, await lending.borrower())

    with pytest.raises(DistrictDown):
        await submit_application(while_down(lending.engine), command)
