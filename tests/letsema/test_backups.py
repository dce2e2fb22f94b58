"""A backup brings everything back, into an empty directory alone, under its own keys alone, or says why it does not."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core.money import Money
from core.ports.engine import Engine
from core.records.loan import Loan
from core.use_cases.pins import PinResult, check_pin
from core.use_cases.repaying import NoticeOutcome
from core.use_cases.verifying import verify_ledger
from letsema.backups.making import back_up
from letsema.backups.manifest import BackupProblem, Manifest, dump_of
from letsema.backups.restoring import restore, settings_to_restore
from letsema.databases import DATABASE, Embedded, check_plane, check_schemas, migrate, open_databases
from letsema.demo.directory import has_history, is_demo, keys_directory, mark_as_demo
from letsema.installation import open_installation
from letsema.keys.keyring import Keyring, make_keys
from letsema.setting_values import WrongSettingError
from letsema.settings import Settings, load_settings
from storage.embedded import DataDirectoryInUse, DumpFailed, EmbeddedPostgres, NothingRunsHere
from storage.embedded.dumping import dump, load
from storage.embedded.processes import processes_on
from storage.postgres.migrating import Plane, revisions, upgrade
from tests.core.use_cases.lending import PIN, Lending
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock
from tests.journeys.demo import LETSEMA
from tests.letsema.test_settings import GOOD_KEY, OTHER_KEY

pytestmark = pytest.mark.engine

KEYS: dict[str, Any] = {
    "pepper": GOOD_KEY,
    "lookup_key": OTHER_KEY,
    "transcript_keys": f"1:{GOOD_KEY}",
    "sealing_keys": f"1:{OTHER_KEY}",
}
THIRD_KEY = OTHER_KEY[::-1]


def settings_of(directory: Path, **changes: Any) -> Settings:
    return load_settings(data_dir=directory, **(KEYS | changes))


@asynccontextmanager
async def running(settings: Settings, clock: MovableClock) -> AsyncIterator[Engine]:
    """The engine on the settings' directory, as `serve` has it, with a rail that pays at once."""
    async with open_databases(settings, Embedded.OWN) as databases:
        await migrate(databases)
        await check_schemas(databases)
        async with open_installation(settings, databases, clock=clock) as installation:
            rail = ObedientRail()
            yield replace(installation.engine, rails={rail.name: rail})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a database with no more than its schema: what is wrong with a backup does not hang on its rows."""
    home = tmp_path_factory.mktemp("small")

    async def made() -> None:
        settings = settings_of(home / "data")
        async with open_databases(settings, Embedded.OWN) as databases:
            await migrate(databases)
            await back_up(settings, home / "backup", MovableClock())

    asyncio.run(made())
    return home / "backup"


@pytest.fixture
def backup(small: Path, tmp_path: Path) -> Path:
    """A copy of that backup, to be damaged."""
    return Path(shutil.copytree(small, tmp_path / "backup"))


def flip_the_last_bit(file: Path) -> None:
    held = bytearray(file.read_bytes())
    held[-1] ^= 1
    file.write_bytes(held)


def told(backup: Path, **changes: Any) -> None:
    """Write something else into what the backup says of itself."""
    file = backup / "letsema-backup.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LETSEMA_")}
    return environment | {f"LETSEMA_{name.upper()}": str(value) for name, value in (KEYS | dict(settings)).items()}


def command(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LETSEMA, *words], env=environment_of(settings), capture_output=True, text=True, check=False, timeout=120
    )


async def paid(lending: Lending, loan: Loan, amount: str) -> None:
    outcome = await lending.pay(Money.of(amount), reference=f"{loan.reference}-{amount}", account=str(loan.reference))
    assert outcome is NoticeOutcome.ACCEPTED


async def test_a_loan_outlives_its_directory(tmp_path: Path, clock: MovableClock) -> None:
    """Backed up while it runs, the directory destroyed, restored: the books hold, and the borrower signs in."""
    lost, found = settings_of(tmp_path / "lost"), settings_of(tmp_path / "found")
    async with running(lost, clock) as engine:
        lending = await Lending.opened(engine)
        phone = await lending.borrower()
        loan = await lending.active_loan(phone)
        await paid(lending, loan, "100")
        books = await lending.books(loan)
        await back_up(lost, tmp_path / "backup", clock)
        await paid(lending, loan, "50")
    shutil.rmtree(tmp_path / "lost")

    await restore(tmp_path / "backup", found)

    async with running(found, clock) as engine:
        districts = sorted((await engine.record.catalogue()).districts)
        assert await verify_ledger(engine, districts) == []
        restored = replace(lending, engine=engine)
        assert await restored.books(loan) == books  # and nothing of what came after the backup
        assert (await check_pin(engine, phone, PIN, "1")).result is PinResult.OK
        assert (await check_pin(engine, phone, "0000", "2")).result is PinResult.WRONG
        await paid(restored, loan, "50")
        assert (await restored.books(loan))[0] != books[0]
    assert not (tmp_path / "found/restoring").exists()


def test_commands_save_and_restore_a_directory_that_nothing_runs_on(small: Path, tmp_path: Path) -> None:
    restored = command("db", "restore", str(small), "--data-dir", str(tmp_path / "data"))
    assert (restored.returncode, restored.stderr) == (0, "")
    assert f"Restored to {tmp_path}/data as it was at 2026-11-23T07:00:00+00:00." in restored.stdout

    saved = command("db", "backup", str(tmp_path / "again"), data_dir=str(tmp_path / "data"))
    assert (saved.returncode, saved.stderr) == (0, "")
    assert "LETSEMA_PEPPER, LETSEMA_LOOKUP_KEY and LETSEMA_SEALING_KEYS" in saved.stdout
    assert Manifest.read(tmp_path / "again").revisions == Manifest.read(small).revisions


def test_a_backup_is_for_its_owner_alone_and_holds_no_key(small: Path) -> None:
    assert small.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in small.iterdir())
    assert {file.name for file in small.iterdir()} == {"letsema-backup.json", "database.dump"}
    held = (small / "letsema-backup.json").read_text()
    assert not any(key[start : start + 12] in held for key in (GOOD_KEY, OTHER_KEY) for start in range(len(key) - 12))


async def test_a_directory_with_a_database_is_never_restored_over(backup: Path, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data")
    await restore(backup, settings)
    before = sorted(path.name for path in (tmp_path / "data").iterdir())

    with pytest.raises(BackupProblem, match="holds a database already"):
        await restore(backup, settings)

    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == before


async def test_nobody_starts_on_a_directory_that_is_being_restored(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meanwhile(server: EmbeddedPostgres, database: str, file: Path) -> None:
        with pytest.raises(DataDirectoryInUse):
            await EmbeddedPostgres.start(tmp_path / "data")
        await load(server, database, file)

    monkeypatch.setattr("letsema.backups.restoring.load", meanwhile)

    await restore(backup, settings_of(tmp_path / "data"))


async def test_a_restore_that_was_interrupted_is_begun_again(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path / "data")

    async def half(server: EmbeddedPostgres, _database: str, _file: Path) -> None:
        connection = await asyncpg.connect(server.url(DATABASE))
        await connection.execute("create schema record; create table record.loans (half int)")
        await connection.close()
        raise DumpFailed(tmp_path, "the machine stopped")

    with monkeypatch.context() as interrupted:
        interrupted.setattr("letsema.backups.restoring.load", half)
        with pytest.raises(DumpFailed):
            await restore(backup, settings)
    assert not (tmp_path / "data/postgres").exists()

    await restore(backup, settings)

    async with open_databases(settings, Embedded.OWN) as databases:
        await check_schemas(databases)


async def test_a_restore_that_was_killed_leaves_no_database_and_is_begun_again(backup: Path, tmp_path: Path) -> None:
    """With SIGKILL, so that its PostgreSQL goes on without it."""
    data = tmp_path / "data"
    with subprocess.Popen(
        [LETSEMA, "db", "restore", backup, "--data-dir", data], env=environment_of({}), stdin=subprocess.DEVNULL
    ) as killed:
        while not (data / "restoring/postgres/postmaster.pid").exists():
            assert killed.poll() is None
            await asyncio.sleep(0.01)
        killed.kill()
    assert not (data / "postgres").exists()
    with pytest.raises(NothingRunsHere):
        await EmbeddedPostgres.join(data)

    await restore(backup, settings_of(data))

    async with open_databases(settings_of(data), Embedded.OWN) as databases:
        await check_schemas(databases)
    assert processes_on(data / "restoring/postgres") == []
    assert not (data / "restoring").exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"pepper": THIRD_KEY}, "under another LETSEMA_PEPPER:"),
        ({"lookup_key": THIRD_KEY}, "under another LETSEMA_LOOKUP_KEY:"),
        ({"sealing_keys": f"1:{THIRD_KEY}"}, "under another LETSEMA_SEALING_KEYS:"),
        ({"sealing_keys": f"2:{OTHER_KEY}", "pepper": THIRD_KEY}, "LETSEMA_PEPPER and LETSEMA_SEALING_KEYS:"),
    ],
)
async def test_other_keys_are_refused_by_name(
    small: Path, tmp_path: Path, changes: Mapping[str, str], says: str
) -> None:
    with pytest.raises(BackupProblem, match=says):
        await restore(small, settings_of(tmp_path / "data", **changes))

    assert not (tmp_path / "data").exists()


async def test_keys_that_came_after_the_backup_do_no_harm(small: Path, tmp_path: Path) -> None:
    later = settings_of(
        tmp_path / "data", sealing_keys=f"1:{OTHER_KEY},2:{THIRD_KEY}", transcript_keys=f"2:{THIRD_KEY}"
    )

    assert (await restore(small, later)).made_at == "2026-11-23T07:00:00+00:00"


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda backup: (backup / "letsema-backup.json").unlink(), "is no backup"),
        (lambda backup: (backup / "letsema-backup.json").write_text("[1]"), "is no backup"),
        (lambda backup: told(backup, colour="red"), "is not as `letsema db backup` wrote it"),
        (lambda backup: told(backup, format=99), "by a later release"),
        (lambda backup: told(backup, postgresql=99), "is of PostgreSQL 99, and this Letsema runs 18"),
        (lambda backup: told(backup, revisions={"record": "0001"}), "set LETSEMA_CHANNEL_STORE"),
        (lambda backup: dump_of(backup).unlink(), "cannot be read: No such file"),
        (lambda backup: os.truncate(dump_of(backup), 1000), "was cut short or changed"),
        (lambda backup: flip_the_last_bit(dump_of(backup)), "or changed"),
        (shutil.rmtree, "is no backup"),
    ],
)
async def test_a_wrong_folder_is_refused_and_nothing_is_made(
    backup: Path, tmp_path: Path, damage: Any, says: str
) -> None:
    damage(backup)

    with pytest.raises(BackupProblem, match=says):
        await restore(backup, settings_of(tmp_path / "data"))

    assert not (tmp_path / "data").exists()


async def test_a_backup_of_a_later_schema_leaves_no_database(backup: Path, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data")
    async with open_databases(settings_of(tmp_path / "later"), Embedded.OWN) as databases:
        await migrate(databases)
        connection = await asyncpg.connect(databases.record_owner)
        await connection.execute("update record.alembic_version set version_num = '9999'")
        await connection.close()
        await back_up(settings_of(tmp_path / "later"), tmp_path / "of-later", MovableClock())

    with pytest.raises(Exception, match="later release"):
        await restore(tmp_path / "of-later", settings)

    assert not (tmp_path / "data/postgres").exists()
    await restore(backup, settings)


@pytest.mark.parametrize(
    ("words", "settings", "says"),
    [
        (("backup", "{there}"), {}, "is there already"),
        (("backup", "{new}"), {"data_dir": "{nowhere}"}, "No database runs on"),
        (("backup", "{new}"), {"record_url": "postgresql://127.0.0.1:1/x"}, "LETSEMA_RECORD_URL names the database"),
        (("restore", "{there}"), {"record_url": "postgresql://127.0.0.1:1/x"}, "LETSEMA_RECORD_URL names a database"),
        (("backup", "/dev/null/new"), {"data_dir": "{data}"}, "cannot be written: Not a directory"),
        (("restore", "{nowhere}"), {"data_dir": "{new}"}, "is no backup"),
    ],
)
def test_what_cannot_be_saved_or_restored_is_one_sentence(
    small: Path, tmp_path: Path, words: tuple[str, str], settings: Mapping[str, str], says: str
) -> None:
    (tmp_path / "data/postgres").mkdir(parents=True)
    places = {
        "there": str(small), "new": f"{tmp_path}/new", "nowhere": f"{tmp_path}/nowhere", "data": f"{tmp_path}/data",
    }  # fmt: skip

    ran = command(
        "db", *(word.format(**places) for word in words), **{k: v.format(**places) for k, v in settings.items()}
    )

    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "nowhere").exists()


async def test_a_demos_backup_makes_a_demo_again(backup: Path, tmp_path: Path) -> None:
    """`serve` must go on refusing it: its sign-ins are printed."""
    told(backup, demo=True)

    await restore(backup, settings_of(tmp_path / "data"))

    assert is_demo(tmp_path / "data")
    assert has_history(tmp_path / "data")


def test_a_demos_backup_is_restored_under_the_keys_that_lie_in_its_directory(backup: Path, tmp_path: Path) -> None:
    """Copied there before: a demo has no others. A real one's keys are never looked for beside its data."""
    make_keys(keys_directory(tmp_path / "data"))

    with pytest.raises(WrongSettingError, match="LETSEMA_PEPPER is missing"):
        Keyring.from_settings(settings_to_restore(backup, tmp_path / "data"))
    told(backup, demo=True)

    pepper = Keyring.from_settings(settings_to_restore(backup, tmp_path / "data")).pepper
    assert pepper.hex() == (keys_directory(tmp_path / "data") / "letsema_pepper").read_text()


