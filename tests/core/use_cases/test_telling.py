"""A message that would say too little, too much or the wrong thing is a defect: it is never put in the outbox."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from core.errors import Conflict
from core.money import Money
from core.records.message import MessageKind
from core.use_cases.bookkeeping import history_of
from core.use_cases.loan_events import disbursed_of
from core.use_cases.messages import tell
from core.use_cases.telling import tell_receipt
from tests.core.use_cases.lending import HOME, Lending


@pytest.mark.parametrize("figures", [{}, {"given_names": "Palesa", "surname": "Mokoena"}])
async def test_a_message_has_exactly_the_figures_of_its_kind(figures: dict[str, Any], lending: Lending) -> None:
    async with lending.engine.record.unit(HOME) as unit:
        with pytest.raises(ValueError, match="takes"):
            await tell(lending.engine, unit, MessageKind.REGISTERED, uuid4(), key="k", **figures)


async def test_no_receipt_is_sent_of_a_payment_that_is_not_in_the_books(lending: Lending) -> None:
    loan = await lending.active_loan(await lending.borrower())

    async with lending.engine.record.unit(HOME) as unit:
        history = await history_of(lending.engine, unit, loan)
        account = history.account(history.closed_through)
        with pytest.raises(ValueError, match="no payment"):
            await tell_receipt(lending.engine, unit, loan, account, Money.of("5"), loan.reference, "repayment:none")


def test_a_loan_whose_money_never_left_has_no_books() -> None:
    with pytest.raises(Conflict):
        disbursed_of([])
