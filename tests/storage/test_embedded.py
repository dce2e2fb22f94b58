"""The embedded database keeps its promises when its processes die, its directory is odd, and others want it too."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import psutil
import pytest
from structlog.testing import capture_logs

from storage.embedded import (
    DataDirectoryInUse,
    DataDirectoryTooNew,
    DataDirectoryTooOld,
    DataDirectoryUnusable,
    EmbeddedPostgres,
    NothingRunsHere,
    PostgresDidNotStart,
    as_user,
    cluster,
)
from storage.embedded import server as server_module
from storage.embedded.processes import Postmaster, is_alive, processes_on
from storage.embedded.wheel import binary

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]

OWNER = """
import asyncio, sys
from pathlib import Path
from storage.embedded import DataDirectoryProblem, EmbeddedPostgres

async def main():
    try:
        server = await EmbeddedPostgres.start(Path(sys.argv[1]))
    except DataDirectoryProblem as problem:
        print("refused", problem, flush=True)
        return
    await server.ensure_database()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await server.stop()
    print("stopped", flush=True)

asyncio.run(main())
"""


class OtherProcess:
    """A process that owns a data directory until it is told to stop, or killed."""

    def __init__(self, directory: Path, launcher: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [*launcher, sys.executable, "-c", OWNER, str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def stop(self) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        said = self.says()
        self.process.wait(20)
        return said

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)

    def close(self) -> None:
        self.kill()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def kill(*killed: psutil.Process) -> None:
    """Kill, and wait until it took effect: on a busy machine a signal takes its time."""
    for process in killed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    while any(is_alive(process) for process in killed):
        time.sleep(0.01)


def kill_all_on(directory: Path) -> None:
    kill(*processes_on(directory / "postgres"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    """A directory that is not there yet."""
    yield tmp_path / "data"
    kill_all_on(tmp_path / "data")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that was used before: making one takes a second, and most tests are about what comes after."""
    directory = tmp_path_factory.mktemp("used") / "data"
    server = asyncio.run(EmbeddedPostgres.start(directory))
    asyncio.run(server.ensure_database())
    asyncio.run(server.stop())
    return directory


@pytest.fixture
def directory(used: Path) -> Iterator[Path]:
    """The used directory, with nothing running there before or after."""
    yield used
    kill_all_on(used)


@pytest.fixture
def start(directory: Path) -> Iterator[Callable[[], Awaitable[EmbeddedPostgres]]]:
    """Start on the used directory; what a failing test left running is stopped."""
    started: list[EmbeddedPostgres] = []

    async def start() -> EmbeddedPostgres:
        started.append(await EmbeddedPostgres.start(directory))
        return started[-1]

    yield start
    for server in started:
        asyncio.run(server.stop())


@pytest.fixture
def owner(directory: Path) -> Iterator[OtherProcess]:
    other = OtherProcess(directory)
    assert other.says() == "ready"
    yield other
    other.close()


@contextlib.asynccontextmanager
async def connected(server: EmbeddedPostgres, role: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server.url(role=role))
    try:
        yield connection
    finally:
        connection.terminate()


async def remember(server: EmbeddedPostgres) -> None:
    async with connected(server) as connection:
        await connection.execute(
            "drop table if exists kept; create table kept (amount_lisente bigint); insert into kept values (15000)"
        )


async def recall(server: EmbeddedPostgres) -> object:
    async with connected(server) as connection:
        return await connection.fetchval("select amount_lisente from kept")


def postmaster_pid(directory: Path) -> int:
    return int((directory / "postgres/postmaster.pid").read_text().splitlines()[0])


Start = Callable[[], Awaitable[EmbeddedPostgres]]


async def test_what_was_committed_is_there_after_a_stop_and_a_start(start: Start) -> None:
    server = await start()
    await remember(server)
    await server.stop()

    assert await recall(await start()) == 15000


async def test_stop_leaves_no_process_and_gives_the_directory_up(start: Start, directory: Path) -> None:
    server = await start()
    assert len(processes_on(directory / "postgres")) > 1

    await server.stop()
    await server.stop()

    assert processes_on(directory / "postgres") == []
    assert not server.is_owner


