"""Accepting an offer: the statement that the borrower read becomes part of the contract, exactly as it was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.records.borrower import Channel, Language
from core.records.loan import FiguresChanged, KeyFactsAccepted, Loan, LoanStatus
from core.use_cases.borrowing import DECISION_SHOWN_DAYS, AcceptOffer, accept_offer, overview, payoff_quote
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock


async def offered(lending: Lending) -> tuple[AcceptOffer, Loan]:
    """An offer, and the borrower's yes to the figures that they are shown."""
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    shown = (await overview(lending.engine, phone)).offer
    assert shown is not None
    hashed = shown.key_facts.sha256
    return AcceptOffer(loan.reference, phone, hashed, "7", Language.ENGLISH, Channel.TELEGRAM), loan


async def kept(lending: Lending, loan: Loan) -> KeyFactsAccepted | None:
    async with lending.engine.record.unit(loan.district) as unit:
        return await unit.loans.key_facts(loan.id)


async def test_the_statement_accepted_is_kept_with_its_figures_text_hash_channel_and_time(
    lending: Lending, clock: MovableClock
) -> None:
    yes, loan = await offered(lending)
    shown = (await overview(lending.engine, yes.phone)).offer
    assert shown is not None

    await accept_offer(lending.engine, yes)

    assert await kept(lending, loan) == KeyFactsAccepted(
        loan_id=loan.id,
        figures=shown.key_facts.to_json(),
        figures_hash=yes.figures_hash,
        text_version="7",
        language="en",
        channel=Channel.TELEGRAM,
        accepted_at=clock.now(),
    )


async def test_figures_other_than_those_that_were_read_make_no_contract(lending: Lending) -> None:
    yes, loan = await offered(lending)

    with pytest.raises(FiguresChanged):
        await accept_offer(lending.engine, replace(yes, figures_hash=b"\0" * 32))

    assert (await lending.loan(loan)).status is LoanStatus.OFFERED
    assert await kept(lending, loan) is None


async def test_what_waits_for_the_lender_and_what_for_the_borrower_is_seen_together(
    lending: Lending, clock: MovableClock
) -> None:
    phone = await lending.borrower()
    loan = await lending.offer(phone)
    clock.move(minutes=1)
    waits = await lending.apply(phone, product=lending.other_product)

    seen = await overview(lending.engine, phone)

    assert [each.reference for each in seen.open_applications] == [waits.reference]
    assert [each.loan.reference for each in seen.offers] == [loan.reference]
    assert seen.offer == seen.offers[0]

    await lending.close(loan.offer_expires_on)
    seen = await overview(lending.engine, phone)
    assert (seen.offers, seen.offer) == ((), None)


async def test_a_decided_application_is_shown_for_thirty_days_and_as_long_as_its_loan_runs(
    lending: Lending, clock: MovableClock
) -> None:
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    clock.move(days=DECISION_SHOWN_DAYS + 1)
    await lending.close(clock.now().date() - timedelta(days=1))

    seen = await overview(lending.engine, phone)
    assert (seen.application and seen.application.id, seen.became and seen.became.id) == (loan.application_id, loan.id)

    owed = (await payoff_quote(lending.engine, phone, loan.reference)).total
    await lending.pay(owed, reference="RAIL-1", account=str(loan.reference))
    seen = await overview(lending.engine, phone)
    assert (seen.application, seen.became) == (None, None)
