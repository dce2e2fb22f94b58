"""What closes a loan early, said to its borrower and kept, so that it holds for as long as the product says.

Paying exactly a quote by its last day closes the loan though interest ran on: the lender let go of that when it was
quoted. Anything that happens to the loan in between makes the quote void.
"""

from __future__ import annotations

from datetime import timedelta

from core.errors import NotFound
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.loan import LoanStatus
from core.records.wallet import KeptQuote
from core.references import Reference
from core.use_cases.bookkeeping import history_of
from core.use_cases.borrowing import own_loan
from core.use_cases.callers import registered
from core.use_cases.meaning import seen_by


async def quote_payoff(engine: Engine, phone: PhoneNumber, reference: Reference) -> KeptQuote:
    """What closes a running loan, and until when. The same day and state of the loan always give the same quote.

    Raises `NotRegistered`, `NotFound` (also for a loan that is not running), `DistrictDown`.
    """
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        loan = await own_loan(unit, entry, reference)
        if loan.status is not LoanStatus.ACTIVE:
            raise NotFound("there is no such running loan")
        product = (await engine.record.catalogue()).product(loan.product_id, loan.product_version)
        history = await history_of(engine, unit, loan)
        today = await unit.business_date()
        quote = KeptQuote(
            loan_id=loan.id,
            quoted_on=today,
            expires_on=today + timedelta(days=product.payoff_quote_days),
            after_n=seen_by(history),
            split=history.payoff(today).split,
            quoted_at=engine.clock.now(),
        )
        if product.payoff_quote_days:
            await unit.payoff_quotes.keep(quote)
            await unit.commit()
    return quote
