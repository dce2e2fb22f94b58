"""Who checked me: every lender that looked is named, to nobody but the one it looked at."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from core.phones import PhoneNumber
from core.ports.enquiries import Enquiry
from core.records.catalogue import Mfi
from core.use_cases.callers import registered
from core.use_cases.looking_up import LOOKS_KEPT_DAYS, LOOKS_SHOWN_MAX, LookPurpose, looks_at
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock


async def look(lending: Lending, phone: PhoneNumber, mfi: Mfi, purpose: str = "opened:1212345674") -> None:
    borrower_id = (await registered(lending.engine, phone)).borrower_id
    now = lending.engine.clock.now()
    await lending.engine.channel.enquiries.add(Enquiry(borrower_id, now, mfi.id, uuid4(), purpose))


async def test_looks_are_told_newest_first_with_lender_and_purpose(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    await lending.apply(phone)
    clock.move(days=1)
    await look(lending, phone, lending.mfi)
    clock.move(days=1)
    await look(lending, phone, lending.other_mfi, "a purpose of a later release")

    looks = await looks_at(lending.engine, phone)

    assert [(seen.mfi, seen.purpose) for seen in looks] == [
        (lending.other_mfi, LookPurpose.OTHER),
        (lending.mfi, LookPurpose.OPENED),
        (lending.mfi, LookPurpose.APPLICATION),
    ]
    assert [(looks[0].on - seen.on).days for seen in looks] == [0, 1, 2]


async def test_a_lenders_looks_of_one_day_are_one_line(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    for _ in range(3):
        await look(lending, phone, lending.mfi)
        clock.move(minutes=5)

    assert len(await looks_at(lending.engine, phone)) == 1


async def test_only_ones_own_and_only_the_newest_are_told(lending: Lending, clock: MovableClock) -> None:
    phone, neighbour = await lending.borrower(), await lending.borrower()
    await look(lending, neighbour, lending.mfi)
    for _ in range(LOOKS_SHOWN_MAX + 1):
        await look(lending, phone, lending.mfi)
        clock.move(days=1)

    looks = await looks_at(lending.engine, phone)

    assert len(looks) == LOOKS_SHOWN_MAX
    assert looks[-1].on == looks[0].on - timedelta(days=LOOKS_SHOWN_MAX - 1)


async def test_what_is_older_than_the_log_is_kept_for_is_not_told(lending: Lending, clock: MovableClock) -> None:
    phone = await lending.borrower()
    await look(lending, phone, lending.mfi)
    clock.move(days=LOOKS_KEPT_DAYS + 1)

    assert await looks_at(lending.engine, phone) == ()
