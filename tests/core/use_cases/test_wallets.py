"""Where a borrower is paid: changed by them, told to every number concerned, and held back for a day."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from core.money import Money
from core.phones import PhoneNumber
from core.records.borrower import Channel
from core.records.loan import Disbursement, Loan, PayoutStatus
from core.records.message import MessageKind
from core.records.proposal import ProposalKind
from core.records.staff import Actor, Role
from core.records.wallet import CoolDownCause, Wallet
from core.use_cases.changing_pin import change_pin, choose_new_pin
from core.use_cases.changing_wallet import change_wallet, wallet_of
from core.use_cases.cooling_down import PayoutCoolingDown, payout_allowed_at
from core.use_cases.proposing import Answer, Propose, carry_out, propose
from core.use_cases.releasing import ReleaseDisbursement, confirm_release
from core.use_cases.wallets import RailNotServed
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.fixtures_postgres import MovableClock

pytestmark = pytest.mark.engine


async def change(lending: Lending, phone: PhoneNumber, to: PhoneNumber, *, rail: str = "simulated") -> bool:
    return await change_wallet(lending.engine, phone, Wallet(rail, to), Channel.USSD, key())


async def accepted(lending: Lending, phone: PhoneNumber, amount: str = "1000", net_pay: str = "6000") -> Loan:
    return await lending.accept(phone, await lending.offer(phone, amount=amount, net_pay=net_pay))


async def payout_of(lending: Lending, loan: Loan) -> Disbursement:
    async with lending.engine.record.unit(HOME) as unit:
        return (await unit.disbursements.of_loan(loan.id))[-1]


async def told(lending: Lending, kind: MessageKind) -> int:
    return len(await lending.messages(kind))


async def test_who_never_chose_is_paid_on_their_own_number(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await accepted(lending, phone)

    await lending.release(loan)

    assert (await payout_of(lending, loan)).wallet == phone.e164


async def test_after_a_change_no_payout_is_released_for_a_day_and_then_to_the_new_wallet(
    lending: Lending, clock: MovableClock
) -> None:
    phone, other = await lending.borrower(), new_phone()
    loan = await accepted(lending, phone)
    assert await change(lending, phone, other)

    clock.move(hours=23)
    with pytest.raises(PayoutCoolingDown) as refused:
        await lending.release(loan)
    clock.move(hours=1)
    await lending.release(loan)

    assert refused.value.cause is CoolDownCause.WALLET_CHANGED
    assert refused.value.until == clock.now()
    assert (await payout_of(lending, loan)).wallet == other.e164


async def test_a_payout_that_was_released_keeps_the_wallet_it_had(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await accepted(lending, phone, "12000", "60000")
    await lending.release(loan)
    await change(lending, phone, new_phone())
    released = await lending.loan(loan)
    other_manager = Actor(uuid4(), HOME, lending.mfi.id, "Neo", frozenset({Role.MANAGER}))
    command = ReleaseDisbursement(loan.reference, released.version, key())

    with pytest.raises(PayoutCoolingDown):
        await confirm_release(lending.engine, other_manager, command)
    clock.move(hours=24)
    payout = await confirm_release(lending.engine, other_manager, command)

    assert (payout.status, payout.wallet) == (PayoutStatus.QUEUED, phone.e164)


async def test_a_change_is_told_to_the_old_number_and_the_new_one(lending: Lending) -> None:
    phone, second, third = await lending.borrower(), new_phone(), new_phone()

    await change(lending, phone, second)
    first = await told(lending, MessageKind.WALLET_CHANGED), await told(lending, MessageKind.WALLET_CHOSEN)
    await change(lending, phone, third)

    assert first == (1, 1)
    # To the borrower's own number and to the wallet that was left; to the one that was chosen.
    assert await told(lending, MessageKind.WALLET_CHANGED) == 3
    assert await told(lending, MessageKind.WALLET_CHOSEN) == 2


async def test_choosing_what_stands_already_changes_nothing_and_holds_nothing_back(lending: Lending) -> None:
    phone = await lending.borrower()

    assert not await change(lending, phone, phone)
    assert not await change(lending, phone, phone)

    async with lending.engine.record.unit(HOME) as unit:
        entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(phone))
        assert entry is not None
        assert await payout_allowed_at(lending.engine, unit, entry.borrower_id) is None
    assert await told(lending, MessageKind.WALLET_CHANGED) == 0


async def test_a_change_repeated_under_its_key_is_one_change(lending: Lending) -> None:
    phone, other = await lending.borrower(), new_phone()
    wallet = Wallet("simulated", other)

    results = [await change_wallet(lending.engine, phone, wallet, Channel.USSD, "change:1") for _ in range(2)]

    assert results == [True, True]
    assert await told(lending, MessageKind.WALLET_CHANGED) == 1


async def test_a_wallet_that_is_another_borrowers_phone_is_marked(lending: Lending) -> None:
    phone, other = await lending.borrower(), await lending.borrower()
    entry = await lending.engine.channel.directory.phone(lending.engine.keyed_hash.phone(phone))
    assert entry is not None

    marks = []
    for number in (other, new_phone(), phone):
        await change(lending, phone, number)
        async with lending.engine.record.unit(HOME) as unit:
            choice = await unit.wallets.newest(entry.borrower_id)
        assert choice is not None
        marks.append(choice.belongs_to_other)

    assert marks == [True, False, False]


async def test_a_lender_pays_only_over_its_own_rails(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await accepted(lending, phone)
    await change(lending, phone, phone, rail="carrier_pigeon")
    clock.move(hours=25)

    with pytest.raises(RailNotServed):
        await lending.release(loan)


async def test_an_application_names_the_wallet_and_a_changed_one_holds_payouts_back(lending: Lending) -> None:
    phone, other = await lending.borrower(), new_phone()

    await lending.apply(phone, wallet=Wallet("simulated", other))

    wallet, waiting = await wallet_of(lending.engine, phone)
    assert wallet.number == other
    assert waiting is not None
    assert waiting.ends_at - waiting.began_at == timedelta(hours=24)


async def test_a_refund_of_credit_goes_to_the_wallet_and_waits_like_any_payout(
    lending: Lending, clock: MovableClock
) -> None:
    phone, other = await lending.borrower(), new_phone()
    loan = await lending.active_loan(phone)
    await lending.pay(Money.of("3000"), reference="RAIL-1", account=str(loan.reference))
    data = {"loan_reference": str(loan.reference), "amount_minor": 100_00}
    change_asked = Propose(HOME, ProposalKind.REFUND_CREDIT, data, "Asked for it.", key())
    proposal = await propose(lending.engine, lending.cashier, change_asked)
    await change(lending, phone, other)
    answer = Answer(HOME, proposal.id, "", key())

    with pytest.raises(PayoutCoolingDown):
        await carry_out(lending.engine, lending.manager, answer)
    clock.move(hours=24)
    await carry_out(lending.engine, lending.manager, answer)

    async with lending.engine.record.unit(HOME) as unit:
        (refund,) = await unit.disbursements.refunds(loan.id)
    assert refund.wallet == other.e164


async def test_a_changed_pin_holds_payouts_back_too(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await accepted(lending, phone)
    await change_pin(lending.engine, phone, await choose_new_pin(lending.engine, phone, "1357"))

    with pytest.raises(PayoutCoolingDown) as refused:
        await lending.release(loan)

    assert refused.value.cause is CoolDownCause.PIN_CHANGED


async def test_two_borrowers_under_one_key_change_each_their_own(lending: Lending) -> None:
    first, second = await lending.borrower(), await lending.borrower()

    results = [
        await change_wallet(lending.engine, phone, Wallet("simulated", new_phone()), Channel.USSD, "session:1")
        for phone in (first, second)
    ]

    assert results == [True, True]