async def test_a_second_owner_in_the_same_process_is_refused(start: Start, directory: Path) -> None:
    await start()

    with pytest.raises(DataDirectoryInUse) as refused:
        await start()

    assert refused.value.owner_pid == os.getpid()
    assert str(refused.value) == (
        f"The data directory {directory} is in use by process {os.getpid()}; stop that one or name another."
    )


async def test_a_second_owner_in_another_process_is_refused(owner: OtherProcess, start: Start) -> None:
    with pytest.raises(DataDirectoryInUse) as refused:
        await start()

    assert refused.value.owner_pid == owner.process.pid


async def test_of_several_that_start_at_once_exactly_one_owns(empty: Path) -> None:
    others = [OtherProcess(empty) for _ in range(3)]
    try:
        said = [other.says().split()[0] for other in others]
    finally:
        for other in others:
            other.close()

    assert sorted(said) == ["ready", "refused", "refused"]


async def test_another_process_joins_and_leaves_without_stopping_the_server(
    owner: OtherProcess, directory: Path
) -> None:
    guest = await EmbeddedPostgres.join(directory)
    await remember(guest)
    await guest.stop()

    assert not guest.is_owner
    assert await recall(await EmbeddedPostgres.join_or_start(directory)) == 15000
    assert owner.stop() == "stopped"


async def test_a_guest_waits_for_a_server_that_is_being_made(empty: Path) -> None:
    other = OtherProcess(empty)
    try:
        while not (empty / "owner.lock").exists():
            await asyncio.sleep(0.01)
        guest = await EmbeddedPostgres.join(empty)
        assert other.says() == "ready"
        await remember(guest)
    finally:
        other.close()


async def test_there_is_nothing_to_join_where_nothing_runs(start: Start, directory: Path) -> None:
    with pytest.raises(NothingRunsHere):
        await EmbeddedPostgres.join(directory)
    await (await start()).stop()

    with pytest.raises(NothingRunsHere):
        await EmbeddedPostgres.join(directory)


async def test_join_or_start_starts_where_nothing_runs(empty: Path) -> None:
    server = await EmbeddedPostgres.join_or_start(empty)
    owned = server.is_owner
    await server.stop()

    assert owned


async def test_a_start_adopts_the_server_of_a_killed_owner(owner: OtherProcess, start: Start, directory: Path) -> None:
    await remember(await EmbeddedPostgres.join(directory))
    orphan = postmaster_pid(directory)
    owner.kill()

    server = await start()

    assert postmaster_pid(directory) == orphan
    assert await recall(server) == 15000
    await server.stop()
    assert processes_on(directory / "postgres") == []


async def test_a_start_replaces_an_orphan_that_was_started_differently(
    owner: OtherProcess, start: Start, directory: Path
) -> None:
    orphan = postmaster_pid(directory)
    owner.kill()
    options = directory / "postgres/postmaster.opts"
    options.write_text(options.read_text().replace("shared_buffers=64MB", "shared_buffers=1GB"))

    server = await start()

    assert postmaster_pid(directory) != orphan
    async with connected(server) as connection:
        assert await connection.fetchval("show shared_buffers") == "64MB"


async def test_a_start_clears_away_sessions_whose_postmaster_was_killed(
    owner: OtherProcess, start: Start, directory: Path
) -> None:
    guest = await EmbeddedPostgres.join(directory)
    await remember(guest)
    async with connected(guest) as busy:
        # Busy in the processor, a session does not notice that its postmaster is gone.
        work = asyncio.ensure_future(busy.fetchval("select count(*) from generate_series(1, 1000000000000)"))
        await asyncio.sleep(0.2)
        owner.kill()
        kill(psutil.Process(postmaster_pid(directory)))

        server = await start()

        assert await recall(server) == 15000
        with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
            await work


async def test_a_start_recovers_when_every_process_was_killed(
    owner: OtherProcess, start: Start, directory: Path
) -> None:
    await remember(await EmbeddedPostgres.join(directory))
    owner.kill()
    kill_all_on(directory)

    assert await recall(await start()) == 15000


