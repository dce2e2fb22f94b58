"""Wallets, payoff quotes and requests to pay as the record plane keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from core.errors import Conflict, NotFound
from core.loans.parts import Split
from core.money import Money
from core.phones import PhoneNumber
from core.ports.record import Record
from core.records.borrower import Channel
from core.records.loan import Loan, LoanStatus
from core.records.wallet import (
    CoolDown,
    CoolDownCause,
    KeptQuote,
    PaymentRequest,
    PaymentRequestStatus,
    Wallet,
    WalletChoice,
)
from tests.storage.contracts.test_reads import lent
from tests.storage.samples import DISTRICT, LATER, NOW

WALLET = Wallet("simulated", PhoneNumber("+26658111222"))


def choice(borrower_id: UUID, n: int) -> WalletChoice:
    return WalletChoice(borrower_id, n, WALLET, belongs_to_other=n % 2 == 0, channel=Channel.USSD, chosen_at=NOW)


def quote(loan: Loan, after_n: int = 0) -> KeptQuote:
    split = Split(Money.of(900), Money.of("12.34"), Money.of(5), Money.of(1))
    today = NOW.date()
    return KeptQuote(loan.id, today, today + timedelta(days=5), after_n, split, NOW + timedelta(minutes=after_n))


def request(loan: Loan, n: int = 1) -> PaymentRequest:
    return PaymentRequest(
        loan_id=loan.id,
        reference=f"Q{loan.reference}{n:02d}",
        loan_reference=loan.reference,
        wallet=WALLET,
        amount=Money.of("371.93"),
        status=PaymentRequestStatus.QUEUED,
        asked_at=NOW + timedelta(minutes=n),
    )


@pytest.fixture
async def loan(record: Record) -> Loan:
    return await lent(record, status=LoanStatus.ACTIVE)


async def test_the_newest_choice_stands_and_none_is_none(record: Record, loan: Loan) -> None:
    async with record.unit(DISTRICT) as unit:
        before = await unit.wallets.newest(loan.borrower_id)
        for n in (1, 2):
            await unit.wallets.add(choice(loan.borrower_id, n))
        await unit.commit()
    async with record.unit(DISTRICT) as unit:
        assert (before, await unit.wallets.newest(loan.borrower_id)) == (None, choice(loan.borrower_id, 2))


async def test_a_choice_of_the_same_number_was_made_first_by_somebody_else(record: Record, loan: Loan) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.wallets.add(choice(loan.borrower_id, 1))
        with pytest.raises(Conflict):
            await unit.wallets.add(choice(loan.borrower_id, 1))


async def test_cool_downs_are_those_that_end_later_the_last_to_end_first(record: Record, loan: Loan) -> None:
    ends = [NOW, LATER, LATER + timedelta(hours=1)]
    downs = [CoolDown(loan.borrower_id, CoolDownCause.PIN_RESET, at - timedelta(hours=24), at) for at in ends]
    async with record.unit(DISTRICT) as unit:
        for down in [*downs, downs[0]]:
            await unit.wallets.add_cool_down(down)

        assert list(await unit.wallets.cool_downs(loan.borrower_id, NOW)) == [downs[2], downs[1]]


async def test_quotes_come_back_newest_first_and_a_repeat_is_ignored(record: Record, loan: Loan) -> None:
    async with record.unit(DISTRICT) as unit:
        for kept in (quote(loan), quote(loan), quote(loan, 1)):
            await unit.payoff_quotes.keep(kept)

        assert list(await unit.payoff_quotes.of_loan(loan.id)) == [quote(loan, 1), quote(loan)]


async def test_a_request_is_kept_changed_and_listed(record: Record, loan: Loan) -> None:
    refused = replace(request(loan), status=PaymentRequestStatus.REFUSED, failure_code="payer_unreachable")
    async with record.unit(DISTRICT) as unit:
        for n in (1, 2):
            await unit.payment_requests.add(request(loan, n))
        await unit.payment_requests.save(refused)

        assert await unit.payment_requests.get(refused.reference, lock=True) == refused
        assert list(await unit.payment_requests.of_loan(loan.id)) == [request(loan, 2), refused]


async def test_a_request_that_nobody_made_is_not_found(record: Record, loan: Loan) -> None:
    async with record.unit(DISTRICT) as unit:
        with pytest.raises(NotFound):
            await unit.payment_requests.get("Q0")
        with pytest.raises(NotFound):
            await unit.payment_requests.save(request(loan))
