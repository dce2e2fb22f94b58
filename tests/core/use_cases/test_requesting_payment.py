"""Having a rail prompt the borrower: once, for what is owed, and nothing is booked before the rail tells of money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.money import Money
from core.phones import PhoneNumber
from core.ports.rails import PayoutAnswer, PayoutResult
from core.ports.work import OutboxRow
from core.records.loan import Loan
from core.records.message import MessageKind
from core.records.wallet import PaymentRequest, PaymentRequestStatus
from core.use_cases.requesting_payment import (
    REQUEST_TOPIC,
    REQUESTS_A_DAY_MAX,
    RequestOutcome,
    RequestPayment,
    collecting_rail,
    request_payment,
    send_payment_request,
)
from tests.core.use_cases.lending import HOME, Lending, key
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock

pytestmark = pytest.mark.engine

AMOUNT = Money.of("371.93")


class _PaysOutOnly:
    """A rail that nobody can be asked to pay on."""

    name = "bank"

    async def pay_out(self, reference: str, *, to: str, amount: Money, rail_account: str) -> PayoutResult:
        return PayoutResult(PayoutAnswer.ACCEPTED)

    async def query(self, reference: str) -> PayoutResult:
        return PayoutResult(PayoutAnswer.UNKNOWN)


async def ask(
    lending: Lending, phone: PhoneNumber, loan: Loan, amount: Money = AMOUNT, form_key: str = ""
) -> RequestOutcome:
    command = RequestPayment(phone, loan.reference, amount, form_key or key())
    return await request_payment(lending.engine, command)


async def waiting(lending: Lending) -> list[OutboxRow]:
    return [row for row in await lending.outbox() if row.topic == REQUEST_TOPIC]


async def requests(lending: Lending, loan: Loan) -> list[PaymentRequest]:
    async with lending.engine.record.unit(HOME) as unit:
        return list(await unit.payment_requests.of_loan(loan.id))


async def test_only_a_rail_that_can_have_people_asked_is_asked(lending: Lending, rail: ObedientRail) -> None:
    pays_out_only = replace(lending.engine, rails={"bank": _PaysOutOnly(), "simulated": rail})
    with_a_bank = replace(lending.mfi, rail_accounts={"bank": "1", **lending.mfi.rail_accounts})

    assert collecting_rail(pays_out_only, with_a_bank) is rail
    assert collecting_rail(pays_out_only, replace(with_a_bank, rail_accounts={"bank": "1"})) is None


async def test_the_rail_prompts_the_number_and_nothing_is_booked(lending: Lending, rail: ObedientRail) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    before = await lending.books(loan)

    assert await ask(lending, phone, loan) is RequestOutcome.ASKED
    (row,) = await waiting(lending)
    await send_payment_request(lending.engine, row)

    assert rail.prompted == [(f"Q{loan.reference}01", phone.e164, AMOUNT, str(loan.reference))]
    assert await lending.books(loan) == before


async def test_the_payment_that_follows_is_posted_to_the_loan_like_any_other(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    (before, _), _ = await lending.books(loan), await ask(lending, phone, loan)

    await lending.pay(AMOUNT, reference="RAIL-1", payer=phone.e164, account=str(loan.reference))

    assert (await lending.books(loan))[0].principal < before.principal


async def test_a_request_under_the_same_key_is_one(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)

    outcomes = [await ask(lending, phone, loan, form_key="request_payment:s:1") for _ in range(2)]

    assert outcomes == [RequestOutcome.ASKED, RequestOutcome.ASKED]
    assert len(await requests(lending, loan)) == 1


async def test_a_request_is_handed_over_once_even_by_two_workers(lending: Lending, rail: ObedientRail) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    await ask(lending, phone, loan)
    (row,) = await waiting(lending)

    await send_payment_request(lending.engine, row)
    await send_payment_request(lending.engine, row)

    assert len(rail.prompted) == 1


async def test_while_a_prompt_may_stand_no_second_one_is_made(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)

    first = await ask(lending, phone, loan)
    clock.move(seconds=119)
    second = await ask(lending, phone, loan)
    clock.move(seconds=1)
    third = await ask(lending, phone, loan)

    assert [first, second, third] == [RequestOutcome.ASKED, RequestOutcome.ALREADY, RequestOutcome.ASKED]


async def test_a_day_has_so_many_requests_and_no_more(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    outcomes = []
    for _ in range(REQUESTS_A_DAY_MAX + 1):
        outcomes.append(await ask(lending, phone, loan))
        clock.move(minutes=3)

    assert outcomes.count(RequestOutcome.ASKED) == REQUESTS_A_DAY_MAX
    assert outcomes[-1] is RequestOutcome.ALREADY


@pytest.mark.parametrize("amount", ["0", "5000"], ids=["nothing", "more than is owed"])
async def test_nothing_and_more_than_is_owed_are_not_asked_for(lending: Lending, amount: str) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)

    assert await ask(lending, phone, loan, Money.of(amount)) is RequestOutcome.NOT_RUNNING


async def test_a_refused_request_tells_how_else_to_pay_and_may_be_repeated(
    lending: Lending, rail: ObedientRail
) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    rail.answer = PayoutResult(PayoutAnswer.FAILED, failure_code="payer_unreachable")
    await ask(lending, phone, loan)
    (row,) = await waiting(lending)

    await send_payment_request(lending.engine, row)

    (request,) = await requests(lending, loan)
    assert (request.status, request.failure_code) == (PaymentRequestStatus.REFUSED, "payer_unreachable")
    assert len(await lending.messages(MessageKind.PAYMENT_REQUEST_REFUSED)) == 1
    assert await ask(lending, phone, loan) is RequestOutcome.ASKED


async def test_a_rail_that_cannot_prompt_is_a_request_refused(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    await ask(lending, phone, loan)
    (row,) = await waiting(lending)
    changed_since = replace(lending.engine, rails={"simulated": object()})  # type: ignore[dict-item]

    await send_payment_request(changed_since, row)

    (request,) = await requests(lending, loan)
    assert (request.status, request.failure_code) == (PaymentRequestStatus.REFUSED, "not_supported")