def helper_of(directory: Path, title: str) -> psutil.Process:
    """One of the server's processes, by how it calls itself in the process table."""
    return next(process for process in processes_on(directory / "postgres") if title in " ".join(process.cmdline()))


@pytest.mark.parametrize(
    "title", ["checkpointer", "background writer", "walwriter", "autovacuum launcher", "io worker", "idle"]
)
async def test_a_server_outlives_any_one_of_its_processes(start: Start, directory: Path, title: str) -> None:
    """It throws everybody out, reads its log again and goes on, under the same owner. "idle" is a session."""
    server = await start()
    await remember(server)
    watch = asyncio.create_task(server.keep_running())
    async with connected(server) as busy:
        await busy.execute("insert into kept values (1)")
        kill(helper_of(directory, title))

        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    if busy.is_closed() and await recall(server) == 15000:
                        break
                await asyncio.sleep(0.05)
    await server.stop()
    await asyncio.wait_for(watch, 5)
    assert processes_on(directory / "postgres") == []


async def test_an_owner_brings_a_killed_server_back(start: Start, directory: Path) -> None:
    server = await start()
    await remember(server)
    watch = asyncio.create_task(server.keep_running())
    killed = postmaster_pid(directory)
    os.kill(killed, signal.SIGKILL)

    async with asyncio.timeout(20):
        while not (directory / "postgres/postmaster.pid").exists() or postmaster_pid(directory) == killed:
            await asyncio.sleep(0.05)
        guest = await EmbeddedPostgres.join(directory)

    assert await recall(guest) == 15000
    await server.stop()
    await asyncio.wait_for(watch, 5)
    assert processes_on(directory / "postgres") == []


async def test_an_owner_goes_on_trying_while_its_server_cannot_be_started(start: Start, directory: Path) -> None:
    """As on a disk that is full for an hour: the product need not be restarted when there is room again."""
    server = await start()
    await remember(server)
    needed = directory / "postgres/global/pg_control"
    needed.rename(aside := directory / "pg_control")
    with capture_logs() as heard:
        watch = asyncio.create_task(server.keep_running())
        os.kill(postmaster_pid(directory), signal.SIGKILL)
        async with asyncio.timeout(20):
            while not heard:
                await asyncio.sleep(0.05)
    aside.rename(needed)

    async with asyncio.timeout(20):
        while (postmaster := Postmaster.of(directory / "postgres")) is None or not postmaster.is_ready:
            await asyncio.sleep(0.05)

    assert await recall(server) == 15000
    assert [(line["event"], line["log_level"]) for line in heard][:1] == [("embedded_server_not_started", "warning")]
    assert "pg_control" in heard[0]["problem"]
    await server.stop()
    await asyncio.wait_for(watch, 20)


async def test_a_pid_file_with_a_strangers_number_does_not_stop_a_start(start: Start, directory: Path) -> None:
    server = await start()
    await remember(server)
    left_behind = (directory / "postgres/postmaster.pid").read_text().split("\n", 1)[1]
    await server.stop()
    user = (directory / "postgres").stat().st_uid  # PostgreSQL mistrusts only numbers of its own user
    with subprocess.Popen(["sleep", "20"], user=user if os.geteuid() == 0 else None) as stranger:
        (directory / "postgres/postmaster.pid").write_text(f"{stranger.pid}\n{left_behind}")
        (directory / "postgres/.s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n{left_behind}")

        recalled = await recall(await start())
        stranger_lives = stranger.poll() is None
        stranger.kill()

    assert recalled == 15000
    assert stranger_lives


async def test_a_half_made_cluster_is_made_again(empty: Path) -> None:
    (empty / "postgres.new/base").mkdir(parents=True)
    (empty / "postgres.new/PG_VERSION").write_text("18\n")

    server = await EmbeddedPostgres.start(empty)
    await server.ensure_database()
    await remember(server)
    await server.stop()

    assert not (empty / "postgres.new").exists()


