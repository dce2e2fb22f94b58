"""A new number keeps the borrower: two persons agree, the directory follows wherever it is killed, and money waits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.phones import PhoneNumber
from core.ports.chats import ChatLink
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.records.borrower import Channel
from core.records.identity import CaseOutcome, CaseStatus, ChangeStatus, ChangeUnderWay, IdentityChange
from core.records.message import MessageKind
from core.records.recovery import ResetProof
from core.records.staff import MakerIsChecker, NotAllowed
from core.use_cases.borrowing import overview
from core.use_cases.callers import NotRegistered, registered
from core.use_cases.changing_wallet import change_wallet
from core.use_cases.cooling_down import PayoutCoolingDown
from core.use_cases.deciding_change import Answer, agree, change_file, refuse, withdraw
from core.use_cases.expiring_changes import PROPOSAL_STANDS_FOR, expire_proposals
from core.use_cases.following_change import follow_change, follow_changes
from core.use_cases.pins import PinResult, check_pin, hash_new_pin
from core.use_cases.proposing import AlreadyDecided
from core.use_cases.proposing_change import (
    ProposeNumber,
    ResolveCase,
    propose_corrected_id,
    propose_number,
    propose_number_of_case,
)
from core.use_cases.recovering import (
    CodeResult,
    NotTheBorrower,
    RecoveredPin,
    ResetOutcome,
    check_reset_code,
    open_proof,
    reset_pin,
)
from core.use_cases.registration import RegistrationOutcome
from core.use_cases.releasing import (
    CallOffRelease,
    ReleaseDisbursement,
    WalletGivenUp,
    call_off_release,
    confirm_release,
    release_disbursement,
)
from core.use_cases.reserving import ReservationReleased, settle_reservations
from core.use_cases.reserving_change import IdentityTaken, NumberTaken
from core.use_cases.sign_in import TooManyAttempts
from core.use_cases.wallets import own_wallet
from tests.core.use_cases.crashing import ON_EACH, Killed, dying_after
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.core.use_cases.test_identity_cases import ID, cases_of, claimed
from tests.fixtures_postgres import MovableClock

MOST = 50


@pytest.fixture
async def lending(on_each: Engine) -> Lending:
    return await Lending.opened(on_each)


@dataclass
class Moving:
    """A borrower, the number they have and the one they are to have."""

    lending: Lending
    old: PhoneNumber
    new: PhoneNumber

    @classmethod
    async def begun(cls, lending: Lending) -> Moving:
        old = new_phone()
        await lending.register(old, national_id=ID)
        return cls(lending, old, new_phone())

    def command(self, **changes: object) -> ProposeNumber:
        return replace(ProposeNumber(self.old, ID, self.new, "Lost the SIM.", key()), **changes)  # type: ignore[arg-type]

    async def proposed(self) -> IdentityChange:
        return await propose_number(self.lending.engine, self.lending.officer, self.command())

    async def agreed(self) -> IdentityChange:
        return await agree(self.lending.engine, self.lending.manager, answer(await self.proposed()))

    async def entry(self, phone: PhoneNumber) -> PhoneEntry | None:
        return await self.lending.engine.channel.directory.phone(self.lending.engine.keyed_hash.phone(phone))


@pytest.fixture
async def moving(lending: Lending) -> Moving:
    return await Moving.begun(lending)


def answer(change: IdentityChange, note: str = "") -> Answer:
    return Answer(change.district, change.id, note, key())


# --- what a change does ---


@ON_EACH
async def test_the_new_number_is_the_same_borrower_with_the_same_loan(moving: Moving) -> None:
    loan = await moving.lending.active_loan(moving.old)

    done = await moving.agreed()

    assert done.status is ChangeStatus.DONE
    with pytest.raises(NotRegistered):
        await registered(moving.lending.engine, moving.old)
    assert (await registered(moving.lending.engine, moving.new)).borrower_id == loan.borrower_id
    assert [each.loan.id for each in (await overview(moving.lending.engine, moving.new)).loans] == [loan.id]


async def test_the_old_number_gets_one_message_and_the_new_one_another(moving: Moving) -> None:
    await moving.agreed()

    (old,) = await moving.lending.messages(MessageKind.NUMBER_GIVEN_UP)
    sealed = moving.lending.engine.sealer.open(bytes.fromhex(old.data["phone_sealed"]), "outbox:phone")
    assert sealed.decode() == moving.old.e164
    (new,) = await moving.lending.messages(MessageKind.NUMBER_CHANGED)
    async with moving.lending.engine.record.unit(HOME) as unit:
        assert str((await unit.borrowers.get(await borrower_id(moving))).phone) == moving.new.e164
    assert new.data["borrower_id"] == str(await borrower_id(moving))


async def borrower_id(moving: Moving) -> UUID:
    entry = await moving.entry(moving.new) or await moving.entry(moving.old)
    assert entry is not None
    return entry.borrower_id


async def test_payouts_wait_a_day(moving: Moving) -> None:
    accepted = await moving.lending.accept(moving.old, await moving.lending.offer(moving.old))

    await moving.agreed()

    with pytest.raises(PayoutCoolingDown):
        await moving.lending.release(accepted)


async def test_what_waits_for_its_second_person_does_not_go_to_the_number_that_was_given_up(
    moving: Moving, clock: MovableClock
) -> None:
    lending = moving.lending
    offer = await lending.offer(moving.old, amount="12000", net_pay="60000")
    await lending.release(await lending.accept(moving.old, offer))
    waits = await lending.loan(offer)
    await moving.agreed()
    clock.move(hours=24)
    second = replace(lending.manager, staff_id=uuid4())

    with pytest.raises(WalletGivenUp):
        await confirm_release(lending.engine, second, ReleaseDisbursement(waits.reference, waits.version, key()))

    await call_off_release(lending.engine, second, CallOffRelease(waits.reference, waits.version, "A lost SIM.", key()))
    again = ReleaseDisbursement(waits.reference, (await lending.loan(waits)).version, key())
    assert (await release_disbursement(lending.engine, lending.cashier, again)).wallet == moving.new.e164


async def test_what_waits_for_its_second_person_goes_to_the_wallet_that_was_chosen(
    moving: Moving, clock: MovableClock
) -> None:
    lending, chosen = moving.lending, new_phone()
    await change_wallet(lending.engine, moving.old, own_wallet(chosen), Channel.USSD, key())
    clock.move(hours=24)
    offer = await lending.offer(moving.old, amount="12000", net_pay="60000")
    await lending.release(await lending.accept(moving.old, offer))
    waits = await lending.loan(offer)
    await moving.agreed()
    clock.move(hours=24)
    second = replace(lending.manager, staff_id=uuid4())

    command = ReleaseDisbursement(waits.reference, waits.version, key())
    assert (await confirm_release(lending.engine, second, command)).wallet == chosen.e164


@ON_EACH
async def test_the_chat_of_the_old_number_is_cut(moving: Moving, clock: MovableClock) -> None:
    engine = moving.lending.engine
    caller = engine.keyed_hash.phone(moving.old)
    await engine.channel.chats.save_link(ChatLink(caller, b"c" * 32, b"address", clock.now()))

    await moving.agreed()

    link = await engine.channel.chats.link(caller)
    assert link is not None
    assert link.chat == b""


@ON_EACH
async def test_a_chat_that_somebody_linked_to_the_new_number_before_is_cut(moving: Moving, clock: MovableClock) -> None:
    """Who had the SIM before, or sold it, must not come to the borrower's account with the number."""
    engine = moving.lending.engine
    caller = engine.keyed_hash.phone(moving.new)
    await engine.channel.chats.save_link(ChatLink(caller, b"c" * 32, b"address", clock.now()))

    change = await moving.agreed()

    link = await engine.channel.chats.link(caller)
    assert link is not None
    assert link.chat == b""
    own = replace(link, chat=b"d" * 32, address=b"address")
    assert await engine.channel.chats.save_link(own)
    await follow_change(engine, change.district, change.id)
    link = await engine.channel.chats.link(caller)
    assert link is not None
    assert link.chat == own.chat


