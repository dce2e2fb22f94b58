"""The lists that changes by two persons are made and decided from: proposals, one payment, floats."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.ledger.accounts import TILL
from core.ledger.journals import Journal, rail_charge, rail_charge_key, transfer_out
from core.money import ZERO, Money
from core.ports.reads import FloatOnItsWay, FloatRow, PortalReads, RailChargeRow
from core.ports.record import Record
from core.ports.work import OutboxRow
from core.records.loan import Loan, Payment, PayoutStatus
from core.records.proposal import Proposal, ProposalKind, ProposalStatus
from core.use_cases.transferring import CASH_TRANSFER, FLOAT_TRANSFER, PAYMENT_TRANSFER, TRANSFER_TOPIC
from storage.postgres.reads import PortalReadsOnPostgres
from storage.postgres.reads.floats import CHARGES_MOST
from tests.storage.samples import (
    DISTRICT,
    LATER,
    MFI,
    NOW,
    OTHER_MFI,
    TODAY,
    a_journal,
    a_payment,
    a_payout,
    a_reference,
    kept_loan,
)

BOTH = (DISTRICT, "LS-B")
POSTED: dict[str, Any] = {"recorded_at": NOW, "business_on": TODAY}


@pytest.fixture
async def reads(record: Record, portal_reads: PortalReadsOnPostgres) -> PortalReads:
    await record.open_district("LS-B", TODAY)
    return portal_reads


def a_proposal(kind: ProposalKind = ProposalKind.WRITE_OFF, **changes: Any) -> Proposal:
    proposal = Proposal(
        id=uuid4(),
        district=DISTRICT,
        mfi_id=MFI,
        kind=kind,
        subject=uuid4().hex,
        data={},
        reason="As agreed.",
        made_by=uuid4(),
        made_by_name="Palesa",
        made_at=NOW,
        status=ProposalStatus.PENDING,
    )
    return replace(proposal, **changes)


async def kept(record: Record, *proposals: Proposal) -> None:
    for proposal in proposals:
        async with record.unit(proposal.district) as unit:
            await unit.proposals.add(proposal)
            await unit.commit()


async def lent(record: Record) -> Loan:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        await unit.commit()
    return loan


async def paid(record: Record, loan: Loan | None = None, **changes: Any) -> Payment:
    payment = a_payment(loan, **changes)
    async with record.unit(payment.district) as unit:
        await unit.payments.add(payment)
        await unit.commit()
    return payment


async def test_what_is_pending_comes_oldest_first_from_every_district(record: Record, reads: PortalReads) -> None:
    newer, older = a_proposal(made_at=LATER), a_proposal(district="LS-B")
    await kept(record, newer, older, a_proposal(mfi_id=OTHER_MFI), a_proposal(status=ProposalStatus.REFUSED))

    page = await reads.proposals(MFI, BOTH, page=1, page_size=50)

    assert [row.id for row in page.rows] == [older.id, newer.id]
    assert page.missing_districts == ()
    assert await reads.count_proposals(MFI, BOTH) == 2
    assert await reads.count_proposals(MFI, [DISTRICT]) == 1


async def test_what_is_pending_is_paged_and_counted(record: Record, reads: PortalReads) -> None:
    older, newer = a_proposal(), a_proposal(made_at=LATER)
    await kept(record, newer, older)

    pages = [await reads.proposals(MFI, BOTH, page=page, page_size=1) for page in (1, 2, 3)]

    assert [[row.id for row in page.rows] for page in pages] == [[older.id], [newer.id], []]
    assert [page.total for page in pages] == [2, 2, 2]


async def test_a_change_to_a_loan_names_its_borrower(record: Record, reads: PortalReads) -> None:
    loan = await lent(record)
    data = {"loan_reference": str(loan.reference), "instalment": 1, "part": "penalty", "amount_minor": 50_00}
    await kept(record, a_proposal(ProposalKind.WAIVE, data=data))

    (row,) = (await reads.proposals(MFI, BOTH, page=1, page_size=50)).rows

    assert (row.loan_reference, row.borrower_name, row.amount) == (loan.reference, "Thabo Mokoena", Money.of(50))


async def test_a_reversal_names_the_loan_and_amount_of_the_payment_that_stands(
    record: Record, reads: PortalReads
) -> None:
    loan = await lent(record)
    await paid(record, loan, rail_reference="P1", status="reversed")
    await paid(record, loan, rail_reference="P1", assignment=2)
    data = {"rail": "simulated", "rail_reference": "P1", "to": "payer"}
    await kept(record, a_proposal(ProposalKind.REVERSE_PAYMENT, data=data))

    (row,) = (await reads.proposals(MFI, BOTH, page=1, page_size=50)).rows

    assert (row.loan_reference, row.borrower_name) == (loan.reference, "Thabo Mokoena")
    assert (row.amount, row.rail) == (Money.of(150), "simulated")


async def test_money_for_a_loan_of_another_district_names_the_loan_alone(record: Record, reads: PortalReads) -> None:
    await paid(record, rail_reference="P2")
    elsewhere = a_reference()
    data = {"rail": "simulated", "rail_reference": "P2", "loan_reference": str(elsewhere)}
    await kept(record, a_proposal(ProposalKind.ASSIGN_PAYMENT, data=data))

    (row,) = (await reads.proposals(MFI, BOTH, page=1, page_size=50)).rows

    assert (row.loan_reference, row.borrower_name, row.amount) == (elsewhere, None, Money.of(150))


async def test_a_payment_is_found_by_its_receipt_and_only_by_its_lender(record: Record, reads: PortalReads) -> None:
    loan = await lent(record)
    payment = await paid(record, loan)

    row = await reads.payment(MFI, payment.receipt)

    assert row is not None
    assert (row.rail_reference, row.loan_reference) == (payment.rail_reference, loan.reference)
    assert row.borrower_name == "Thabo Mokoena"
    assert await reads.payment(OTHER_MFI, payment.receipt) is None
    assert await reads.payment(MFI, a_reference()) is None


async def test_a_float_is_what_it_holds_with_what_payouts_may_still_take(record: Record, reads: PortalReads) -> None:
    loan = await lent(record)
    async with record.unit(DISTRICT) as unit:
        journals = [
            a_journal("f", ("float:simulated", "funding", 900)),
            a_journal("g", ("funding", "float:simulated", 200)),
        ]
        await unit.ledger.post(MFI, journals, recorded_at=NOW, business_on=TODAY)
        failed = a_payout(loan, status=PayoutStatus.FAILED, amount=Money(70))
        for payout in (failed, a_payout(loan, 2, status=PayoutStatus.SENT, amount=Money(300))):
            await unit.disbursements.add(payout)
        await unit.commit()

    rows = (await reads.floats(MFI, BOTH)).rows

    assert rows == [
        FloatRow(DISTRICT, "simulated", Money(700), Money(300)),
        FloatRow("LS-B", "simulated", ZERO, ZERO),
    ]


async def test_a_till_is_shown_where_it_holds_cash(record: Record, reads: PortalReads) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.ledger.post(MFI, [a_journal("c", ("cash", "suspense", 40))], **POSTED)
        await unit.commit()

    rows = (await reads.floats(MFI, BOTH)).rows

    assert [(row.district, row.rail, row.held) for row in rows] == [
        (DISTRICT, "simulated", ZERO),
        (DISTRICT, "till", Money(40)),
        ("LS-B", "simulated", ZERO),
    ]


def a_charge(reference: str, minor: int, on: date) -> Journal:
    return rail_charge(
        key=rail_charge_key(MFI, "simulated", reference), rail="simulated", amount=Money(minor), value_on=on
    )


async def test_floats_come_with_what_rails_took_of_them_newest_first(record: Record, reads: PortalReads) -> None:
    yesterday = TODAY - timedelta(days=1)
    async with record.unit(DISTRICT) as unit:
        charges = [a_charge("qh 7:x", 30, yesterday), a_charge("QH8", 25, TODAY)]
        await unit.ledger.post(MFI, [a_journal("f", ("float:simulated", "funding", 900)), *charges], **POSTED)
        await unit.ledger.post(OTHER_MFI, [a_journal("o", ("rail_charges", "float:simulated", 7))], **POSTED)
        await unit.commit()

    found = await reads.floats(MFI, BOTH)

    assert found.rows[0].held == Money(845)
    assert found.charges == [
        RailChargeRow(DISTRICT, "simulated", "QH8", Money(25), TODAY),
        RailChargeRow(DISTRICT, "simulated", "QH7:X", Money(30), yesterday),
    ]


async def leave(
    record: Record,
    transfer_id: str,
    minor: int,
    *,
    mfi_id: UUID = MFI,
    kind: str = FLOAT_TRANSFER,
    rail: str = "simulated",
) -> None:
    """Money leaves for another district: its journal, and the row that brings it there."""
    journal = transfer_out(
        key=f"{transfer_id}:out", rail=rail, amount=Money(minor), value_on=TODAY, transfer_id=transfer_id
    )
    data = {"to_district": "LS-B", "rail": rail, "amount_minor": minor}
    async with record.unit(DISTRICT) as unit:
        await unit.ledger.post(mfi_id, [journal], **POSTED)
        await unit.outbox.add(OutboxRow(uuid4(), DISTRICT, TRANSFER_TOPIC, kind, transfer_id, data, NOW))
        await unit.commit()


async def test_float_on_its_way_is_listed_with_where_it_left_until_it_has_arrived(
    record: Record, reads: PortalReads
) -> None:
    await leave(record, "m1", 300)
    await leave(record, "m2", 50, mfi_id=OTHER_MFI)
    await leave(record, "m3", 70, kind=PAYMENT_TRANSFER)

    listed = (await reads.floats(MFI, BOTH)).on_the_way
    elsewhere = (await reads.floats(MFI, ["LS-B"])).on_the_way
    async with record.unit(DISTRICT) as unit:
        for row in await unit.outbox.claim(LATER, 10, 0):
            await unit.outbox.done(row.id, LATER)
        await unit.commit()

    assert listed == [FloatOnItsWay(DISTRICT, "LS-B", "simulated", Money(300), NOW)]
    assert elsewhere == []
    assert (await reads.floats(MFI, BOTH)).on_the_way == []


async def test_cash_on_its_way_to_the_till_that_hands_it_out_is_listed_as_well(
    record: Record, reads: PortalReads
) -> None:
    await leave(record, "c1", 30, kind=CASH_TRANSFER, rail=TILL)

    listed = (await reads.floats(MFI, BOTH)).on_the_way

    assert listed == [FloatOnItsWay(DISTRICT, "LS-B", TILL, Money(30), NOW)]


async def test_a_move_that_waits_names_where_the_money_goes(record: Record, reads: PortalReads) -> None:
    data = {"rail": "simulated", "amount_minor": 300, "reference": "K-1", "to_district": "LS-B"}
    await kept(record, a_proposal(ProposalKind.MOVE_FLOAT, data=data), a_proposal(made_at=LATER))

    move, other = (await reads.proposals(MFI, BOTH, page=1, page_size=50)).rows

    assert (move.district, move.to_district, move.amount, move.rail) == (DISTRICT, "LS-B", Money(300), "simulated")
    assert other.to_district == ""


async def test_no_more_charges_are_listed_than_fit(record: Record, reads: PortalReads) -> None:
    async with record.unit(DISTRICT) as unit:
        await unit.ledger.post(MFI, [a_charge(f"C{n:02}", 1, TODAY) for n in range(CHARGES_MOST + 1)], **POSTED)
        await unit.commit()

    assert len((await reads.floats(MFI, BOTH)).charges) == CHARGES_MOST
