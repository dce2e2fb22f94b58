"""Bringing a keyspace to the schema that this release expects, and telling how far it is from it.

Versions are numbered CQL files, each statement safe to run twice. One upgrader at a time holds a lease, renewed before
every statement, because Cassandra runs each on its own and has no transaction around them. A version is written down
after its last statement, so one that stopped half-way is run again.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid4, uuid5

from cassandra import InvalidRequest, Unauthorized, WriteFailure
from cassandra.cluster import Session

from storage.cassandra.addresses import CassandraAddress
from storage.cassandra.connecting import COMPARE_AND_SET, SERIAL_READ, ChannelClusterProblem, connected
from storage.cassandra.faults import is_down

SERVER_VERSION_MIN: Final = (4, 1)
"""The first with the Paxos that reads serially in one round."""

_FOLDER: Final = Path(__file__).parent / "migrations"
_LEASE_SECONDS: Final = 60
_LEASE_WAIT_SECONDS: Final = 120.0
_STATEMENT_SECONDS: Final = 30.0
_INCOMPATIBLE_SCHEMA: Final = 3
"""Cassandra's code for a failure of a node that has not heard of the table."""
_UPGRADER: Final = "upgrader"


class KeyspaceMissing(ChannelClusterProblem):
    """The cluster has no such keyspace, or it has no tables."""


class ChannelSchemaTooOld(ChannelClusterProblem):
    """Versions of this release are not applied yet."""


class ChannelSchemaTooNew(ChannelClusterProblem):
    """A later release has upgraded the keyspace."""


class ChannelServerUnfit(ChannelClusterProblem):
    """The servers are too old, or set up in a way that loses what this release relies on."""


class UpgradeUnderWay(ChannelClusterProblem):
    """Somebody else is upgrading, and does not come to an end."""


@dataclass(frozen=True, slots=True)
class Version:
    """A numbered file of CQL."""

    number: int
    name: str
    statements: tuple[str, ...]
    digest: str


def versions() -> Sequence[Version]:
    """All versions that this release knows, in their order."""
    return [_version(file) for file in sorted(_FOLDER.glob("*.cql"))]


async def check_servers(address: CassandraAddress) -> None:
    """Raise the `ChannelClusterProblem` that keeps the cluster from being upgraded. Nothing is changed."""
    async with connected(address) as session:
        await asyncio.to_thread(_check_servers, session)


async def upgrade(address: CassandraAddress) -> None:
    """Make the keyspace and apply every version that is missing. Raises `ChannelClusterProblem`, one sentence."""
    async with connected(address) as session:
        await asyncio.to_thread(_upgrade, session, address)


async def check(address: CassandraAddress) -> None:
    """Raise the `ChannelClusterProblem` that keeps this release from working on the keyspace, if there is one."""
    async with connected(address) as session:
        await asyncio.to_thread(_check, session, address)


def _upgrade(session: Session, address: CassandraAddress) -> None:
    _check_servers(session)
    _define(session, _keyspace_cql(address))
    _refuse_foreign_datacenter(session, address)
    session.set_keyspace(address.keyspace)
    _define(session, _bookkeeping_cql(address.keyspace))
    lease = _Lease(session)
    lease.take()
    try:
        applied = _applied(session)
        _refuse_newer(applied, address)
        for version in versions():
            if version.number not in applied:
                _apply(session, version, lease)
    finally:
        lease.give_back()


def _check(session: Session, address: CassandraAddress) -> None:
    _check_servers(session)
    keyspaces = session.cluster.metadata.keyspaces
    if address.keyspace not in keyspaces or "schema_versions" not in keyspaces[address.keyspace].tables:
        raise KeyspaceMissing(
            f"the Cassandra cluster has no keyspace {address.keyspace} with our tables: run `letsema db upgrade`"
        )
    _refuse_foreign_datacenter(session, address)
    session.set_keyspace(address.keyspace)
    applied = _applied(session)
    _refuse_newer(applied, address)
    missing = [version.number for version in versions() if version.number not in applied]
    if missing:
        raise ChannelSchemaTooOld(
            f"the keyspace {address.keyspace} lacks version {missing[0]} of the schema: run `letsema db upgrade`"
        )


def _check_servers(session: Session) -> None:
    """Of every node that is up: one that is not fit breaks promises for the partitions that it has."""
    release = min(
        (_release(host.release_version) for host in session.cluster.metadata.all_hosts() if host.release_version),
        default=SERVER_VERSION_MIN,
    )
    refuse_old_server(release)
    if (variant := _setting(session, "paxos_variant")) not in {None, "v2"}:
        raise ChannelServerUnfit(
            f"the Cassandra servers run Paxos {variant}: set `paxos_variant: v2` in cassandra.yaml on every node"
        )


def refuse_old_server(release: tuple[int, int]) -> None:
    """Raise `ChannelServerUnfit` for a release, as (major, minor), that is too old."""
    if release < SERVER_VERSION_MIN:
        found, needed = (".".join(map(str, numbers)) for numbers in (release, SERVER_VERSION_MIN))
        raise ChannelServerUnfit(f"a Cassandra server is of release {found}; {needed} or later is needed")


def _release(written: str) -> tuple[int, int]:
    major, minor = re.findall(r"\d+", written)[:2]
    return int(major), int(minor)


def _setting(session: Session, name: str) -> str | None:
    """What a node's own configuration says; None when our role may not ask."""
    try:
        row = session.execute("select value from system_views.settings where name = %s", (name,)).one()
    except (Unauthorized, InvalidRequest):
        return None
    return None if row is None else str(row["value"])


