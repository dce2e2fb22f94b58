"""The audit trail is sealed, and whoever has the database alone cannot change it without being found."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from core.ports.engine import Engine
from core.ports.work import AuditEntry
from core.use_cases import sealing
from core.use_cases.sealing import QUIET_SEALED_AFTER, SETTLED_AFTER, seal_audit
from core.use_cases.verifying_audit import UNSEALED_AT_MOST, verify_audit
from tests.core.use_cases.lending import HOME
from tests.fixtures_postgres import MovableClock
from tests.storage.samples import MFI, OTHER_MFI, lay_ground


@pytest.fixture
async def trail(engine: Engine, clock: MovableClock) -> list[UUID]:
    """Six acts, a minute apart, in three seals; and one of another lender."""
    await lay_ground(engine.record)
    ids = []
    for number in range(6):
        ids.append(await act(engine, clock, f"act {number}"))
        clock.move(minutes=1)
        if number % 2:
            clock.move(minutes=1)
            assert await seal_audit(engine, HOME) == 2
    await act(engine, clock, "elsewhere", mfi_id=OTHER_MFI)
    clock.move(minutes=2)
    assert await seal_audit(engine, HOME) == 1
    return ids


async def act(engine: Engine, clock: MovableClock, action: str, *, mfi_id: UUID = MFI) -> UUID:
    entry = AuditEntry(uuid4(), mfi_id, clock.now(), None, "Palesa", action, "loan 7", {"to": "ačh", "n": 7})
    async with engine.record.unit(HOME) as unit:
        await unit.audit.add(entry)
        await unit.commit()
    return entry.id


async def tampered(url: str, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement, *values)
    await connection.close()


async def test_a_trail_that_nobody_touched_has_no_findings(engine: Engine, trail: list[UUID]) -> None:
    proof = await verify_audit(engine, [HOME])

    assert list(proof.findings) == []
    assert [(head.mfi_id, head.seals, head.entries) for head in proof.heads] == [(MFI, 3, 6), (OTHER_MFI, 1, 1)]


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'Thabo'",
        "action = 'nothing'",
        "subject = 'loan 8'",
        "details = '{}'",
        "ip = '10.0.0.1'",
        "actor_id = id",
        "at = at + interval '1 microsecond'",
    ],
)
async def test_a_changed_entry_is_named(engine: Engine, trail: list[UUID], database_url: str, change: str) -> None:
    await tampered(database_url, f"update record.audit_entries set {change} where id = $1", trail[2])  # noqa: S608

    [finding] = (await verify_audit(engine, [HOME])).findings

    assert (finding.kind, finding.subject) == ("entry_changed", str(trail[2]))


@pytest.mark.parametrize("place", range(6))
async def test_a_removed_entry_is_named(engine: Engine, trail: list[UUID], database_url: str, place: int) -> None:
    await tampered(database_url, "delete from record.audit_entries where id = $1", trail[place])

    [finding] = (await verify_audit(engine, [HOME])).findings

    assert (finding.kind, finding.subject) == ("entry_removed", str(trail[place]))


async def test_an_inserted_entry_is_named_and_never_sealed(
    engine: Engine, trail: list[UUID], database_url: str, clock: MovableClock
) -> None:
    added = uuid4()
    await tampered(
        database_url,
        "insert into record.audit_entries select district, $1, mfi_id, at, actor_id, actor_name, 'approve', subject, "
        "details, ip from record.audit_entries where id = $2",
        added,
        trail[3],
    )
    clock.move(hours=2)
    await seal_audit(engine, HOME)

    [finding] = (await verify_audit(engine, [HOME])).findings

    assert (finding.kind, finding.subject) == ("entry_inserted", str(added))


@pytest.mark.parametrize(
    ("tampering", "kinds"),
    [
        ("delete from record.audit_seals where n = 2", {"seal_removed"}),
        ("delete from record.audit_seals where n = 1 and mfi_id = '{mfi}'", {"seal_removed"}),
        ("update record.audit_seals set entries = '{{}}' where n = 2", {"seal_changed", "entry_inserted"}),
        ("update record.audit_seals set sealed_at = now() where n = 3", {"seal_changed"}),
        ("update record.audit_seals set previous = seal where n = 2", {"seal_changed", "chain_broken"}),
        ("update record.audit_seals set seal = sha256('forged') where n = 2", {"seal_changed", "chain_broken"}),
    ],
)
async def test_a_chain_that_was_touched_is_found(
    engine: Engine, trail: list[UUID], database_url: str, tampering: str, kinds: set[str]
) -> None:
    await tampered(database_url, tampering.format(mfi=MFI))

    assert {finding.kind for finding in (await verify_audit(engine, [HOME])).findings} == kinds


async def test_a_chain_whose_end_was_cut_off_is_found_when_its_entries_have_waited_too_long(
    engine: Engine, trail: list[UUID], database_url: str, clock: MovableClock
) -> None:
    await tampered(database_url, "delete from record.audit_seals where n = 3")
    clock.at += UNSEALED_AT_MOST

    [finding] = (await verify_audit(engine, [HOME])).findings

    assert (finding.kind, finding.subject) == ("not_sealed", str(trail[4]))


async def test_an_act_under_way_is_not_passed_over(engine: Engine, clock: MovableClock) -> None:
    """An entry bears the time of its act, and may be there some seconds later than one that bears a later time."""
    await lay_ground(engine.record)
    early = AuditEntry(uuid4(), MFI, clock.now(), None, "Palesa", "slow", "loan 7", {})
    clock.move(seconds=9)
    await act(engine, clock, "quick")
    assert await seal_audit(engine, HOME) == 0
    async with engine.record.unit(HOME) as unit:
        await unit.audit.add(early)
        await unit.commit()

    clock.at += SETTLED_AFTER

    assert await seal_audit(engine, HOME) == 2
    assert list((await verify_audit(engine, [HOME])).findings) == []


async def test_a_batch_never_parts_acts_of_one_instant(
    engine: Engine, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_BATCH", 2)
    await lay_ground(engine.record)
    await act(engine, clock, "first")
    clock.move(seconds=1)
    for number in range(3):
        await act(engine, clock, f"together {number}")
    clock.at += SETTLED_AFTER

    assert [await seal_audit(engine, HOME) for _ in range(2)] == [4, 0]
    assert list((await verify_audit(engine, [HOME])).findings) == []


async def test_workers_that_seal_at_once_make_one_chain(engine: Engine, clock: MovableClock) -> None:
    await lay_ground(engine.record)
    for number in range(4):
        await act(engine, clock, f"act {number}")
    clock.at += SETTLED_AFTER

    sealed = await asyncio.gather(*(seal_audit(engine, HOME) for _ in range(4)))

    assert sorted(sealed) == [0, 0, 0, 4]
    assert list((await verify_audit(engine, [HOME])).findings) == []


async def test_that_nothing_happened_is_sealed_as_well(engine: Engine, trail: list[UUID], clock: MovableClock) -> None:
    clock.at += QUIET_SEALED_AFTER
    await seal_audit(engine, HOME)
    clock.at += timedelta(minutes=5)
    await seal_audit(engine, HOME)

    assert [head.seals for head in (await verify_audit(engine, [HOME])).heads] == [4, 2]
