"""Who is who: inserted if absent, changed by compare-and-set."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from core.ports.channel import ChannelPlane
from core.ports.directory import IdentityEntry, PhoneEntry, ReferenceEntry, StaffEntry
from tests.storage.samples import DISTRICT, LATER, NOW, a_reference


def a_phone(**changes: Any) -> PhoneEntry:
    entry = PhoneEntry(b"p" * 32, "reserved", DISTRICT, uuid4(), uuid4(), "st_LS", "$argon2id$…", reserved_at=NOW)
    return replace(entry, **changes)


def an_identity(**changes: Any) -> IdentityEntry:
    entry = IdentityEntry(b"i" * 32, "reserved", DISTRICT, uuid4(), uuid4(), NOW)
    return replace(entry, **changes)


async def test_a_phone_number_is_reserved_once(channel: ChannelPlane) -> None:
    first, second = a_phone(), a_phone()

    assert await channel.directory.reserve_phone(first) == first
    assert await channel.directory.reserve_phone(second) == first
    assert await channel.directory.phone(first.phone_hash) == first
    assert await channel.directory.phone(b"q" * 32) is None


async def test_of_many_reservations_at_once_one_stands(channel: ChannelPlane) -> None:
    entries = [a_phone() for _ in range(8)]

    standing = await asyncio.gather(*map(channel.directory.reserve_phone, entries))

    assert len(set(standing)) == 1
    assert standing[0] in entries


async def test_a_phone_entry_is_saved_over_the_version_that_was_read(channel: ChannelPlane) -> None:
    entry = a_phone()
    await channel.directory.reserve_phone(entry)
    wrong_pin = replace(
        entry,
        state="active",
        pin_failures=3,
        pin_locked_until=LATER,
        pin_needs_officer=True,
        last_pin_attempt="s1:4",
        last_pin_result="wrong",
    )

    assert await channel.directory.save_phone(wrong_pin)
    assert not await channel.directory.save_phone(wrong_pin)

    assert await channel.directory.phone(entry.phone_hash) == replace(wrong_pin, version=2)


async def test_of_many_attempts_at_once_each_is_counted_or_told_to_read_again(channel: ChannelPlane) -> None:
    entry = a_phone()
    await channel.directory.reserve_phone(entry)

    results = await asyncio.gather(*(channel.directory.save_phone(replace(entry, pin_failures=1)) for _ in range(8)))

    assert results.count(True) == 1


async def test_only_the_drafts_own_reservation_is_released(channel: ChannelPlane) -> None:
    entry = a_phone()
    await channel.directory.reserve_phone(entry)

    await channel.directory.remove_phone(replace(entry, draft_id=uuid4()))
    assert await channel.directory.phone(entry.phone_hash) == entry

    await channel.directory.remove_phone(replace(entry, state="reserved"))
    assert await channel.directory.phone(entry.phone_hash) is None


async def test_an_active_number_is_not_released(channel: ChannelPlane) -> None:
    entry = a_phone(state="active")
    await channel.directory.reserve_phone(entry)

    await channel.directory.remove_phone(replace(entry, state="reserved"))

    assert await channel.directory.phone(entry.phone_hash) == entry


async def test_an_identity_is_reserved_once_then_activated_by_its_own_draft(channel: ChannelPlane) -> None:
    entry = an_identity()
    directory = channel.directory

    assert await directory.reserve_identity(entry) == entry
    assert await directory.reserve_identity(an_identity()) == entry
    await directory.activate_identity(replace(entry, draft_id=uuid4()))
    assert await directory.identity(entry.identity_hash) == entry
    await directory.activate_identity(entry)
    assert await directory.identity(entry.identity_hash) == replace(entry, state="active")
    await directory.remove_identity(entry)
    assert await directory.identity(entry.identity_hash) is not None


async def test_a_reserved_identity_is_released_by_its_own_draft(channel: ChannelPlane) -> None:
    entry = an_identity()
    await channel.directory.reserve_identity(entry)

    await channel.directory.remove_identity(replace(entry, draft_id=uuid4()))
    assert await channel.directory.identity(entry.identity_hash) == entry
    await channel.directory.remove_identity(entry)
    assert await channel.directory.identity(entry.identity_hash) is None


async def test_an_entry_is_removed_only_as_the_one_it_was_read_as(channel: ChannelPlane) -> None:
    """Another draft, another borrower or another state is somebody else's, or another time's."""
    phone, identity, directory = a_phone(state="active"), an_identity(), channel.directory
    await directory.reserve_phone(phone)
    await directory.reserve_identity(identity)

    others: list[dict[str, Any]] = [{"draft_id": uuid4()}, {"borrower_id": uuid4()}]
    for change in others:
        await directory.remove_phone(replace(phone, **change))
        await directory.remove_identity(replace(identity, **change))
        await directory.activate_identity(replace(identity, **change))
    await directory.remove_identity(replace(identity, state="active"))
    assert await directory.phone(phone.phone_hash) == phone
    assert await directory.identity(identity.identity_hash) == identity

    await directory.remove_phone(phone)
    await directory.remove_identity(identity)
    assert await directory.phone(phone.phone_hash) is None
    assert await directory.identity(identity.identity_hash) is None


async def test_a_districts_old_reservations_are_found_oldest_first(channel: ChannelPlane) -> None:
    directory = channel.directory
    old = [
        a_phone(phone_hash=bytes([n]) * 32, reserved_at=NOW - timedelta(minutes=n), draft_id=uuid4())
        for n in (11, 13, 12)
    ]
    young, active, away = a_phone(), a_phone(phone_hash=b"a" * 32), a_phone(phone_hash=b"b" * 32, district="LS-B")
    for entry in (*old, young, active, away):
        await directory.reserve_phone(entry)
    await directory.save_phone(replace(active, state="active"))
    identity = an_identity(reserved_at=NOW - timedelta(minutes=11))
    await directory.reserve_identity(identity)
    before = NOW - timedelta(minutes=10)

    found = await directory.reserved_phones(DISTRICT, before, 10)

    assert [entry.reserved_at for entry in found] == sorted(entry.reserved_at for entry in old if entry.reserved_at)
    assert len(await directory.reserved_phones(DISTRICT, before, 2)) == 2
    assert list(await directory.reserved_identities(DISTRICT, before, 10)) == [identity]
    assert await directory.reserved_phones("LS-C", before, 10) == []


async def test_what_was_finished_or_given_back_is_found_no_more(channel: ChannelPlane) -> None:
    directory, before = channel.directory, NOW + timedelta(minutes=1)
    finished, given_back = a_phone(), a_phone(phone_hash=b"g" * 32)
    done, gone = an_identity(), an_identity(identity_hash=b"g" * 32)
    for entry in (finished, given_back):
        await directory.reserve_phone(entry)
    for identity in (done, gone):
        await directory.reserve_identity(identity)

    await directory.save_phone(replace(finished, state="active"))
    await directory.activate_identity(done)
    await directory.remove_phone(given_back)
    await directory.remove_identity(gone)

    for _ in range(2):
        assert await directory.reserved_phones(DISTRICT, before, 10) == []
        assert await directory.reserved_identities(DISTRICT, before, 10) == []


async def test_a_number_that_is_reserved_anew_is_found_by_its_new_reservation(channel: ChannelPlane) -> None:
    directory = channel.directory
    first, second, lost = a_phone(), a_phone(), a_phone()
    await directory.reserve_phone(first)
    await directory.remove_phone(first)
    await directory.reserve_phone(second)
    await directory.reserve_phone(lost)

    assert list(await directory.reserved_phones(DISTRICT, NOW + timedelta(minutes=1), 10)) == [second]


async def test_a_reference_number_is_given_once(channel: ChannelPlane) -> None:
    entry = ReferenceEntry(a_reference(), "application", DISTRICT, "draft 1")

    assert await channel.directory.reserve_reference(entry) == entry
    assert await channel.directory.reserve_reference(replace(entry, owner="draft 2")) == entry
    assert await channel.directory.reference(entry.reference) == entry
    assert await channel.directory.reference(a_reference()) is None


async def test_a_sign_in_email_leads_to_one_district(channel: ChannelPlane) -> None:
    entry = StaffEntry(b"e" * 32, DISTRICT, uuid4())

    assert await channel.directory.add_staff(entry) == entry
    assert await channel.directory.add_staff(replace(entry, district="LS-B")) == entry
    assert await channel.directory.staff(entry.email_hash) == entry
    assert await channel.directory.staff(b"f" * 32) is None
