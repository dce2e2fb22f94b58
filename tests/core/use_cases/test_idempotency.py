"""A staff form's token names that form and nothing else."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from core.money import Money, total
from core.records.loan import LoanPosition, LoanStatus
from core.use_cases.deciding import CheckIdentity, check_identity
from core.use_cases.idempotency import form_key
from core.use_cases.releasing import ReleaseDisbursement, release_disbursement
from core.use_cases.repaying import NoticeOutcome
from tests.core.use_cases.lending import Lending


def owed(position: LoanPosition) -> Money:
    return total((position.principal, position.interest, position.fees, position.penalties))


async def test_a_form_cannot_take_the_key_of_a_payment_that_is_still_to_come(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    before, _ = await lending.books(loan)
    reference = (await lending.apply(await lending.borrower())).reference
    planted = CheckIdentity(reference, "saw_national_id", "", "repayment:simulated:COMING1:1")
    await check_identity(lending.engine, lending.officer, planted)

    outcome = await lending.pay(Money.of("100"), reference="COMING1", account=str(loan.reference))

    after, _ = await lending.books(loan)
    assert outcome is NoticeOutcome.ACCEPTED
    assert owed(before) - owed(after) == Money.of("100")


async def test_a_form_cannot_take_the_key_of_an_acceptance(lending: Lending) -> None:
    phone = await lending.borrower()
    offered = await lending.offer(phone)
    reference = (await lending.apply(await lending.borrower())).reference
    planted = CheckIdentity(reference, "saw_national_id", "", f"accept:{offered.id}")
    await check_identity(lending.engine, lending.officer, planted)

    await lending.accept(phone, offered)

    assert (await lending.loan(offered)).status is LoanStatus.ACCEPTED


async def test_a_token_of_any_length_makes_a_key_of_one_length(lending: Lending) -> None:
    phone = await lending.borrower()
    accepted = await lending.accept(phone, await lending.offer(phone))

    await release_disbursement(
        lending.engine, lending.cashier, ReleaseDisbursement(accepted.reference, accepted.version, "\u20ac" * 2_000)
    )

    assert (await lending.loan(accepted)).status is LoanStatus.DISBURSING


async def test_two_people_with_one_token_have_two_keys(lending: Lending) -> None:
    other = replace(lending.officer, staff_id=uuid4())

    assert form_key(lending.officer, "token") == form_key(lending.officer, "token")
    assert form_key(lending.officer, "token") != form_key(other, "token")
