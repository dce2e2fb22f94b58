"""The advice for one application, from the borrower's own shard: affordability, exposure elsewhere, and the score.

What other lenders lent is read only with the borrower's consent, and shown as counts and bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from core.credit.affordability import Affordability, assess_affordability
from core.credit.exposure import Exposure, outstanding_band
from core.credit.scoring import Score, ScoreInputs, score
from core.loans.arrears import days_past_due
from core.money import ZERO, Money, total
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import Application, ScoreKept
from core.records.borrower import Borrower, ConsentKind
from core.records.catalogue import ProductVersion
from core.records.loan import InstalmentRow, Loan, LoanStatus
from core.use_cases.quoting import quote

ENQUIRY_DAYS: Final = 90
_LIVE: Final = frozenset({LoanStatus.ACTIVE, LoanStatus.DISBURSING, LoanStatus.ACCEPTED})
_HAS_HISTORY: Final = frozenset({LoanStatus.ACTIVE, LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF})
_DAYS_A_MONTH: Final = 30


@dataclass(frozen=True, slots=True)
class Assessment:
    """The advice. `exposure` is None without the borrower's consent to share history."""

    score: Score
    affordability: Affordability
    exposure: Exposure | None


@dataclass(frozen=True, slots=True)
class _History:
    loan: Loan
    instalments: Sequence[InstalmentRow]


async def assess(engine: Engine, unit: Unit, application: Application, borrower: Borrower, today: date) -> Assessment:
    """Weigh an application as things stand on the business date."""
    consents = await unit.borrowers.consents(borrower.id)
    shares = any(consent.kind is ConsentKind.SHARE_HISTORY and consent.withdrawn_at is None for consent in consents)
    loans = [
        loan
        for loan in await unit.loans.of_borrower(borrower.id)
        if loan.application_id != application.id and (shares or loan.mfi_id == application.mfi_id)
    ]
    history = [_History(loan, await unit.loans.instalments(loan.id)) for loan in loans]
    product = (await engine.record.catalogue()).product(application.product_id, application.product_version)
    affordability = _affordability(product, application, history)
    exposure = await _exposure(engine, application, history, today) if shares else None
    check = await unit.borrowers.identity_check(borrower.id, application.mfi_id)
    inputs = _inputs(history, borrower, affordability, exposure, today, identity_seen=check is not None)
    return Assessment(score(inputs), affordability, exposure)


async def keep_score(engine: Engine, unit: Unit, application: Application, assessment: Assessment, today: date) -> None:
    """Keep the advice with the step that it advised, so that it can be shown again a year later."""
    kept = await unit.applications.scores(application.id)
    await unit.applications.keep_score(
        ScoreKept(
            application_id=application.id,
            n=len(kept) + 1,
            scorecard_version=assessment.score.version,
            score=assessment.score.value,
            band=assessment.score.band,
            inputs=assessment.score.inputs.to_json(),
            factors=tuple(asdict(factor) for factor in assessment.score.factors),
            affordability=assessment.affordability.to_json(),
            at=engine.clock.now(),
            business_on=today,
        )
    )


def _affordability(product: ProductVersion, application: Application, history: Sequence[_History]) -> Affordability:
    def instalment_of(amount: Money) -> Money:
        return quote(product, amount, application.term_months, application.submitted_on).key_facts.largest_instalment

    return assess_affordability(
        amount=application.amount,
        net_pay=application.net_pay,
        existing_instalments=total(_next_instalment(past) for past in history if past.loan.status in _LIVE),
        limit=product.instalment_share_limit,
        lowest=product.amount_min,
        step=product.amount_step,
        instalment_of=instalment_of,
    )


def _next_instalment(past: _History) -> Money:
    """What a running loan takes a month: its next instalment as agreed, without what is overdue on it."""
    unsettled = (row.principal + row.interest + row.fees for row in past.instalments if row.settled_on is None)
    return next(unsettled, ZERO)


async def _exposure(engine: Engine, application: Application, history: Sequence[_History], today: date) -> Exposure:
    elsewhere = [past for past in history if past.loan.mfi_id != application.mfi_id and past.loan.status in _LIVE]
    return Exposure(
        live_loans=len(elsewhere),
        outstanding_band=outstanding_band(total(row.outstanding for past in elsewhere for row in past.instalments)),
        worst_days_late=max((_days_late_now(past, today) for past in elsewhere), default=0),
        enquiries_90_days=await _enquiries(engine, application),
    )


async def _enquiries(engine: Engine, application: Application) -> int | None:
    """Applications to other lenders; None when the channel plane does not answer, which the page says.

    Each is one look-up, however many of that lender's staff then opened it (those have a `staff_id`).
    """
    since = engine.clock.now() - timedelta(days=ENQUIRY_DAYS)
    try:
        found = await engine.channel.enquiries.since(application.borrower_id, since)
    except ChannelPlaneDown:
        return None
    return sum(enquiry.mfi_id != application.mfi_id and enquiry.staff_id is None for enquiry in found)


def _days_late_now(past: _History, today: date) -> int:
    unsettled = [row.due_on for row in past.instalments if row.settled_on is None]
    return days_past_due(min(unsettled, default=None), today)


def _inputs(
    history: Sequence[_History],
    borrower: Borrower,
    affordability: Affordability,
    exposure: Exposure | None,
    today: date,
    *,
    identity_seen: bool,
) -> ScoreInputs:
    due = [
        max(0, ((row.settled_on or today) - row.due_on).days)
        for past in history
        if past.loan.status in _HAS_HISTORY
        for row in past.instalments
        if row.due_on < today
    ]
    return ScoreInputs(
        repaid_loans=sum(past.loan.status is LoanStatus.CLOSED for past in history),
        instalments_due=len(due),
        instalments_on_time=sum(days == 0 for days in due),
        longest_days_late=max(due, default=0),
        average_days_late=_average(due),
        months_as_client=max(0, (today - borrower.registered_on).days // _DAYS_A_MONTH),
        instalment_share=affordability.share,
        live_loans_elsewhere=exposure.live_loans if exposure else None,
        enquiries_90_days=exposure.enquiries_90_days if exposure else None,
        identity_seen=identity_seen,
    )


def _average(days: Sequence[int]) -> Decimal:
    """The mean to a tenth of a day, never rounded down to nothing where somebody was late."""
    mean = Fraction(sum(days), len(days) or 1)
    return Decimal(ceil(mean * 10)) / 10
