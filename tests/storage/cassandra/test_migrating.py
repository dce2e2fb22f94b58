# ruff: noqa: S608 - keyspaces that these tests made themselves
"""Bringing a keyspace to this release's schema, and one sentence with the cure for all that can be wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from cassandra import WriteFailure

from letsema.problems import sentence_of
from storage.cassandra.addresses import CassandraAddress, Credentials, Tls
from storage.cassandra.connecting import ChannelClusterProblem, ClusterUnreachable, DatacenterUnknown, connected
from storage.cassandra.migrating import (
    ChannelSchemaTooNew,
    ChannelSchemaTooOld,
    ChannelServerUnfit,
    KeyspaceMissing,
    UpgradeUnderWay,
    _Lease,
    check,
    refuse_no_copies,
    refuse_old_server,
    upgrade,
    versions,
)
from tests.fixtures_cassandra import CassandraServer
from tests.servers.ports import free_port

pytestmark = pytest.mark.engine

FROZEN = {
    "channel_plane": "76f11d996fa8a2b3",
    "chats": "7c0b67eaefa90705",
    "reservations": "3aad2cc160618d02",
    "intake_owners": "3d00bf260597fb8e",
    "owed_claims": "3c824b0b75835920",
}


@pytest.fixture
async def fresh(cassandra_server: CassandraServer) -> AsyncIterator[CassandraAddress]:
    """A keyspace that is not there yet."""
    address = cassandra_server.address(keyspace=f"letsema_{uuid4().hex[:12]}")
    yield address
    await tell(address, f"drop keyspace if exists {address.keyspace}")


@pytest.fixture
async def upgraded(cassandra_address: CassandraAddress) -> AsyncIterator[CassandraAddress]:
    """The run's own keyspace, whose book of versions is put right again afterwards."""
    yield cassandra_address
    for row in ("kind = 'upgrader' and number = 0", "kind = 'version' and number = 99"):
        await tell(cassandra_address, f"delete from {cassandra_address.keyspace}.schema_versions where {row} if exists")


async def tell(address: CassandraAddress, cql: str) -> list[dict[str, Any]]:
    async with connected(address) as session:
        return list(await asyncio.to_thread(session.execute, cql, timeout=30))


@contextmanager
def refused(kind: type[ChannelClusterProblem], *says: str) -> Iterator[None]:
    """One sentence, which a command ends with."""
    with pytest.raises(kind) as refusal:
        yield
    sentence = sentence_of(refusal.value)
    assert sentence is not None
    assert "\n" not in sentence
    for text in says:
        assert text in sentence


async def test_two_upgraders_at_once_make_one_schema_and_a_repeat_changes_nothing(fresh: CassandraAddress) -> None:
    await asyncio.gather(upgrade(fresh), upgrade(fresh))
    await check(fresh)
    made = await tell(fresh, f"select * from {fresh.keyspace}.schema_versions")

    await upgrade(fresh)

    assert await tell(fresh, f"select * from {fresh.keyspace}.schema_versions") == made
    assert [row["number"] for row in made] == [version.number for version in versions()]
    assert [row["digest"] for row in made] == [version.digest for version in versions()]


async def test_an_upgrade_that_stopped_half_way_is_finished_by_the_next(fresh: CassandraAddress) -> None:
    await upgrade(fresh)
    await tell(fresh, f"drop table {fresh.keyspace}.chat_links")
    await tell(fresh, f"delete from {fresh.keyspace}.schema_versions where kind = 'version' and number = 2 if exists")
    with refused(ChannelSchemaTooOld, "lacks version 2", "run `letsema db upgrade`"):
        await check(fresh)

    await upgrade(fresh)

    await check(fresh)
    assert await tell(fresh, f"select * from {fresh.keyspace}.chat_links") == []


async def test_an_upgrader_that_was_killed_is_waited_for_no_longer_than_its_lease(upgraded: CassandraAddress) -> None:
    await tell(
        upgraded,
        f"insert into {upgraded.keyspace}.schema_versions (kind, number, holder) "
        "values ('upgrader', 0, 'killed') if not exists using ttl 1",
    )

    await upgrade(upgraded)