@ON_EACH
async def test_the_old_number_is_free_for_whoever_gets_its_sim(moving: Moving) -> None:
    await moving.agreed()

    assert (await moving.lending.register(moving.old)).outcome is RegistrationOutcome.REGISTERED


# --- the first PIN ---


async def test_the_old_pin_opens_nothing_and_a_new_one_takes_the_end_of_the_id(moving: Moving) -> None:
    engine = moving.lending.engine
    await moving.agreed()

    assert (await check_pin(engine, moving.new, "2580", "a:1")).result is PinResult.NEEDS_OFFICER
    assert await open_proof(engine, moving.new) is ResetProof.IDENTITY_END
    wrong = await check_reset_code(engine, moving.new, "000000", key())
    right = await check_reset_code(engine, moving.new, ID[-6:], key())
    assert (wrong.result, right.result) == (CodeResult.WRONG, CodeResult.RIGHT)
    assert right.reset_id is not None
    new = RecoveredPin(right.reset_id, await hash_new_pin(engine, "7913"), right.replaces)
    assert await reset_pin(engine, moving.new, new) is ResetOutcome.RESET
    assert (await check_pin(engine, moving.new, "7913", "a:2")).result is PinResult.OK


async def test_a_stranger_on_a_mistyped_number_has_three_guesses(moving: Moving) -> None:
    await moving.agreed()

    results = [(await check_reset_code(moving.lending.engine, moving.new, "000000", key())).result for _ in range(3)]
    late = await check_reset_code(moving.lending.engine, moving.new, ID[-6:], key())

    assert results == [CodeResult.WRONG, CodeResult.WRONG, CodeResult.OVER]
    assert late.result is CodeResult.OVER