def _refuse_foreign_datacenter(session: Session, address: CassandraAddress) -> None:
    row = session.execute(
        "select replication from system_schema.keyspaces where keyspace_name = %s", (address.keyspace,)
    ).one()
    refuse_no_copies(address, {} if row is None else dict(row["replication"]))


def refuse_no_copies(address: CassandraAddress, replication: Mapping[str, str]) -> None:
    """Raise `ChannelServerUnfit` when a keyspace has no copies in our data centre, whose quorum every statement asks.

    replication: as `system_schema.keyspaces` has it.
    """
    copies = replication.get(address.datacenter, "0")
    if replication.get("class", "").endswith("NetworkTopologyStrategy") and copies == "0":
        raise ChannelServerUnfit(
            f"the keyspace {address.keyspace} has no copies in the data centre {address.datacenter}: "
            "alter its replication and repair it, or set LETSEMA_CASSANDRA_DATACENTER to one that has"
        )


def _keyspace_cql(address: CassandraAddress) -> str:
    """Only for a keyspace that is not there: one that is keeps its replication, which a repair has to go with."""
    copies = ", ".join(f"'{datacenter}': {number}" for datacenter, number in sorted(address.copies.items()))
    return (
        f"create keyspace if not exists {address.keyspace} "
        f"with replication = {{'class': 'NetworkTopologyStrategy', {copies}}}"
    )


def _bookkeeping_cql(keyspace: str) -> str:
    """Its id is made from the keyspace's name: two upgraders that make it at once then make the same table."""
    made = uuid5(NAMESPACE_URL, f"letsema/{keyspace}/schema_versions")
    return (
        "create table if not exists schema_versions "
        "(kind text, number int, name text, digest text, applied_at timestamp, holder text, "
        f"primary key ((kind), number)) with id = {made}"
    )


def _applied(session: Session) -> set[int]:
    rows = session.execute("select number from schema_versions where kind = 'version'", execution_profile=SERIAL_READ)
    return {int(row["number"]) for row in rows}


def _refuse_newer(applied: set[int], address: CassandraAddress) -> None:
    newest = max((version.number for version in versions()), default=0)
    if unknown := sorted(number for number in applied if number > newest):
        raise ChannelSchemaTooNew(
            f"the keyspace {address.keyspace} is at version {unknown[-1]}, which this release does not know: "
            "it was upgraded by a later release, so start that one"
        )


def _apply(session: Session, version: Version, lease: _Lease) -> None:
    for statement in version.statements:
        lease.renew()
        _define(session, statement)
    session.execute(
        "insert into schema_versions (kind, number, name, digest, applied_at) "
        "values ('version', %s, %s, %s, totimestamp(now())) if not exists",
        (version.number, version.name, version.digest),
        execution_profile=COMPARE_AND_SET,
    )


def _define(session: Session, cql: str) -> None:
    """Run a statement that changes the schema; the driver waits until all nodes agree on it."""
    session.execute(cql, timeout=_STATEMENT_SECONDS)


class _Lease:
    """The right to change the schema. It ends by itself when its holder is killed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._holder = str(uuid4())

    def take(self) -> None:
        """Wait for whoever has it. Raises `UpgradeUnderWay`."""
        give_up_at = time.monotonic() + _LEASE_WAIT_SECONDS
        while not self._ask(
            "insert into schema_versions (kind, number, holder) values (%s, 0, %s) if not exists using ttl %s",
            (_UPGRADER, self._holder, _LEASE_SECONDS),
        ):
            if time.monotonic() > give_up_at:
                raise UpgradeUnderWay("somebody else is upgrading the keyspace: wait until they are done, then repeat")
            time.sleep(0.2)

    def renew(self) -> None:
        """Keep it. Raises `UpgradeUnderWay` when it was lost."""
        if not self._ask(
            "update schema_versions using ttl %s set holder = %s where kind = %s and number = 0 if holder = %s",
            (_LEASE_SECONDS, self._holder, _UPGRADER, self._holder),
        ):
            raise UpgradeUnderWay("somebody else took the upgrade over: wait until they are done, then repeat")

    def give_back(self) -> None:
        """Leave it to the next; if that fails, it ends by itself."""
        try:
            self._ask(
                "delete from schema_versions where kind = %s and number = 0 if holder = %s", (_UPGRADER, self._holder)
            )
        except Exception as error:
            if not is_down(error):
                raise

    def _ask(self, cql: str, values: tuple[object, ...]) -> bool:
        """Whether the lease is as the statement wants it.

        Right after a cluster was formed a node may not know the table yet, whatever the driver was told: it is asked
        again. The statement that failed may have taken place; who holds the lease tells.
        """
        give_up_at = time.monotonic() + _LEASE_WAIT_SECONDS
        while True:
            try:
                answer: Any = self._session.execute(
                    cql, values, timeout=_STATEMENT_SECONDS, execution_profile=COMPARE_AND_SET
                ).one()
            except WriteFailure as error:
                if not _lacks_schema(error) or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.2)
            else:
                return bool(answer["[applied]"]) or answer.get("holder") == self._holder


def _lacks_schema(error: WriteFailure) -> bool:
    """Whether every node that failed did so because it has not heard of the table."""
    reasons = set((error.error_code_map or {}).values())
    return reasons == {_INCOMPATIBLE_SCHEMA}


def _version(file: Path) -> Version:
    text = file.read_text(encoding="utf-8")
    number, _, name = file.stem.partition("_")
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    statements = tuple(part.strip() for part in bare.split(";") if part.strip())
    return Version(int(number), name, statements, hashlib.sha256(text.encode()).hexdigest())
