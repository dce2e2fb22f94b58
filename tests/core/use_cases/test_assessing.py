"""The advice on an application, from what the borrower's earlier loans came to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.credit.exposure import outstanding_band
from core.credit.scoring import ScoreInputs
from core.money import total
from core.phones import PhoneNumber
from core.ports.channel import ChannelPlaneDown
from core.use_cases.assessing import assess
from core.use_cases.reviewing import application_file
from tests.core.use_cases.lending import HOME, Lending


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


async def test_what_is_still_owed_elsewhere_counts_and_unknown_enquiries_are_said_to_be(lending: Lending) -> None:
    phone = await lending.borrower()
    elsewhere = await lending.active_loan(phone)
    application = await lending.application((await lending.apply(phone, product=lending.other_product)).reference)
    down = replace(lending.engine, channel=NoEnquiries(lending.engine.channel))  # type: ignore[arg-type]

    async with lending.engine.record.unit(HOME) as unit:
        borrower = await unit.borrowers.get(application.borrower_id)
        exposure = (await assess(down, unit, application, borrower, await unit.business_date())).exposure

    position, _ = await lending.books(elsewhere)
    owed = total((position.principal, position.interest, position.fees, position.penalties))
    assert exposure is not None
    assert (exposure.live_loans, exposure.enquiries_90_days) == (1, None)
    assert exposure.outstanding_band == outstanding_band(owed)


class NoEnquiries:
    """The channel plane, whose enquiries do not answer."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return self if name == "enquiries" else getattr(self._real, name)

    async def since(self, *_args: object) -> None:
        raise ChannelPlaneDown