async def test_an_id_corrected_before_the_first_pin_is_the_one_that_opens_it(moving: Moving) -> None:
    """What stands on their card is what the borrower types."""
    lending, right = moving.lending, "1111222233334"
    await lending.apply(moving.old)  # so that the case is this lender's
    await moving.agreed()
    await lending.register(new_phone(), national_id=ID)
    (case,) = await cases_of(lending, moving.new)

    change = await propose_corrected_id(lending.engine, lending.officer, resolving(case.id, right))
    await agree(lending.engine, lending.manager, answer(change))

    assert (await check_reset_code(lending.engine, moving.new, right[-6:], key())).result is CodeResult.RIGHT


# --- two persons ---


async def test_the_one_who_proposed_may_not_agree(moving: Moving) -> None:
    change = await propose_number(moving.lending.engine, moving.lending.manager, moving.command())

    for decide in (agree, refuse):
        with pytest.raises(MakerIsChecker):
            await decide(moving.lending.engine, moving.lending.manager, answer(change, "No."))
    assert await moving.entry(moving.new) is None


async def test_an_officer_may_not_agree_and_a_cashier_neither_proposes_nor_reads(moving: Moving) -> None:
    lending, change = moving.lending, await moving.proposed()

    with pytest.raises(NotAllowed):
        await agree(lending.engine, replace(lending.officer, staff_id=lending.analyst.staff_id), answer(change))
    with pytest.raises(NotAllowed):
        await propose_number(lending.engine, lending.cashier, moving.command())
    with pytest.raises(NotAllowed):
        await change_file(lending.engine, lending.cashier, change.district, change.id)


async def test_another_lenders_manager_finds_no_change(moving: Moving) -> None:
    change = await moving.proposed()
    stranger = replace(moving.lending.manager, mfi_id=moving.lending.other_mfi.id)

    for decide in (agree, refuse):
        with pytest.raises(NotFound):
            await decide(moving.lending.engine, stranger, answer(change, "No."))


async def test_a_refused_or_withdrawn_change_changes_nothing(moving: Moving) -> None:
    lending = moving.lending
    refused = await refuse(lending.engine, lending.manager, answer(await moving.proposed(), "No card."))
    withdrawn = await withdraw(lending.engine, lending.officer, answer(await moving.proposed()))

    assert (refused.status, withdrawn.status) == (ChangeStatus.REFUSED, ChangeStatus.WITHDRAWN)
    assert (await registered(lending.engine, moving.old)).state == "active"
    assert await moving.entry(moving.new) is None
    for change in (refused, withdrawn):
        with pytest.raises(AlreadyDecided):
            await agree(lending.engine, lending.manager, answer(change))


