"""Records for storage tests: ordinary ones, of which a test changes only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

from core.credit.checks import STANDARD_CHECKS
from core.ledger.journals import Journal, Posting
from core.loans.policy import LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import Fee, FeeTiming
from core.money import Money
from core.phones import PhoneNumber
from core.ports.record import Record, Unit
from core.records.application import Application, ApplicationStatus, ScoreKept
from core.records.borrower import Borrower, Channel, IncomeKind, Language, Purpose
from core.records.catalogue import Mfi, ProductVersion, RegulatoryStatus
from core.records.loan import (
    Disbursement,
    InstalmentRow,
    Loan,
    LoanPosition,
    LoanStatus,
    Payment,
    PayoutStatus,
)
from core.records.transition import Transition
from core.references import Reference

DISTRICT: Final = "LS-A"
TODAY: Final = date(2026, 11, 23)
NOW: Final = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LATER: Final = NOW + timedelta(minutes=1)
MFI: Final = UUID(int=1)
OTHER_MFI: Final = UUID(int=2)
PRODUCT: Final = UUID(int=11)

# Seven digits each, in no order that a reader would take for one: nine million of them before one comes again.
_digits = (1_000_000 + turn * 7_919 % 9_000_000 for turn in count())


def a_reference() -> Reference:
    return Reference.make(10, lambda _: next(_digits))


def an_mfi(mfi_id: UUID = MFI, **changes: Any) -> Mfi:
    number = mfi_id.int
    return replace(
        Mfi(
            id=mfi_id,
            code=f"M{number}",
            name=f"Lender {number}",
            licence_number=f"CBL/{number}",
            licence_tier=3,
            regulatory_status=RegulatoryStatus.REGISTERED,
            address="Kingsway, Maseru",
            phone="+26622300000",
            complaints_phone="+26622300001",
            head_office_district=DISTRICT,
            districts=frozenset({"LS-A", "LS-B"}),
            approval_limit_1=Money.of(5_000),
            disbursement_limit_2=Money.of(10_000),
            rail_accounts={"simulated": f"SIM-{number}"},
            sms_sender_id=None,
        ),
        **changes,
    )


def a_product(product_id: UUID = PRODUCT, version: int = 1, mfi_id: UUID = MFI, **changes: Any) -> ProductVersion:
    return replace(
        ProductVersion(
            product_id=product_id,
            version=version,
            mfi_id=mfi_id,
            code=f"P{product_id.int}",
            names={"en": "Small loan", "st_LS": "Kalimo e nyenyane"},
            amount_min=Money.of(500),
            amount_max=Money.of(20_000),
            amount_step=Money.of(100),
            terms=ProductTerms(
                annual_rate_percent=Decimal("36.00"),
                periods_offered=(1, 3, 6, 12),
                fees=(Fee("upfront", FeeTiming.UPFRONT, percent=Decimal("2.5")),),
            ),
            policy=Policy(late_fee=LateFeeRule(Money.of(50), None, with_interest=False, after_days=0)),
            instalment_share_limit=Decimal(1) / Decimal(3),
            offer_valid_days=7,
            cooling_off_days=3,
            checks=STANDARD_CHECKS,
        ),
        **changes,
    )


def a_borrower(**changes: Any) -> Borrower:
    number = next(_digits)
    return replace(
        Borrower(
            id=uuid4(),
            district=DISTRICT,
            phone=PhoneNumber(f"+2665{number}"),
            language=Language.SESOTHO,
            given_names="Thabo",
            surname="Mokoena",
            national_id=f"{number:012d}",
            date_of_birth=date(1990, 2, 28),
            residence_district=DISTRICT,
            registered_on=TODAY,
            registered_at=NOW,
            channel=Channel.USSD,
        ),
        **changes,
    )


def an_application(borrower: Borrower, **changes: Any) -> Application:
    return replace(
        Application(
            id=uuid4(),
            district=borrower.district,
            reference=a_reference(),
            borrower_id=borrower.id,
            mfi_id=MFI,
            product_id=PRODUCT,
            product_version=1,
            amount=Money.of(1_000),
            periods=3,
            purpose=Purpose.SCHOOL,
            net_pay=Money.of(6_000),
            income_kind=IncomeKind.SALARY,
            channel=Channel.USSD,
            draft_id=uuid4(),
            status=ApplicationStatus.SUBMITTED,
            submitted_on=TODAY,
            submitted_at=NOW,
        ),
        **changes,
    )


def a_loan(application: Application, **changes: Any) -> Loan:
    return replace(
        Loan(
            id=uuid4(),
            district=application.district,
            reference=a_reference(),
            application_id=application.id,
            borrower_id=application.borrower_id,
            mfi_id=application.mfi_id,
            product_id=application.product_id,
            product_version=application.product_version,
            principal=application.amount,
            terms={"principal": application.amount.plain, "periods": application.periods},
            status=LoanStatus.OFFERED,
            offered_on=TODAY,
            offer_expires_on=TODAY + timedelta(days=7),
        ),
        **changes,
    )


def a_transition(subject_id: UUID, n: int = 1, **changes: Any) -> Transition:
    return replace(
        Transition(
            subject_id=subject_id,
            n=n,
            from_status=None,
            to_status="submitted",
            actor_kind="borrower",
            actor_id=None,
            actor_name="",
            role="",
            reason_code="submitted",
            note="",
            at=NOW,
            business_on=TODAY,
        ),
        **changes,
    )


def a_score(application_id: UUID, n: int = 1, score: int = 640, band: str = "B") -> ScoreKept:
    return ScoreKept(
        application_id=application_id,
        n=n,
        scorecard_version="1",
        score=score,
        band=band,
        inputs={"repaid": 0},
        factors=({"code": "no_history", "points": 0},),
        affordability={"ratio": "0.25"},
        at=NOW,
        business_on=TODAY,
        transition_n=n,
        sharing="full",
        exposure={"live_loans": 1},
        findings=({"check": "one_third", "severity": "warn", "saw": "1000.00", "limit": "900.00"},),
    )


def an_instalment(loan_id: UUID, n: int = 1, due_on: date = TODAY, **changes: Any) -> InstalmentRow:
    nothing = Money(0)
    return replace(
        InstalmentRow(
            loan_id=loan_id,
            n=n,
            due_on=due_on,
            principal=Money.of(100),
            interest=Money.of(3),
            fees=nothing,
            penalties=nothing,
            principal_paid=nothing,
            interest_paid=nothing,
            fees_paid=nothing,
            penalties_paid=nothing,
            waived=nothing,
            settled_on=None,
        ),
        **changes,
    )


def a_position(loan_id: UUID, **changes: Any) -> LoanPosition:
    nothing = Money(0)
    return replace(
        LoanPosition(
            loan_id=loan_id,
            principal=nothing,
            interest=nothing,
            fees=nothing,
            penalties=nothing,
            overpaid=nothing,
            principal_receivable=nothing,
            interest_receivable=nothing,
            fee_receivable=nothing,
            penalty_receivable=nothing,
            oldest_unpaid_due_on=None,
            next_due=nothing,
        ),
        **changes,
    )


def a_payout(loan: Loan, attempt: int = 1, **changes: Any) -> Disbursement:
    return replace(
        Disbursement(
            id=uuid4(),
            district=loan.district,
            loan_id=loan.id,
            mfi_id=loan.mfi_id,
            attempt=attempt,
            rail="simulated",
            reference=f"D{loan.reference}{attempt:02d}",
            wallet="+26658123456",
            amount=loan.principal,
            status=PayoutStatus.QUEUED,
            released_by=UUID(int=77),
            released_by_name="Palesa",
            released_at=NOW,
        ),
        **changes,
    )


def a_payment(loan: Loan | None = None, **changes: Any) -> Payment:
    return replace(
        Payment(
            id=uuid4(),
            district=DISTRICT,
            mfi_id=MFI,
            rail="simulated",
            rail_reference=uuid4().hex,
            assignment=1,
            receipt=a_reference(),
            amount=Money.of(150),
            payer="+26658123456",
            account="",
            paid_at=NOW,
            value_on=TODAY,
            recorded_at=NOW,
            loan_id=loan.id if loan else None,
            borrower_id=loan.borrower_id if loan else None,
            status="posted" if loan else "suspense",
        ),
        **changes,
    )


def a_journal(
    key: str, *postings: tuple[str, str, int], loan_id: UUID | None = None, kind: str = "repayment"
) -> Journal:
    """Postings as (debit, credit, lisente)."""
    lines = tuple(Posting(debit, credit, Money(lisente)) for debit, credit, lisente in postings)
    return Journal(key, kind, TODAY, lines or (Posting("float:simulated", "funding", Money(100)),), loan_id)


async def lay_ground(record: Record) -> None:
    """Two lenders with a product, and the district open."""
    await record.add_mfi(an_mfi())
    await record.add_mfi(an_mfi(OTHER_MFI))
    await record.add_product(a_product())
    await record.open_district(DISTRICT, TODAY)


async def kept_loan(unit: Unit, **changes: Any) -> Loan:
    """A borrower, an approved application and its loan, all added."""
    borrower = a_borrower()
    application = an_application(borrower, status=ApplicationStatus.APPROVED)
    loan = a_loan(application, **changes)
    await unit.borrowers.add(borrower)
    await unit.applications.add(application)
    await unit.loans.add(loan)
    return loan
