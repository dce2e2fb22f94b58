"""A borrower is found by the beginning of a name, however it is spelt."""

from __future__ import annotations

import pytest

from core.names import fold_name
from core.ports.reads import PortalReads
from core.ports.record import Record
from core.records.application import Application
from core.records.borrower import Borrower
from storage.postgres.reads import PortalReadsOnPostgres
from tests.storage.samples import DISTRICT, MFI, TODAY, a_borrower, an_application

BOTH = (DISTRICT, "LS-B")


@pytest.fixture
async def reads(record: Record, portal_reads: PortalReadsOnPostgres) -> PortalReads:
    await record.open_district("LS-B", TODAY)
    return portal_reads


async def applied(record: Record, borrower: Borrower) -> Application:
    application = an_application(borrower)
    async with record.unit(borrower.district) as unit:
        await unit.borrowers.add(borrower)
        await unit.applications.add(application)
        await unit.commit()
    return application


@pytest.mark.parametrize(
    "typed",
    [
        *("Masekhan", "'Masekhantši", "\u2019masekhants\u2019i", "MASEKHANTS'I", "Masekhantshi", "masekhants\u030ci"),
        *("Tse", "Tše", "tšepo ma", "Ts'epo 'Ma", "TSHEPO MASEKHANTSI", "Tse-po Ma sekhantši"),
    ],
)
async def test_a_name_is_found_without_its_apostrophe_and_its_caron_or_with_others(
    record: Record, reads: PortalReads, typed: str
) -> None:
    application = await applied(record, a_borrower(given_names="Tšepo", surname="'Masekhantši"))
    await applied(record, a_borrower(given_names="Lineo", surname="Maseko"))

    hits = await reads.search(MFI, BOTH, typed, 10)

    assert [(hit.reference, hit.borrower_name) for hit in hits] == [(application.reference, "Tšepo 'Masekhantši")]


@pytest.mark.parametrize("name", ["Motshabi", "\u02bbMantsopa", "Élodie-Zoë", "Van der Łos", "Þórŋ", "Şimşek"])
async def test_a_database_folds_a_name_as_the_typed_one_is_folded(
    record: Record, reads: PortalReads, name: str
) -> None:
    await applied(record, a_borrower(given_names="Neo", surname=name))

    assert len(await reads.search(MFI, BOTH, name, 10)) == 1
    assert len(await reads.search(MFI, BOTH, f"neo{fold_name(name)}", 10)) == 1


async def test_signs_that_do_not_count_find_nobody(record: Record, reads: PortalReads) -> None:
    await applied(record, a_borrower())

    assert not await reads.search(MFI, BOTH, "'\u2019 -", 10)