async def test_only_its_maker_takes_a_change_back(moving: Moving) -> None:
    with pytest.raises(NotAllowed):
        await withdraw(moving.lending.engine, moving.lending.analyst, answer(await moving.proposed()))


async def test_one_change_of_a_borrower_is_under_way_at_a_time(moving: Moving) -> None:
    await moving.proposed()

    with pytest.raises(ChangeUnderWay):
        await propose_number(moving.lending.engine, moving.lending.analyst, moving.command(new=new_phone()))


async def test_what_one_lender_leaves_lying_bars_another_for_a_week(moving: Moving, clock: MovableClock) -> None:
    lending, left = moving.lending, await moving.proposed()
    stranger = replace(lending.officer, mfi_id=lending.other_mfi.id)
    clock.move(seconds=PROPOSAL_STANDS_FOR.total_seconds())
    assert await expire_proposals(lending.engine, HOME, MOST) == 0
    with pytest.raises(ChangeUnderWay):
        await propose_number(lending.engine, stranger, moving.command())

    clock.move(seconds=1)
    assert await expire_proposals(lending.engine, HOME, MOST) == 1

    ended = (await change_file(lending.engine, lending.officer, HOME, left.id)).change
    assert (ended.status, ended.decided_by, ended.decided_by_name) == (ChangeStatus.WITHDRAWN, None, "")
    assert "borrower.number_change_expired" in await trail(lending)
    with pytest.raises(AlreadyDecided):
        await agree(lending.engine, lending.manager, answer(left))
    assert (await propose_number(lending.engine, stranger, moving.command())).status is ChangeStatus.PROPOSED
    assert await expire_proposals(lending.engine, HOME, MOST) == 0


async def trail(lending: Lending) -> dict[str, str]:
    """What the lender's trail says of changes, and about whom or what."""
    now = lending.engine.clock.now()
    async with lending.engine.record.unit(HOME) as unit:
        entries = await unit.audit.between(lending.mfi.id, now.replace(year=2000), now)
    return {entry.action: entry.subject for entry in entries if "_change_" in entry.action}


@ON_EACH
async def test_a_form_sent_twice_proposes_and_agrees_once(moving: Moving) -> None:
    lending, command = moving.lending, moving.command()

    first = await propose_number(lending.engine, lending.officer, command)
    assert await propose_number(lending.engine, lending.officer, command) == first
    word = answer(first)
    results = await asyncio.gather(*(agree(lending.engine, lending.manager, word) for _ in range(2)))

    assert {result.id for result in results} == {first.id}
    assert len(await lending.messages(MessageKind.NUMBER_GIVEN_UP)) == 1


# --- what is refused ---


async def test_a_number_and_an_id_that_do_not_belong_together_are_refused_alike(moving: Moving) -> None:
    lending = moving.lending
    for command in (moving.command(national_id="999999999999"), moving.command(old=new_phone())):
        with pytest.raises(NotTheBorrower):
            await propose_number(lending.engine, lending.officer, command)


async def test_a_number_that_is_somebodys_is_refused_at_once_and_when_agreed_to(moving: Moving) -> None:
    lending, change = moving.lending, await moving.proposed()
    await lending.register(moving.new)

    with pytest.raises(NumberTaken):
        await agree(lending.engine, lending.manager, answer(change))
    await withdraw(lending.engine, lending.officer, answer(change))
    with pytest.raises(NumberTaken):
        await propose_number(lending.engine, lending.officer, moving.command())


async def test_who_types_ids_all_day_is_told_to_wait(moving: Moving) -> None:
    for _ in range(10):
        with pytest.raises(NotTheBorrower):
            await propose_number(moving.lending.engine, moving.lending.officer, moving.command(national_id="1"))

    with pytest.raises(TooManyAttempts):
        await propose_number(moving.lending.engine, moving.lending.officer, moving.command())


