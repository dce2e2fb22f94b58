"""The portal's lists: one lender's rows, in named districts, in the order that the page shows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.loans.terms import LoanTerms
from core.money import ZERO, Money
from core.phones import PhoneNumber
from core.ports.reads import PayoutFilter, PayoutList, PortalReads, QueueFilter
from core.ports.record import Record, Unit
from core.ports.work import AuditEntry
from core.records.application import Application, ApplicationStatus
from core.records.borrower import Borrower, Channel, IdentityCheck
from core.records.loan import Loan, LoanStatus, PayoutPurpose, PayoutStatus
from core.records.wallet import CoolDown, CoolDownCause, Wallet, WalletChoice
from storage.postgres.reads import PortalReadsOnPostgres
from tests.storage.samples import (
    DISTRICT,
    LATER,
    MFI,
    NOW,
    OTHER_MFI,
    TODAY,
    a_borrower,
    a_journal,
    a_loan,
    a_payment,
    a_payout,
    a_position,
    a_reference,
    a_score,
    an_application,
    an_instalment,
)

BOTH = (DISTRICT, "LS-B")
_S = ApplicationStatus


@pytest.fixture
async def reads(record: Record, portal_reads: PortalReadsOnPostgres) -> PortalReads:
    await record.open_district("LS-B", TODAY)
    return portal_reads


async def applied(record: Record, borrower: Borrower | None = None, **changes: Any) -> Application:
    borrower = borrower or a_borrower()
    application = an_application(borrower, **changes)
    async with record.unit(borrower.district) as unit:
        await unit.borrowers.add(borrower)
        await unit.applications.add(application)
        await unit.commit()
    return application


async def lent(record: Record, borrower: Borrower | None = None, **changes: Any) -> Loan:
    borrower = borrower or a_borrower()
    application = await applied(record, borrower, status=_S.APPROVED, mfi_id=changes.get("mfi_id", MFI))
    terms = LoanTerms(principal=application.amount, annual_rate_percent=Decimal(36), periods=3, disbursed_on=TODAY)
    loan = a_loan(application, **{"terms": terms.to_json(), **changes})
    async with record.unit(loan.district) as unit:
        await unit.loans.add(loan)
        await unit.commit()
    return loan


async def test_the_queue_shows_one_tab_longest_waiting_first_and_counts_them_all(
    record: Record, reads: PortalReads
) -> None:
    newer = await applied(record, submitted_at=LATER)
    older = await applied(record, a_borrower(district="LS-B", given_names="Lineo", surname="Sello"))
    await applied(record, status=_S.AWAITING_SECOND_APPROVAL)
    await applied(record, status=_S.REJECTED)
    await applied(record, mfi_id=OTHER_MFI)

    page = await reads.queue(MFI, BOTH, QueueFilter())

    assert [row.reference for row in page.rows] == [older.reference, newer.reference]
    assert page.total == 2
    assert page.counts == {"new": 2, "in_review": 0, "returned": 0, "second_approval": 1}
    assert page.missing_districts == ()
    first = page.rows[0]
    assert (first.borrower_name, first.product_names["en"], first.district) == ("Lineo Sello", "Small loan", "LS-B")
    assert (first.amount, first.periods, first.score, first.band) == (Money.of(1_000), 3, None, None)


async def test_the_queue_shows_the_newest_score(record: Record, reads: PortalReads) -> None:
    application = await applied(record)
    async with record.unit(DISTRICT) as unit:
        await unit.applications.keep_score(a_score(application.id, 1, 500, "C"))
        await unit.applications.keep_score(a_score(application.id, 2, 710, "A"))
        await unit.commit()

    row = (await reads.queue(MFI, BOTH, QueueFilter())).rows[0]

    assert (row.score, row.band) == (710, "A")


async def test_risk_is_high_above_a_third_of_the_months_pay(record: Record, reads: PortalReads) -> None:
    low = await applied(record, amount=Money.of(2_000), net_pay=Money.of(6_000))
    high = await applied(record, amount=Money.of("2000.01"), net_pay=Money.of(6_000))

    for risk, application in (("low", low), ("high", high)):
        page = await reads.queue(MFI, BOTH, QueueFilter(risk=risk))
        assert [(row.reference, row.risk) for row in page.rows] == [(application.reference, risk)]
        assert page.total == 1


async def test_the_queue_is_sorted_filtered_and_paged(record: Record, reads: PortalReads) -> None:
    amounts = {100: DISTRICT, 300: "LS-B", 200: DISTRICT}
    applications = {
        amount: await applied(record, a_borrower(district=district), amount=Money.of(amount))
        for amount, district in amounts.items()
    }

    async def shown(**wanted: Any) -> list[int]:
        page = await reads.queue(MFI, BOTH, QueueFilter(**wanted))
        by_reference = {application.reference: amount for amount, application in applications.items()}
        return [by_reference[row.reference] for row in page.rows]

    assert await shown(sort="amount") == [300, 200, 100]
    assert await shown(sort="amount", page=2, page_size=2) == [100]
    assert await shown(sort="amount", district=DISTRICT) == [200, 100]
    assert await shown(tab="returned") == []
    assert set(await shown(sort="newest")) == set(amounts)


async def test_only_the_named_districts_are_read(record: Record, reads: PortalReads) -> None:
    await applied(record, a_borrower(district="LS-B"))

    assert (await reads.queue(MFI, [DISTRICT], QueueFilter())).total == 0
    assert (await reads.loans(MFI, [DISTRICT], status=None, page=1, page_size=50)).total == 0


async def test_payouts_are_sorted_by_what_has_to_be_done(record: Record, reads: PortalReads) -> None:
    waiting = await lent(
        record, a_borrower(phone=PhoneNumber("+26658999777")), status=LoanStatus.ACCEPTED, accepted_at=NOW
    )
    tried = await lent(record, status=LoanStatus.ACCEPTED, accepted_at=LATER)
    going = await lent(record, status=LoanStatus.DISBURSING, accepted_at=NOW)
    paid = await lent(record, status=LoanStatus.ACTIVE, accepted_at=NOW)
    await lent(record, status=LoanStatus.ACCEPTED, accepted_at=NOW, mfi_id=OTHER_MFI)
    async with record.unit(DISTRICT) as unit:
        await unit.disbursements.add(a_payout(tried, status=PayoutStatus.FAILED, failure_code="no_such_wallet"))
        await unit.disbursements.add(a_payout(going, status=PayoutStatus.SENT, amount=Money.of(950)))
        await unit.disbursements.add(a_payout(paid, status=PayoutStatus.CONFIRMED))
        await unit.borrowers.add_identity_check(
            IdentityCheck(waiting.borrower_id, MFI, "saw_national_id", "", MFI, "Palesa", NOW)
        )
        await unit.commit()

    page = await reads.disbursements(MFI, BOTH, PayoutFilter())

    assert [row.loan_reference for row in page.waiting] == [waiting.reference, tried.reference]
    first, second = page.waiting
    assert (first.identity_checked, first.payout_status, first.wallet_masked) == (True, None, "+266 ••••• 777")
    assert first.cash == Money.of(1_000)
    assert (second.identity_checked, second.payout_status) == (False, PayoutStatus.FAILED)
    assert second.failure_code == "no_such_wallet"
    assert [(row.loan_reference, row.cash) for row in page.under_way] == [(going.reference, Money.of(950))]
    assert {row.loan_reference for row in page.recent} == {paid.reference, tried.reference}


async def test_a_loan_that_cannot_be_released_yet_stands_behind_those_that_can(
    record: Record, reads: PortalReads
) -> None:
    never_checked = await lent(record, status=LoanStatus.ACCEPTED, accepted_at=NOW)
    ready = [await lent(record, status=LoanStatus.ACCEPTED, accepted_at=LATER) for _ in range(2)]
    await _checked(record, *ready)

    pages = [await reads.disbursements(MFI, BOTH, _page_of(PayoutList.WAITING, page)) for page in (1, 2, 3)]

    (first,), (second,), (third,) = (page.waiting for page in pages)
    assert {first.loan_reference, second.loan_reference} == {loan.reference for loan in ready}
    assert third.loan_reference == never_checked.reference
    assert [page.totals[PayoutList.WAITING] for page in pages] == [3, 3, 3]


async def test_each_list_of_payouts_has_pages_and_a_length_of_its_own(record: Record, reads: PortalReads) -> None:
    statuses = [PayoutStatus.AWAITING_SECOND] * 2 + [PayoutStatus.SENT, PayoutStatus.QUEUED, PayoutStatus.UNKNOWN]
    for n, status in enumerate(statuses):
        loan = await lent(record, status=LoanStatus.DISBURSING, accepted_at=NOW)
        async with record.unit(DISTRICT) as unit:
            payout = a_payout(loan, status=status, released_at=NOW + timedelta(hours=n))
            await unit.disbursements.add(payout)
            await unit.commit()

    begin = await reads.disbursements(MFI, BOTH, _page_of(None))
    later = await reads.disbursements(MFI, BOTH, _page_of(PayoutList.UNDER_WAY, 2))

    assert [row.payout_status for row in begin.under_way] == [PayoutStatus.UNKNOWN]
    assert [row.payout_status for row in later.under_way] == [PayoutStatus.SENT]
    assert (later.second, later.totals) == ([], {PayoutList.UNDER_WAY: 3})
    assert begin.totals == {
        PayoutList.WAITING: 0,
        PayoutList.SECOND: 2,
        PayoutList.UNDER_WAY: 3,
        PayoutList.REFUNDS: 0,
    }


@pytest.mark.parametrize("paged", list(PayoutList))
async def test_a_page_of_one_list_of_payouts_reads_and_counts_no_other(
    record: Record, reads: PortalReads, paged: PayoutList
) -> None:
    await lent(record, status=LoanStatus.ACCEPTED, accepted_at=NOW)
    statuses = (PayoutStatus.AWAITING_SECOND, PayoutStatus.SENT, PayoutStatus.CONFIRMED)
    payouts = [(status, PayoutPurpose.LOAN) for status in statuses] + [(PayoutStatus.SENT, PayoutPurpose.CREDIT)]
    for status, purpose in payouts:
        loan = await lent(record, status=LoanStatus.DISBURSING, accepted_at=NOW)
        async with record.unit(DISTRICT) as unit:
            await unit.disbursements.add(a_payout(loan, status=status, purpose=purpose))
            await unit.commit()

    page = await reads.disbursements(MFI, BOTH, PayoutFilter(paged))

    shown = {each: len(getattr(page, each)) for each in (*PayoutList, "recent")}
    assert {each: rows for each, rows in shown.items() if rows} == page.totals == {paged: 1}


async def test_a_refund_whose_fate_is_open_stands_before_those_that_are_finished(
    record: Record, reads: PortalReads
) -> None:
    fates = (PayoutStatus.UNKNOWN, PayoutStatus.CONFIRMED, PayoutStatus.SENT, PayoutStatus.FAILED)
    for n, status in enumerate(fates):
        loan = await lent(record, status=LoanStatus.ACTIVE, accepted_at=NOW)
        async with record.unit(DISTRICT) as unit:
            payout = a_payout(loan, purpose=PayoutPurpose.CREDIT, status=status, released_at=NOW + timedelta(hours=n))
            await unit.disbursements.add(payout)
            await unit.commit()

    page = await reads.disbursements(MFI, BOTH, PayoutFilter())
    (last,) = (await reads.disbursements(MFI, BOTH, _page_of(PayoutList.REFUNDS, 4))).refunds

    open_first = [PayoutStatus.UNKNOWN, PayoutStatus.SENT, PayoutStatus.FAILED, PayoutStatus.CONFIRMED]
    assert [row.payout_status for row in page.refunds] == open_first
    assert last == page.refunds[-1]
    assert page.totals[PayoutList.REFUNDS] == 4


async def test_a_loan_to_release_is_found_by_its_number_wherever_it_stands(record: Record, reads: PortalReads) -> None:
    waiting = await lent(record, status=LoanStatus.ACCEPTED, accepted_at=NOW)
    tried = await lent(record, status=LoanStatus.ACCEPTED, accepted_at=LATER)
    going = await lent(record, status=LoanStatus.DISBURSING, accepted_at=NOW)
    async with record.unit(DISTRICT) as unit:
        await unit.disbursements.add(a_payout(tried, status=PayoutStatus.FAILED, failure_code="no_such_wallet"))
        await unit.disbursements.add(a_payout(going, status=PayoutStatus.QUEUED))
        await unit.commit()
    listed = (await reads.disbursements(MFI, BOTH, PayoutFilter())).waiting

    found = [await reads.loan_to_release(MFI, loan.reference) for loan in (waiting, tried)]

    assert found == listed
    assert await reads.loan_to_release(MFI, going.reference) is None
    assert await reads.loan_to_release(OTHER_MFI, waiting.reference) is None
    assert await reads.loan_to_release(MFI, a_reference()) is None


async def test_a_payout_to_confirm_is_found_by_its_loans_number(record: Record, reads: PortalReads) -> None:
    second = await lent(record, status=LoanStatus.DISBURSING, accepted_at=NOW)
    sent = await lent(record, status=LoanStatus.DISBURSING, accepted_at=NOW)
    async with record.unit(DISTRICT) as unit:
        await unit.disbursements.add(a_payout(second, status=PayoutStatus.AWAITING_SECOND))
        await unit.disbursements.add(a_payout(sent, status=PayoutStatus.SENT))
        await unit.commit()
    (listed,) = (await reads.disbursements(MFI, BOTH, PayoutFilter())).second

    assert await reads.payout_to_confirm(MFI, second.reference) == listed
    assert await reads.payout_to_confirm(MFI, sent.reference) is None
    assert await reads.payout_to_confirm(OTHER_MFI, second.reference) is None


def _page_of(paged: PayoutList | None, page: int = 1) -> PayoutFilter:
    return PayoutFilter(paged, page, page_size=1)


async def _checked(record: Record, *loans: Loan) -> None:
    async with record.unit(DISTRICT) as unit:
        for loan in loans:
            check = IdentityCheck(loan.borrower_id, MFI, "saw_national_id", "", MFI, "Palesa", NOW)
            await unit.borrowers.add_identity_check(check)
        await unit.commit()


async def test_a_payout_shows_the_chosen_wallet_whose_it_is_and_until_when_it_waits(
    record: Record, reads: PortalReads
) -> None:
    borrower = a_borrower(phone=PhoneNumber("+26658999777"))
    loan = await lent(record, borrower, status=LoanStatus.ACCEPTED, accepted_at=NOW)
    wallets = [Wallet("simulated", PhoneNumber(number)) for number in ("+26658111222", "+26658333444")]
    async with record.unit(DISTRICT) as unit:
        for n, wallet in enumerate(wallets, start=1):
            await unit.wallets.add(WalletChoice(loan.borrower_id, n, wallet, n == 2, Channel.USSD, NOW))
        await unit.wallets.add_cool_down(CoolDown(loan.borrower_id, CoolDownCause.WALLET_CHANGED, NOW, LATER))
        await unit.commit()

    (row,) = (await reads.disbursements(MFI, BOTH, PayoutFilter())).waiting

    assert (row.wallet_masked, row.wallet_is_anothers) == ("+266 ••••• 444", True)
    assert (row.wallet_waits_until, row.pin_waits_until) == (LATER, None)
    assert (row.is_cooling_down(NOW), row.is_cooling_down(LATER)) == (True, False)


async def test_payments_come_newest_first_with_the_loan_they_reached(record: Record, reads: PortalReads) -> None:
    loan = await lent(record, status=LoanStatus.ACTIVE)
    async with record.unit(DISTRICT) as unit:
        await unit.payments.add(a_payment(loan, account="school"))
        await unit.payments.add(a_payment(paid_at=LATER))
        await unit.payments.add(a_payment(mfi_id=OTHER_MFI))
        await unit.commit()

    page = await reads.payments(MFI, BOTH, status=None, page=1, page_size=50)
    in_suspense = await reads.payments(MFI, BOTH, status="suspense", page=1, page_size=50)

    assert [(row.status, row.loan_reference) for row in page.rows] == [
        ("suspense", None),
        ("posted", loan.reference),
    ]
    posted = page.rows[1]
    assert (posted.borrower_name, posted.payer_masked, posted.account) == ("Thabo Mokoena", "+266 ••••• 456", "school")
    assert (page.total, in_suspense.total) == (2, 1)
    assert [row.borrower_name for row in in_suspense.rows] == [None]
    assert not (await reads.payments(MFI, BOTH, status=None, page=2, page_size=50)).rows


async def owing(record: Record, days_late: int, principal: int = 300, **changes: Any) -> Loan:
    """An active loan whose first unpaid instalment (M100 and M3 of interest) fell due that many days ago."""
    loan = await lent(record, status=LoanStatus.ACTIVE, **changes)
    due_on = TODAY - timedelta(days=days_late)
    async with record.unit(loan.district) as unit:
        await unit.loans.project(
            a_position(
                loan.id,
                principal=Money.of(principal),
                interest=Money.of(9),
                oldest_unpaid_due_on=due_on,
                next_due=Money.of(103),
            ),
            [an_instalment(loan.id, 1, due_on), an_instalment(loan.id, 2, TODAY + timedelta(days=60))],
        )
        await unit.commit()
    return loan


async def test_loans_come_latest_in_arrears_first(record: Record, reads: PortalReads) -> None:
    on_time = await owing(record, -3)
    late = await owing(record, 40)
    due_today = await owing(record, 0)
    offered = await lent(record)

    page = await reads.loans(MFI, BOTH, status=None, page=1, page_size=50)

    assert [row.reference for row in page.rows] == [
        late.reference,
        due_today.reference,
        on_time.reference,
        offered.reference,
    ]
    assert [row.days_past_due for row in page.rows] == [40, 0, 0, 0]
    assert [row.overdue for row in page.rows] == [Money.of(103), ZERO, ZERO, ZERO]
    assert page.rows[0].outstanding == Money.of(309)
    assert page.rows[0].next_due == Money.of(103)
    assert page.total == 4
    active = await reads.loans(MFI, BOTH, status="active", page=2, page_size=2)
    assert [row.reference for row in active.rows] == [on_time.reference]
    assert active.total == 3


async def test_par_counts_the_whole_principal_of_a_late_loan_and_the_arrears_rate_only_what_is_past_due(
    record: Record, reads: PortalReads
) -> None:
    await owing(record, 0, principal=1_000)
    await owing(record, 1, principal=200)
    await owing(record, 31, principal=300, borrower=a_borrower(district="LS-B"))
    await owing(record, 91, principal=400)
    await owing(record, 91, principal=9_000, mfi_id=OTHER_MFI)

    figures = await reads.dashboard(MFI, BOTH)

    assert figures.business_on == TODAY
    assert figures.active_loans == 4
    assert figures.gross_principal == Money.of(1_900)
    assert figures.par == {1: Money.of(700), 30: Money.of(700), 60: Money.of(400), 90: Money.of(400)}
    assert figures.overdue_principal == Money.of(300)
    assert figures.overdue == Money.of(309)
    assert {bucket.name: (bucket.loans, bucket.principal) for bucket in figures.buckets if bucket.loans} == {
        "current": (1, Money.of(1_000)),
        "1-30": (1, Money.of(200)),
        "31-60": (1, Money.of(300)),
        "91-180": (1, Money.of(400)),
    }
    assert [bucket.name for bucket in figures.buckets][-1] == "181+"


async def test_a_lender_without_anything_has_a_dashboard_of_zeros(reads: PortalReads) -> None:
    figures = await reads.dashboard(MFI, BOTH)

    assert (figures.active_loans, figures.gross_principal, figures.par[30]) == (0, ZERO, ZERO)
    assert (figures.buckets, figures.applications, figures.decided) == ([], {}, 0)
    assert (figures.decision_hours_p50, figures.decision_hours_p90) == (None, None)
    assert (figures.float_balance, figures.suspense_balance) == (ZERO, ZERO)


async def test_decision_times_are_from_submission_to_decision(record: Record, reads: PortalReads) -> None:
    hours = [1, 2, 3, 4, 5, 6, 7, 8, 48, 49]
    for each in hours:
        decided_at = NOW + timedelta(hours=each)
        await applied(record, status=_S.REJECTED, decided_at=decided_at, decided_on=TODAY)
    await applied(record, status=_S.REJECTED, decided_at=NOW, decided_on=TODAY - timedelta(days=91))
    await applied(record)

    figures = await reads.dashboard(MFI, BOTH)

    assert (figures.decided, figures.decided_within_48_hours) == (10, 9)
    assert (figures.decision_hours_p50, figures.decision_hours_p90) == (Decimal(5), Decimal(48))
    assert figures.applications == {"rejected": 11, "submitted": 1}


async def test_this_months_money_and_balances_are_the_ledgers(record: Record, reads: PortalReads) -> None:
    loan = await owing(record, 3, disbursed_on=TODAY.replace(day=1))
    await lent(record, status=LoanStatus.ACTIVE, disbursed_on=TODAY.replace(day=1) - timedelta(days=1))

    async def post(unit: Unit, mfi_id: UUID, key: str, debit: str, credit: str, lisente: int) -> None:
        journal = a_journal(key, (debit, credit, lisente))
        await unit.ledger.post(mfi_id, [journal], recorded_at=NOW, business_on=TODAY)

    async with record.unit(DISTRICT) as unit:
        await unit.payments.add(a_payment(loan, amount=Money.of(70)))
        await unit.payments.add(a_payment(loan, amount=Money.of(1), value_on=TODAY - timedelta(days=40)))
        await unit.payments.add(a_payment(amount=Money.of(5)))
        await post(unit, MFI, "f", "float:simulated", "funding", 10_000)
        await post(unit, MFI, "d", "principal", "float:simulated", 4_000)
        await post(unit, MFI, "s", "float:simulated", "suspense", 500)
        await post(unit, OTHER_MFI, "o", "float:simulated", "funding", 99_999)
        await unit.commit()

    figures = await reads.dashboard(MFI, BOTH)

    assert figures.disbursed_this_month == Money.of(1_000)
    assert figures.collected_this_month == Money.of(70)
    assert figures.due_this_month == Money.of(103)
    assert figures.float_balance == Money(6_500)
    assert figures.suspense_balance == Money(500)


@pytest.mark.parametrize(
    "typed", ["+266 5899 9777", "58999777", "0123 4567 8901", "mokoe", "THABO MOK", "Mokoena", "thabo  mokoena"]
)
async def test_a_borrower_is_found_by_phone_identity_or_the_beginning_of_a_name(
    record: Record, reads: PortalReads, typed: str
) -> None:
    borrower = a_borrower(phone=PhoneNumber("+26658999777"), national_id="012345678901")
    await applied(record, borrower)
    newest = await applied(record, borrower, submitted_at=LATER)
    await applied(record, a_borrower(given_names="Lineo", surname="Sello"))

    hits = await reads.search(MFI, BOTH, typed, 10)

    assert [(hit.kind, hit.reference, hit.borrower_name) for hit in hits] == [
        ("borrower", newest.reference, "Thabo Mokoena")
    ]


async def test_a_loan_and_an_application_are_found_by_their_numbers(record: Record, reads: PortalReads) -> None:
    loan = await lent(record)
    application = await applied(record)

    found = [
        (await reads.search(MFI, BOTH, reference.spaced, 10))[0]
        for reference in (loan.reference, application.reference)
    ]

    assert [(hit.kind, hit.status) for hit in found] == [("loan", "approved"), ("application", "submitted")]
    assert not await reads.search(MFI, BOTH, str(a_reference()), 10)


@pytest.mark.parametrize("typed", ["", "  ", "%", "_", "okoena", "9", "+26658999778"])
async def test_nothing_is_found_by_half_a_key_or_a_wildcard(record: Record, reads: PortalReads, typed: str) -> None:
    await applied(record, a_borrower(phone=PhoneNumber("+26658999777")))

    assert not await reads.search(MFI, BOTH, typed, 10)


async def test_another_lenders_borrower_is_not_found(record: Record, reads: PortalReads) -> None:
    application = await applied(record, mfi_id=OTHER_MFI)

    assert not await reads.search(MFI, BOTH, "Mokoena", 10)
    assert not await reads.search(MFI, BOTH, str(application.reference), 10)


async def test_the_audit_trail_of_a_subject_is_newest_first_and_one_lenders(record: Record, reads: PortalReads) -> None:
    entries = [
        AuditEntry(uuid4(), MFI, NOW, uuid4(), "Palesa", "application.recommended", "1000000001", {}),
        AuditEntry(uuid4(), MFI, LATER, uuid4(), "Thabo", "application.approved", "1000000001", {}),
        AuditEntry(uuid4(), OTHER_MFI, LATER, uuid4(), "Lineo", "application.approved", "1000000001", {}),
        AuditEntry(uuid4(), MFI, LATER, uuid4(), "Thabo", "application.approved", "1000000002", {}),
    ]
    async with record.unit(DISTRICT) as unit:
        for entry in entries:
            await unit.audit.add(entry)
        await unit.commit()

    rows = await reads.audit_trail(MFI, BOTH, "1000000001")

    assert [(row.action, row.actor_name) for row in rows] == [
        ("application.approved", "Thabo"),
        ("application.recommended", "Palesa"),
    ]
