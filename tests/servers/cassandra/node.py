"""A real Cassandra node for tests: from Maven Central, on loopback, with its own ports, without Docker."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

from tests.servers.cassandra.certificates import PASSWORD, Certificates
from tests.servers.ports import free_port
from tests.servers.with_us import start_with_us

CURE: Final = "apt-get install openjdk-17-jdk-headless maven, or name a node: LETSEMA_TEST_CASSANDRA=host:port"
HOST: Final = "127.0.0.1"
CACHE: Final = "LETSEMA_TEST_CASSANDRA_CACHE"
"""Where the server's files are kept between runs. Unset: `~/.cache/letsema`."""

_ENCRYPTION: Final = """\
client_encryption_options:
  enabled: true
  optional: true
  keystore: {keystore}
  keystore_password: {password}
"""
_HERE: Final = Path(__file__).parent
_READY: Final = "Starting listening for CQL clients"
_START_SECONDS_MAX: Final = 120.0
_STOP_SECONDS_MAX: Final = 30.0
_DOWNLOAD_SECONDS_MAX: Final = 900


def can_run() -> bool:
    """Whether this machine has what a node needs."""
    return all(shutil.which(program) for program in ("java", "mvn"))


class CassandraNode:
    """A node in a directory. It may be killed, frozen and started again on what it kept."""

    def __init__(
        self,
        directory: Path,
        *,
        host: str = HOST,
        beside: CassandraNode | None = None,
        certificates: Certificates | None = None,
    ) -> None:
        """beside: the first node of a cluster that this one joins; nodes of one cluster differ in their host alone.

        certificates: clients may also speak TLS, on the same port.
        """
        self.directory = directory
        self.certificates = certificates
        self.host = host
        self.port: int = beside.port if beside else free_port()
        self._storage_ports: tuple[int, int] = beside._storage_ports if beside else (free_port(), free_port())
        self._process: subprocess.Popen[bytes] | None = None
        self._write_configuration(beside.host if beside else host)

    @property
    def log(self) -> Path:
        """What the node says."""
        return self.directory / "node.log"

    def start(self) -> None:
        """Start it and wait until it takes clients."""
        self.log.write_bytes(b"")
        with self.log.open("ab") as log:
            self._process = start_with_us(
                _command(self.directory),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        give_up_at = time.monotonic() + _START_SECONDS_MAX
        # It says so a moment before it does: its key store is read in between.
        while _READY not in (said := self.log.read_text(errors="replace")) or not self._takes_clients():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                self.kill()
                raise RuntimeError(f"Cassandra did not start: {said[-2000:]}")
            time.sleep(0.2)

    def _takes_clients(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
            return True
        return False

    def freeze(self) -> None:
        """Stop it without killing it: its connections stay, and nothing answers once this returns."""
        self._signal(signal.SIGSTOP)
        assert self._process is not None
        tasks = Path(f"/proc/{self._process.pid}/task")
        give_up_at = time.monotonic() + _STOP_SECONDS_MAX
        while any(_goes_on(task) for task in tasks.iterdir()):  # each thread stops when it is next scheduled
            assert time.monotonic() < give_up_at, "the node did not freeze"
            time.sleep(0.01)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """As a power cut does."""
        self._signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> None:
        """End it in order, or else at once."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            self._wait()
        except subprocess.TimeoutExpired:
            self.kill()

    def _write_configuration(self, seed: str) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        template = (_HERE / "cassandra.yaml").read_text(encoding="utf-8")
        storage_port, ssl_storage_port = self._storage_ports
        filled = {"host": self.host, "seed": seed, "native_port": self.port}
        for name, value in {**filled, "storage_port": storage_port, "ssl_storage_port": ssl_storage_port}.items():
            template = template.replace(f"{{{name}}}", str(value))
        if self.certificates is not None:
            template += _ENCRYPTION.format(keystore=self.certificates.keystore, password=PASSWORD)
        (self.directory / "cassandra.yaml").write_text(template, encoding="utf-8")

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait(_STOP_SECONDS_MAX)


def _command(directory: Path) -> list[str]:
    libraries = _libraries()
    java = [
        "java",
        f"@{_HERE / 'jvm.options'}",
        f"-javaagent:{next(libraries.glob('jamm-*.jar'))}",
        f"-Dcassandra.config={(directory / 'cassandra.yaml').as_uri()}",
        f"-Dcassandra.storagedir={directory / 'data'}",
        f"-Dlogback.configurationFile={(_HERE / 'logback.xml').as_uri()}",
        "-classpath",
        f"{libraries}/*",
        "org.apache.cassandra.service.CassandraDaemon",
    ]
    return ["nice", "-n", "5", *java]  # everything else on the machine goes first


def _libraries() -> Path:
    """The server's files, fetched once a release: into a folder of its own first, which is then renamed.

    Where several test processes want them at once, one fetches and the others wait for it.
    """
    cache = Path(os.environ.get(CACHE) or Path.home() / ".cache" / "letsema")
    libraries = cache / f"cassandra-{_release()}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fetching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not libraries.is_dir():
            _fetch(cache / "fetching")
            (cache / "fetching").rename(libraries)
    return libraries


def _fetch(directory: Path) -> None:
    """All of them anew: what an interrupted run left may end in the middle of a file."""
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run(
        ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={directory}"],
        cwd=_HERE,
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=_DOWNLOAD_SECONDS_MAX,
    )


def _release() -> str:
    names = {"m": "http://maven.apache.org/POM/4.0.0"}
    version = ET.parse(_HERE / "pom.xml").find("m:dependencies/m:dependency/m:version", names)  # noqa: S314
    assert version is not None
    assert version.text is not None
    return version.text


def _goes_on(task: Path) -> bool:
    """Whether a thread is not stopped: its state stands behind the name, which is in brackets and may hold anything."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return not (task / "stat").read_text().rpartition(")")[2].lstrip().startswith("T")
    return False
