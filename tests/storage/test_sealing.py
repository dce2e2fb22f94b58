"""What is personal is nowhere readable in the database, and does not open when it is moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import asyncpg
import pytest

from core.phones import PhoneNumber
from storage.postgres.channel.plane import ChannelOnPostgres
from storage.postgres.migrating import Plane
from storage.postgres.record.plane import RecordOnPostgres
from tests.storage.contracts.test_channel_intake import a_message
from tests.storage.contracts.test_staff import a_member
from tests.storage.samples import DISTRICT, a_borrower, a_loan, a_payment, a_payout, an_application, lay_ground

PERSONAL = {
    "phone": "+26658765432",
    "national ID": "044556677889",
    "date of birth": "1987-04-19",
    "wallet": "+26662345678",
    "payer": "+26663456789",
    "message": "Lumela Thabo, mokitlane oa hao",
    "TOTP secret": "JBSWY3DPEHPK3PXP",
}


async def test_no_table_holds_anything_personal_in_clear(
    record_plane: RecordOnPostgres, channel_plane: ChannelOnPostgres, database_url: str
) -> None:
    await lay_ground(record_plane)
    borrower = a_borrower(
        phone=PhoneNumber(PERSONAL["phone"]),
        national_id=PERSONAL["national ID"],
        date_of_birth=date.fromisoformat(PERSONAL["date of birth"]),
    )
    application = an_application(borrower)
    loan = a_loan(application)
    async with record_plane.unit(DISTRICT) as unit:
        await unit.borrowers.add(borrower)
        await unit.applications.add(application)
        await unit.loans.add(loan)
        await unit.disbursements.add(a_payout(loan, wallet=PERSONAL["wallet"]))
        await unit.payments.add(a_payment(loan, payer=PERSONAL["payer"]))
        await unit.staff.add(a_member(totp_secret=PERSONAL["TOTP secret"].encode()))
        await unit.commit()
    await channel_plane.messages.add(a_message(text=PERSONAL["message"]))

    everything = await contents_of(database_url)

    for what, value in PERSONAL.items():
        for written in {value, value.removeprefix("+266"), value.replace("-", "")}:
            assert written not in everything, f"the {what} is readable"
            assert written.encode().hex() not in everything, f"the {what} is readable in hexadecimal"
    assert "Mokoena" in everything  # names are found by their beginning, so the search above does see the tables


async def test_a_sealed_value_that_is_moved_to_another_borrower_does_not_open(
    record_plane: RecordOnPostgres, database_url: str
) -> None:
    await lay_ground(record_plane)
    rich, poor = a_borrower(), a_borrower()
    async with record_plane.unit(DISTRICT) as unit:
        for borrower in (rich, poor):
            await unit.borrowers.add(borrower)
        await unit.commit()
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "update record.borrowers set phone_sealed = (select phone_sealed from record.borrowers where id = $1) "
        "where id = $2",
        poor.id,
        rich.id,
    )
    await connection.close()

    async with record_plane.unit(DISTRICT) as unit:
        assert await unit.borrowers.get(poor.id) == replace(poor)
        with pytest.raises(ValueError, match="sealed"):
            await unit.borrowers.get(rich.id)


async def contents_of(url: str) -> str:
    """Every row of every table as text; bytes in hexadecimal."""
    connection = await asyncpg.connect(url)
    try:
        tables = [table.fullname for plane in Plane for table in plane.tables.sorted_tables]
        found = [
            await connection.fetch(f"select {table.rpartition('.')[2]}::text from {table}")  # noqa: S608
            for table in tables
        ]
    finally:
        await connection.close()
    return "\n".join(row[0] for rows in found for row in rows)
