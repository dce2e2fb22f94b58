"""The advice for one application, from the borrower's own shard: affordability, exposure elsewhere, score and checks.

What other lenders lent is read only as far as the borrower shares it, and shown as counts and bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.credit.affordability import Affordability, assess_affordability
from core.credit.checks import CheckFacts, Finding, income_change, run_checks
from core.credit.exposure import Exposure, SharingLevel, outstanding_band, sharing_level
from core.credit.history import Known, PastLoan, score_inputs
from core.credit.scoring import Score, score
from core.loans.arrears import days_past_due
from core.loans.burden import monthly_burden
from core.loans.terms import LoanTerms
from core.money import ZERO, Money, total
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import Application, ScoreKept
from core.records.borrower import Borrower
from core.records.catalogue import ProductVersion
from core.records.loan import InstalmentRow, Loan, LoanStatus
from core.use_cases.quoting import quote, quote_of

ENQUIRY_DAYS: Final = 90
_PROMISED: Final = frozenset({LoanStatus.OFFERED, LoanStatus.ACCEPTED, LoanStatus.DISBURSING})
_LIVE: Final = _PROMISED | {LoanStatus.ACTIVE}
"""An offer counts: two lenders that decide at the same time would else each lend as if the other did not."""
_HAS_HISTORY: Final = frozenset({LoanStatus.ACTIVE, LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF})


@dataclass(frozen=True, slots=True)
class Assessment:
    """The advice. `exposure` is None unless the borrower shares their history between lenders.

    `findings` are the product's checks that fail; `income_change` is None before there was another stated income.
    """

    score: Score
    affordability: Affordability
    sharing: SharingLevel
    exposure: Exposure | None
    income_change: Decimal | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _History:
    """A loan with its instalments, of which there are none before the money has arrived."""

    loan: Loan
    instalments: Sequence[InstalmentRow]


async def assess(engine: Engine, unit: Unit, application: Application, borrower: Borrower, today: date) -> Assessment:
    """Weigh an application as things stand on the business date.

    In a decision's unit the borrower's row is locked first, so that what another lender decides on the same person at
    the same moment is wholly seen or wholly still to come.
    """
    sharing = sharing_level(await unit.borrowers.consents(borrower.id))
    history = await _history(unit, application, sharing)
    product = (await engine.record.catalogue()).product(application.product_id, application.product_version)
    affordability = _affordability(product, application, history)
    exposure = await _exposure(engine, application, history, today) if sharing is SharingLevel.FULL else None
    check = await unit.borrowers.identity_check(borrower.id, application.mfi_id)
    known = Known(borrower.registered_on, affordability.share, exposure, identity_seen=check is not None)
    change = await _income_change(unit, application, sharing)
    return Assessment(
        score=score(score_inputs(_past_loans(history, sharing), known, today)),
        affordability=affordability,
        sharing=sharing,
        exposure=exposure,
        income_change=change,
        findings=run_checks(product.checks, CheckFacts(application.amount, affordability, exposure, change)),
    )


async def keep_score(
    engine: Engine, unit: Unit, application: Application, assessment: Assessment, today: date, *, transition_n: int
) -> None:
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
            transition_n=transition_n,
            sharing=assessment.sharing,
            exposure=assessment.exposure.to_json() if assessment.exposure else None,
            findings=tuple(finding.to_json() for finding in assessment.findings),
        )
    )


async def _history(unit: Unit, application: Application, sharing: SharingLevel) -> Sequence[_History]:
    """The borrower's other loans that may be read: those of this lender, and where history is shared everybody's."""
    loans = [
        loan
        for loan in await unit.loans.of_borrower(application.borrower_id)
        if loan.application_id != application.id and (sharing is SharingLevel.FULL or loan.mfi_id == application.mfi_id)
    ]
    return [_History(loan, await unit.loans.instalments(loan.id)) for loan in loans]


def _past_loans(history: Sequence[_History], sharing: SharingLevel) -> Sequence[PastLoan]:
    if sharing is SharingLevel.NONE:
        return ()
    return [
        PastLoan(past.loan.status is LoanStatus.CLOSED, past.instalments)
        for past in history
        if past.loan.status in _HAS_HISTORY
    ]


async def _income_change(unit: Unit, application: Application, sharing: SharingLevel) -> Decimal | None:
    """How far the stated income is from the one of the application before, of those that may be read."""
    earlier = [
        other
        for other in await unit.applications.of_borrower(application.borrower_id)
        if other.submitted_at < application.submitted_at
        and (sharing is SharingLevel.FULL or other.mfi_id == application.mfi_id)
    ]
    if not earlier:
        return None
    last = max(earlier, key=lambda other: other.submitted_at)
    return income_change(application.net_pay, last.net_pay)


def _affordability(product: ProductVersion, application: Application, history: Sequence[_History]) -> Affordability:
    def instalment_of(amount: Money) -> Money:
        offered = quote(product, amount, application.periods, application.submitted_on)
        return monthly_burden(offered.key_facts.largest_instalment, offered.terms)

    return assess_affordability(
        amount=application.amount,
        net_pay=application.net_pay,
        existing_instalments=total(_instalment_to_come(past) for past in history if past.loan.status in _LIVE),
        limit=product.instalment_share_limit,
        lowest=product.amount_min,
        step=product.amount_step,
        instalment_of=instalment_of,
    )


def _instalment_to_come(past: _History) -> Money:
    """What a live loan takes a month: its largest instalment still to come as agreed, without what is overdue on it.

    Not the next one: then who pays a small one later would look better than who paid it in time.
    """
    if past.loan.status in _PROMISED:
        promised = quote_of(past.loan)
        return monthly_burden(promised.key_facts.largest_instalment, promised.terms)
    agreed = [row.principal + row.interest + row.fees for row in past.instalments if row.settled_on is None]
    return monthly_burden(max(agreed, default=ZERO), LoanTerms.from_json(past.loan.terms))


async def _exposure(engine: Engine, application: Application, history: Sequence[_History], today: date) -> Exposure:
    elsewhere = [past for past in history if past.loan.mfi_id != application.mfi_id and past.loan.status in _LIVE]
    return Exposure(
        live_loans=len(elsewhere),
        outstanding_band=outstanding_band(total(_outstanding(past) for past in elsewhere)),
        worst_days_late=max((_days_late_now(past, today) for past in elsewhere), default=0),
        enquiries_90_days=await _enquiries(engine, application),
    )


def _outstanding(past: _History) -> Money:
    if past.loan.status in _PROMISED:
        return total(row.total for row in quote_of(past.loan).schedule.rows)
    return total(row.outstanding for row in past.instalments)


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
