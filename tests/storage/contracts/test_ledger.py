"""The books: posted once, reversed once, and summed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Conflict
from core.ledger.journals import Journal
from core.money import Money
from core.ports.record import KeyReused, Record, Unit
from tests.storage.samples import DISTRICT, MFI, NOW, OTHER_MFI, TODAY, a_journal, kept_loan

FLOAT = "float:simulated"


async def post(unit: Unit, *journals: Journal) -> None:
    await unit.ledger.post(MFI, journals, recorded_at=NOW, business_on=TODAY)


async def test_a_balance_is_debits_less_credits_of_one_lender(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await post(unit, a_journal("f:1", (FLOAT, "funding", 500)), a_journal("p:1", ("principal", FLOAT, 120)))
        other = [a_journal("f:2", (FLOAT, "funding", 9_000))]
        await unit.ledger.post(OTHER_MFI, other, recorded_at=NOW, business_on=TODAY)

        assert await unit.ledger.balance(MFI, FLOAT) == Money(380)
        assert await unit.ledger.balance(MFI, "funding") == Money(-500)
        assert await unit.ledger.balance(MFI, "suspense") == Money(0)


async def test_a_journal_posted_again_is_skipped(record: Record) -> None:
    journal = a_journal("f:1", (FLOAT, "funding", 500))
    async with record.unit(DISTRICT) as unit:
        await post(unit, journal)
        await post(unit, journal, a_journal("f:2", (FLOAT, "funding", 1)))

        assert await unit.ledger.balance(MFI, FLOAT) == Money(501)


async def test_the_same_key_with_other_content_is_refused(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await post(unit, a_journal("f:1", (FLOAT, "funding", 500)))
        with pytest.raises(KeyReused):
            await post(unit, a_journal("f:1", (FLOAT, "funding", 501)))


async def test_the_same_key_for_another_lender_is_refused(record: Record) -> None:
    journal = a_journal("f:1", (FLOAT, "funding", 500))
    async with record.unit(DISTRICT) as unit:
        await post(unit, journal)
        with pytest.raises(KeyReused):
            await unit.ledger.post(OTHER_MFI, [journal], recorded_at=NOW, business_on=TODAY)


async def test_a_reversal_brings_the_balance_back_and_is_posted_once(record: Record) -> None:
    journal = a_journal("f:1", (FLOAT, "funding", 500))
    async with record.unit(DISTRICT) as unit:
        await post(unit, journal, journal.reversal())
        await post(unit, journal.reversal())

        assert await unit.ledger.balance(MFI, FLOAT) == Money(0)


async def test_a_second_reversal_under_another_key_is_a_conflict(record: Record) -> None:
    journal = a_journal("f:1", (FLOAT, "funding", 500))
    async with record.unit(DISTRICT) as unit:
        await post(unit, journal, journal.reversal())
        with pytest.raises(Conflict):
            await post(unit, replace(journal.reversal(), key="another"))


async def test_a_loans_journals_come_in_posting_order_even_within_one_instant(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        loan = await kept_loan(unit)
        journals = [
            a_journal("z", ("principal", FLOAT, 100), ("principal", "fee_income", 3), loan_id=loan.id),
            a_journal("m", ("interest_receivable", "interest_income", 3), loan_id=loan.id),
            a_journal("a", (FLOAT, "principal", 50), loan_id=loan.id),
        ]
        await post(unit, a_journal("f:1", (FLOAT, "funding", 500)), *journals[:2])
        await post(unit, journals[2])

        assert list(await unit.ledger.journals_of_loan(loan.id)) == journals


async def test_what_was_not_committed_was_not_posted(record: Record) -> None:
    async with record.unit(DISTRICT) as unit:
        await post(unit, a_journal("f:1", (FLOAT, "funding", 500)))

    async with record.unit(DISTRICT) as unit:
        assert await unit.ledger.balance(MFI, FLOAT) == Money(0)
        later = a_journal("f:1", (FLOAT, "funding", 7))
        await unit.ledger.post(MFI, [later], recorded_at=NOW + timedelta(days=1), business_on=TODAY)
        assert await unit.ledger.balance(MFI, FLOAT) == Money(7)