async def test_an_upgrader_that_does_not_end_is_told_about(
    upgraded: CassandraAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(
        upgraded,
        f"insert into {upgraded.keyspace}.schema_versions (kind, number, holder) "
        "values ('upgrader', 0, 'another') if not exists using ttl 60",
    )
    monkeypatch.setattr("storage.cassandra.migrating._LEASE_WAIT_SECONDS", 0.3)

    with refused(UpgradeUnderWay, "Somebody else is upgrading"):
        await upgrade(upgraded)

    (lease,) = await tell(upgraded, f"select holder from {upgraded.keyspace}.schema_versions where kind = 'upgrader'")
    assert lease == {"holder": "another"}


async def test_a_later_releases_keyspace_is_left_alone(upgraded: CassandraAddress) -> None:
    await tell(
        upgraded,
        f"insert into {upgraded.keyspace}.schema_versions (kind, number) values ('version', 99) if not exists",
    )

    for work in (check, upgrade):
        with refused(ChannelSchemaTooNew, "version 99", "start that one"):
            await work(upgraded)


async def test_a_keyspace_that_is_missing_is_named_with_the_cure(fresh: CassandraAddress) -> None:
    with refused(KeyspaceMissing, fresh.keyspace, "run `letsema db upgrade`"):
        await check(fresh)


def test_a_keyspace_without_copies_in_our_data_centre_is_refused() -> None:
    address = CassandraAddress((("node", 9042),), "maseru")
    elsewhere = {"class": "org.apache.cassandra.locator.NetworkTopologyStrategy", "leribe": "3"}

    with refused(ChannelServerUnfit, "letsema has no copies in the data centre maseru"):
        refuse_no_copies(address, elsewhere)

    refuse_no_copies(address, elsewhere | {"maseru": "3"})


async def test_an_unknown_data_centre_is_told_with_those_there_are(cassandra_server: CassandraServer) -> None:
    with refused(DatacenterUnknown, "no data centre mars, only datacenter1", "LETSEMA_CASSANDRA_DATACENTER"):
        await check(cassandra_server.address(datacenter="mars"))


async def test_a_wrong_address_is_told_in_bounded_time() -> None:
    address = CassandraAddress((("127.0.0.1", free_port()),), "datacenter1", connect_timeout_seconds=0.5)

    with refused(ClusterUnreachable, "No Cassandra node answers at 127.0.0.1", "LETSEMA_CASSANDRA_CONTACT_POINTS"):
        await check(address)


async def test_a_name_without_an_address_is_told() -> None:
    with refused(ClusterUnreachable, "No name in LETSEMA_CASSANDRA_CONTACT_POINTS has an address"):
        await check(CassandraAddress((("nowhere.invalid", 9042),), "datacenter1"))


async def test_a_node_that_does_not_speak_tls_is_told_so(
    cassandra_server: CassandraServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    missing_file = tmp_path_factory.mktemp("tls") / "ca.pem"

    with refused(ClusterUnreachable, "LETSEMA_CASSANDRA_CA_FILE"):
        await check(cassandra_server.address(tls=Tls(missing_file)))


async def test_a_role_where_nobody_asks_for_one_is_let_in(cassandra_address: CassandraAddress) -> None:
    """AllowAllAuthenticator: the settings of a cluster with roles work on one without."""
    await check(replace(cassandra_address, credentials=Credentials("app", "secret")))


@pytest.mark.parametrize(("release", "is_fit"), [((3, 11), False), ((4, 0), False), ((4, 1), True), ((5, 0), True)])
def test_a_server_before_4_1_is_too_old(release: tuple[int, int], is_fit: bool) -> None:
    if is_fit:
        refuse_old_server(release)
    else:
        with refused(ChannelServerUnfit, "4.1 or later is needed"):
            refuse_old_server(release)


def test_versions_are_numbered_without_a_gap_and_every_statement_may_run_twice() -> None:
    assert [version.number for version in versions()] == list(range(1, len(versions()) + 1))
    for version in versions():
        for statement in version.statements:
            sets_options = re.match(r"alter table \w+ with ", statement.lower())
            assert sets_options or "if not exists" in statement.lower()


def test_versions_that_were_released_never_change() -> None:
    """As with the revisions of PostgreSQL: a change is a new file, and its line here."""
    assert {version.name: version.digest[:16] for version in versions()} == FROZEN


class BehindAtFirst:
    """A session on a cluster that was just formed: so many statements fail for want of the table."""

    def __init__(self, failures: int, code: int, answer: dict[str, object]) -> None:
        self.left = failures
        self._code = code
        self._answer = answer

    def execute(self, *_given: object, **_named: object) -> BehindAtFirst:
        self.left -= 1
        if self.left >= 0:
            raise WriteFailure("failed", error_code_map={"127.0.0.2": self._code})
        return self

    def one(self) -> dict[str, object]:
        return self._answer


def test_a_node_that_has_not_heard_of_the_table_yet_is_asked_again() -> None:
    session: Any = BehindAtFirst(2, 3, {"[applied]": True})

    _Lease(session).take()

    assert session.left == -1


def test_a_lease_that_was_taken_by_the_statement_that_failed_is_ours() -> None:
    answer: dict[str, object] = {"[applied]": False}
    session: Any = BehindAtFirst(1, 3, answer)
    lease = _Lease(session)
    answer["holder"] = lease._holder

    lease.take()

    assert session.left == -1


def test_another_failure_of_a_node_is_raised() -> None:
    session: Any = BehindAtFirst(1, 0, {"[applied]": True})

    with pytest.raises(WriteFailure):
        _Lease(session).take()