async def test_a_change_needs_a_reason(moving: Moving) -> None:
    with pytest.raises(InvalidInput):
        await propose_number(moving.lending.engine, moving.lending.officer, moving.command(reason=" "))


# --- killed in the middle ---


async def writes_of_agreeing(moving: Moving) -> int:
    """How many writes an agreement makes, as a whole one counts them."""
    change = await moving.proposed()
    counting, fuse = dying_after(moving.lending.engine, 1_000)
    await agree(counting, moving.lending.manager, answer(change))
    return fuse.burnt


@ON_EACH
@pytest.mark.parametrize("done", range(5), ids=lambda done: f"killed after {done} writes")
async def test_an_agreement_killed_anywhere_ends_with_one_number(
    moving: Moving, clock: MovableClock, done: int
) -> None:
    """Reserve the new, commit the record, remove the old, let the new take effect, note that it is done."""
    lending = moving.lending
    change = await moving.proposed()
    dying, fuse = dying_after(lending.engine, done)
    with pytest.raises(Killed):
        await agree(dying, lending.manager, answer(change))
    assert fuse.burnt == done + 1
    clock.move(minutes=11)

    await follow_changes(lending.engine, HOME, MOST)
    await settle_reservations(lending.engine, HOME, MOST)

    old, new = await moving.entry(moving.old), await moving.entry(moving.new)
    stands = (await change_file(lending.engine, lending.manager, change.district, change.id)).change
    if done < 2:  # the record never said so
        assert (old is not None, new) == (True, None)
        assert stands.status is ChangeStatus.PROPOSED
        stands = await agree(lending.engine, lending.manager, answer(change))
        new = await moving.entry(moving.new)
    assert stands.status is ChangeStatus.DONE
    assert await moving.entry(moving.old) is None
    assert new is not None
    assert new.state == "active"
    assert len(await lending.messages(MessageKind.NUMBER_GIVEN_UP)) == 1
    assert await settle_reservations(lending.engine, HOME, MOST) == 0


async def test_the_writes_of_an_agreement_are_those_that_are_killed_here(moving: Moving) -> None:
    assert await writes_of_agreeing(moving) == 5


async def test_a_second_try_goes_on_with_the_reservation_of_the_first(moving: Moving) -> None:
    lending, change = moving.lending, await moving.proposed()
    with pytest.raises(Killed):
        await agree(dying_after(lending.engine, 1)[0], lending.manager, answer(change))

    done = await agree(lending.engine, lending.manager, answer(change))

    assert done.status is ChangeStatus.DONE


@ON_EACH
async def test_an_agreement_that_comes_after_its_reservation_was_released_is_refused(
    moving: Moving, clock: MovableClock
) -> None:
    lending, change = moving.lending, await moving.proposed()

    class HeldUp:
        def __getattr__(self, name: str) -> object:
            return getattr(lending.engine.channel.directory, name)

        async def reserve_phone(self, entry: PhoneEntry) -> PhoneEntry:
            stands = await lending.engine.channel.directory.reserve_phone(entry)
            clock.move(minutes=11)
            assert await settle_reservations(lending.engine, HOME, MOST) == 1
            return stands

    class Channel:
        directory = HeldUp()

        def __getattr__(self, name: str) -> object:
            return getattr(lending.engine.channel, name)

    with pytest.raises(ReservationReleased):
        await agree(replace(lending.engine, channel=Channel()), lending.manager, answer(change))  # type: ignore[arg-type]

    assert (await registered(lending.engine, moving.old)).state == "active"
    assert (await agree(lending.engine, lending.manager, answer(change))).status is ChangeStatus.DONE


@ON_EACH
async def test_there_and_back_again_ends_where_it_began(moving: Moving) -> None:
    await moving.agreed()

    back = await Moving(moving.lending, moving.new, moving.old).agreed()

    assert back.status is ChangeStatus.DONE
    assert await moving.entry(moving.new) is None
    assert (await registered(moving.lending.engine, moving.old)).state == "active"


# --- cases ---