async def test_a_start_that_is_cancelled_leaves_nothing_running(empty: Path) -> None:
    starting = asyncio.create_task(EmbeddedPostgres.start(empty))
    while not (empty / "owner.lock").exists():
        await asyncio.sleep(0.01)
    starting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await starting

    assert processes_on(empty / "postgres") == []
    with pytest.raises(NothingRunsHere):
        await EmbeddedPostgres.join(empty)


@pytest.mark.parametrize("newer", [{"format": 99, "postgresql": 18}, {"format": 1, "postgresql": 99}])
async def test_a_directory_of_a_newer_release_is_refused_and_untouched(newer: dict[str, int], empty: Path) -> None:
    empty.mkdir()
    (empty / "letsema.json").write_text(json.dumps(newer))

    for use in (EmbeddedPostgres.start, EmbeddedPostgres.join):
        with pytest.raises(DataDirectoryTooNew, match="was written by a newer Letsema"):
            await use(empty)

    assert [path.name for path in empty.iterdir()] == ["letsema.json"]
    assert json.loads((empty / "letsema.json").read_text()) == newer


async def test_a_directory_of_an_older_postgresql_is_refused_with_the_cure_and_untouched(
    used: Path, tmp_path: Path
) -> None:
    """As an upgrade of Letsema may find it. PostgreSQL itself would only say that the files are incompatible."""
    older = tmp_path / "data"
    shutil.copytree(used, older, ignore=shutil.ignore_patterns("base", "pg_wal", "*.lock"))
    (older / "letsema.json").write_text(json.dumps({"format": 1, "postgresql": 17}))
    before = {path: path.stat().st_mtime_ns for path in older.rglob("*")}

    says = (
        f"The data directory {older} is of PostgreSQL 17, and this Letsema runs 18: run `letsema db backup` with the "
        "release that wrote it, then `letsema db restore` with this one."
    )
    for use in (EmbeddedPostgres.start, EmbeddedPostgres.join):
        with pytest.raises(DataDirectoryTooOld, match=re.escape(says)):
            await use(older)

    assert {path: path.stat().st_mtime_ns for path in older.rglob("*")} == before


@pytest.mark.parametrize("odd", ["", "[]", '{"format": "x"}', "{}"])
async def test_an_odd_stamp_is_refused(odd: str, empty: Path) -> None:
    empty.mkdir()
    (empty / "letsema.json").write_text(odd)

    with pytest.raises(DataDirectoryUnusable, match="is not a version stamp of Letsema"):
        await EmbeddedPostgres.start(empty)


async def test_a_directory_that_cannot_be_made_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DataDirectoryUnusable, match=r"cannot be used: .*Not a directory"):
        await EmbeddedPostgres.start(tmp_path / "file/data")


async def test_too_little_room_is_refused_before_anything_is_made(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=37 * 2**20))

    with pytest.raises(DataDirectoryUnusable, match="37 MB are free, 200 MB are needed"):
        await EmbeddedPostgres.start(empty)

    assert not (empty / "postgres").exists()
    assert not (empty / "postgres.new").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
