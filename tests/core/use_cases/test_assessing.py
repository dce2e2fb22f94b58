"""The advice on an application, from what the borrower's earlier loans came to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core.credit.scoring import ScoreInputs
from core.phones import PhoneNumber
from core.use_cases.reviewing import application_file
from tests.core.use_cases.lending import Lending


async def read_for(lending: Lending, phone: PhoneNumber) -> ScoreInputs:
    """What the card reads for a new application."""
    reference = (await lending.apply(phone)).reference
    return (await application_file(lending.engine, lending.officer, reference)).assessment.score.inputs


async def test_lateness_is_read_at_its_longest_and_on_average_over_what_fell_due(lending: Lending) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    _, rows = await lending.books(loan)
    first, second = rows[0], rows[1]
    late = first.due_on + timedelta(days=3)
    await lending.close(late - timedelta(days=1))
    await lending.pay(first.total, reference="LATE", account=str(loan.reference), on=late)
    await lending.close(second.due_on)

    read = await read_for(lending, phone)

    # The late fee of the first still stands, so it is late to this day; the second fell due yesterday.
    longest = (await lending.today() - first.due_on).days
    assert (read.instalments_due, read.longest_days_late) == (2, longest)
    assert read.average_days_late == Decimal(longest + 1) / 2


async def test_a_borrower_without_a_due_instalment_has_no_lateness(lending: Lending) -> None:
    read = await read_for(lending, await lending.borrower())

    assert (read.instalments_due, read.longest_days_late, read.average_days_late) == (0, 0, Decimal(0))