def resolving(case_id: UUID, national_id: str = ID) -> ResolveCase:
    return ResolveCase(HOME, case_id, national_id, "New SIM, card seen.", key())


async def test_a_case_of_the_same_person_becomes_a_change_of_number(lending: Lending) -> None:
    owner, other, case = await claimed(lending)

    change = await propose_number_of_case(lending.engine, lending.officer, resolving(case.id))
    (waiting,) = await cases_of(lending, owner)
    await agree(lending.engine, lending.manager, answer(change))

    assert (waiting.status, waiting.change_id) == (CaseStatus.CHANGING, change.id)
    assert (await registered(lending.engine, other)).borrower_id == case.borrower_id
    async with lending.engine.record.unit(HOME) as unit:
        closed = await unit.identity_cases.get(case.id)
    assert (closed.status, closed.outcome) == (CaseStatus.CLOSED, CaseOutcome.SAME_PERSON)


async def test_a_card_that_is_not_the_borrowers_moves_no_number(lending: Lending) -> None:
    _, _, case = await claimed(lending)

    with pytest.raises(NotTheBorrower):
        await propose_number_of_case(lending.engine, lending.officer, resolving(case.id, "999999999999"))
    assert await trail(lending) == {"borrower.number_change_refused": str(case.id)}


async def test_a_refused_change_opens_its_case_again(lending: Lending) -> None:
    owner, _, case = await claimed(lending)
    change = await propose_number_of_case(lending.engine, lending.officer, resolving(case.id))

    await refuse(lending.engine, lending.manager, answer(change, "Look again."))

    (again,) = await cases_of(lending, owner)
    assert (again.status, again.change_id) == (CaseStatus.OPEN, None)


async def test_a_change_that_nobody_decided_on_opens_its_case_again(lending: Lending, clock: MovableClock) -> None:
    owner, _, case = await claimed(lending)
    await propose_number_of_case(lending.engine, lending.officer, resolving(case.id))
    clock.move(days=8)

    await expire_proposals(lending.engine, HOME, MOST)

    (again,) = await cases_of(lending, owner)
    assert (again.status, again.change_id) == (CaseStatus.OPEN, None)


@ON_EACH
async def test_a_mistyped_id_is_corrected_and_its_owner_registers(lending: Lending) -> None:
    owner, other, case = await claimed(lending)

    change = await propose_corrected_id(lending.engine, lending.officer, resolving(case.id, "1111 2222 3333"))
    done = await agree(lending.engine, lending.manager, answer(change))

    assert done.status is ChangeStatus.DONE
    async with lending.engine.record.unit(HOME) as unit:
        assert (await unit.borrowers.get(case.borrower_id)).national_id == "111122223333"
    assert len(await lending.messages(MessageKind.IDENTITY_CORRECTED)) == 1
    assert (await registered(lending.engine, owner)).borrower_id == case.borrower_id
    assert (await lending.register(other, national_id=ID)).outcome is RegistrationOutcome.REGISTERED


@pytest.mark.parametrize("wrong", ["12", "x" * 12, ""])
async def test_an_id_that_is_none_is_refused(lending: Lending, wrong: str) -> None:
    _, _, case = await claimed(lending)

    with pytest.raises(InvalidInput):
        await propose_corrected_id(lending.engine, lending.officer, resolving(case.id, wrong))


async def test_an_id_that_is_somebodys_is_refused(lending: Lending) -> None:
    _, _, case = await claimed(lending)

    with pytest.raises(IdentityTaken):
        await propose_corrected_id(lending.engine, lending.officer, resolving(case.id))
    assert await trail(lending) == {"borrower.national_id_change_refused": str(case.id)}


async def test_a_change_of_what_is_another_by_now_is_refused(lending: Lending) -> None:
    """Somebody moved the entry under it: nothing is written over what nobody has seen."""
    moving = await Moving.begun(lending)
    change = await moving.proposed()
    entry = await moving.entry(moving.old)
    assert entry is not None
    await lending.engine.channel.directory.remove_phone(entry)

    with pytest.raises(Conflict):
        await agree(lending.engine, lending.manager, answer(change))