async def test_a_real_backup_is_not_restored_into_a_demo(backup: Path, tmp_path: Path) -> None:
    mark_as_demo(tmp_path / "data")

    with pytest.raises(BackupProblem, match="is a demo's, and the backup is not"):
        await restore(backup, settings_of(tmp_path / "data"))


async def test_beside_a_channel_plane_on_cassandra_the_record_plane_alone_is_saved_and_restored(tmp_path: Path) -> None:
    cluster: dict[str, Any] = {
        "channel_store": "cassandra", "cassandra_contact_points": "127.0.0.1:1", "cassandra_datacenter": "maseru",
    }  # fmt: skip
    settings = settings_of(tmp_path / "data", **cluster)
    async with open_databases(settings, Embedded.OWN) as databases:
        await upgrade(Plane.RECORD, databases.owner(Plane.RECORD))
        assert (await back_up(settings, tmp_path / "backup", MovableClock())).revisions.keys() == {"record"}
    with pytest.raises(BackupProblem, match="set LETSEMA_CHANNEL_STORE"):
        await restore(tmp_path / "backup", settings_of(tmp_path / "found"))

    await restore(tmp_path / "backup", settings_of(tmp_path / "found", **cluster))

    async with open_databases(settings_of(tmp_path / "found", **cluster), Embedded.OWN) as databases:
        await check_plane(databases, Plane.RECORD)
        assert (await revisions(Plane.CHANNEL, databases.owner(Plane.CHANNEL))).current is None