async def test_a_full_disk_is_told_in_a_sentence(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_FREE_BYTES_MIN", 0)
    empty.mkdir(mode=0o711)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", empty], check=False)
    if mounted.returncode != 0:
        pytest.skip("this container may not mount")
    try:
        with pytest.raises(PostgresDidNotStart, match="No space left on device"):
            await EmbeddedPostgres.start(empty)
    finally:
        subprocess.run(["umount", empty], check=True)


async def test_a_server_that_cannot_start_says_why(empty: Path) -> None:
    await (await EmbeddedPostgres.start(empty)).stop()
    (empty / "postgres/postgresql.conf").write_text("no_such_setting = on\n")

    with pytest.raises(PostgresDidNotStart, match="contains errors"):
        await EmbeddedPostgres.start(empty)

    assert processes_on(empty / "postgres") == []


async def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    directory = tmp_path / ("long" * 30) / "it's % here"
    server = await EmbeddedPostgres.start(directory)
    await server.ensure_database()
    guest = await EmbeddedPostgres.join(directory)

    assert guest.url() == server.url()
    async with connected(server, role=None) as connection:
        assert await connection.fetchval("select current_database()") == "letsema"
    await server.stop()


async def test_no_network_address_is_listened_on(start: Start, directory: Path) -> None:
    await start()

    assert psutil.Process(postmaster_pid(directory)).net_connections("inet") == []


async def test_only_its_own_user_may_reach_the_socket_and_the_files(start: Start, directory: Path) -> None:
    await start()

    assert (directory / "postgres").stat().st_mode & 0o077 == 0
    assert (directory / "postgres.log").stat().st_mode & 0o077 == 0


async def test_nothing_durable_is_traded_for_speed(start: Start) -> None:
    async with connected(await start()) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await connection.fetchval("select current_setting($1)", setting) == "on"


async def test_text_is_utf8_with_the_case_of_all_letters(start: Start) -> None:
    async with connected(await start()) as connection:
        assert await connection.fetchval("select upper('tšepo éa bona')") == "TŠEPO ÉA BONA"
        assert await connection.fetchval("show timezone") == "UTC"


async def test_the_log_never_holds_the_values_of_a_refused_row(start: Start, directory: Path) -> None:
    async with connected(await start()) as connection:
        await connection.execute("create temporary table phones (phone text primary key)")
        for _ in range(2):
            with contextlib.suppress(asyncpg.UniqueViolationError):
                await connection.execute("insert into phones values ($1)", "+26658851234")

    log = (directory / "postgres.log").read_text()
    assert "phones_pkey" in log
    assert "58851234" not in log


async def test_a_role_connects_by_name(start: Start) -> None:
    server = await start()
    async with connected(server) as connection:
        await connection.execute("drop role if exists letsema_app; create role letsema_app login")

    async with connected(server, role="letsema_app") as connection:
        assert await connection.fetchval("select current_user") == "letsema_app"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
async def test_root_may_keep_everything_below_a_private_folder(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    installed = binary("postgres").parents[1]
    for folder in (installed, installed.parents[1] / f"{installed.parent.name}.libs"):
        shutil.copytree(folder, private / folder.relative_to(installed.parents[1]))
    for module in (cluster, server_module):
        monkeypatch.setattr(
            module, "binary", lambda name: private / installed.parent.name / installed.name / "bin" / name
        )

    server = await EmbeddedPostgres.start(empty)
    runs_as = psutil.Process(postmaster_pid(empty)).uids().effective
    await server.stop()

    assert runs_as != 0
    assert private.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests have shown it: this user is an ordinary one")
class TestAsAnOrdinaryUser:
    """Run by root, the tests above show the server under another user; these show an owner who is not root."""

    @pytest.fixture
    def launcher(self) -> Sequence[str]:
        nobody = pwd.getpwnam("nobody")
        # Only the right to pass through is kept: Python and the checkout may lie below a folder of root's.
        ids = (str(nobody.pw_uid), str(nobody.pw_gid))
        return [sys.executable, "-I", "-S", as_user.__file__, *ids, "--pass-through"]

    async def test_it_starts_survives_its_owner_and_stops(self, empty: Path, launcher: Sequence[str]) -> None:
        empty.mkdir()
        shutil.chown(empty, "nobody")
        first = OtherProcess(empty, launcher)
        assert first.says() == "ready"
        assert psutil.Process(first.process.pid).uids().effective == pwd.getpwnam("nobody").pw_uid
        first.close()

        second = OtherProcess(empty, launcher)
        try:
            assert second.says() == "ready"
            assert second.stop() == "stopped"
        finally:
            second.close()

        assert processes_on(empty / "postgres") == []

    async def test_a_directory_that_it_may_not_write_is_refused(self, tmp_path: Path, launcher: Sequence[str]) -> None:
        other = OtherProcess(tmp_path / "data", launcher)
        try:
            said = other.says()
        finally:
            other.close()

        assert said.startswith(f"refused The data directory {tmp_path}/data belongs to somebody else")