async def test_a_failed_backup_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise DumpFailed(tmp_path, "pg_dump failed: the disk is full")

    settings = settings_of(tmp_path / "data")
    async with open_databases(settings, Embedded.OWN) as databases:
        await migrate(databases)
        monkeypatch.setattr("letsema.backups.making.dump", fail)
        with pytest.raises(DumpFailed):
            await back_up(settings, tmp_path / "backup", MovableClock())

    assert [path.name for path in tmp_path.iterdir()] == ["data"]


async def test_of_two_backups_into_one_folder_at_once_one_is_whole_and_the_other_says_that_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_begun = asyncio.Event()

    async def dump_then_wait(server: EmbeddedPostgres, database: str, file: Path) -> None:
        await dump(server, database, file)
        await second_begun.wait()

    async def begin_to_dump(_server: EmbeddedPostgres, _database: str, file: Path) -> None:
        file.write_bytes(b"PGDMP")
        second_begun.set()
        await first

    settings = settings_of(tmp_path / "data")
    async with open_databases(settings, Embedded.OWN) as databases:
        await migrate(databases)
        monkeypatch.setattr("letsema.backups.making.dump", dump_then_wait)
        first = asyncio.create_task(back_up(settings, tmp_path / "backup", MovableClock()))
        while not list(tmp_path.glob("backup*/*.dump")):
            await asyncio.sleep(0.01)
        monkeypatch.setattr("letsema.backups.making.dump", begin_to_dump)
        with pytest.raises(BackupProblem):
            await back_up(settings, tmp_path / "backup", MovableClock())
        await first

    Manifest.read(tmp_path / "backup").check_dump(tmp_path / "backup")
    assert dump_of(tmp_path / "backup").stat().st_size > len(b"PGDMP")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "data"]


async def test_a_backup_of_nothing_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingRunsHere):
        await back_up(settings_of(tmp_path / "data"), tmp_path / "backup", MovableClock())

    assert list(tmp_path.iterdir()) == []
