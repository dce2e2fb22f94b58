from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from letsema.channel_cluster import channel_cluster
from letsema.databases import Embedded, open_databases
from letsema.setting_values import WrongSettingError
from letsema.settings import load_settings
from storage.cassandra.addresses import CassandraAddress, Credentials, Tls
from storage.postgres.migrating import Plane

CLUSTER: dict[str, Any] = {
    "channel_store": "cassandra",
    "cassandra_contact_points": "10.0.0.5,10.0.0.6:9142,[::1]:9242",
    "cassandra_datacenter": "maseru",
}


def cluster(*, as_owner: bool = False, **changes: Any) -> CassandraAddress | None:
    return channel_cluster(load_settings(**CLUSTER | changes), as_owner=as_owner)


def test_the_channel_plane_is_on_postgresql_unless_it_is_said_otherwise() -> None:
    assert channel_cluster(load_settings()) is None


def test_a_cluster_is_entered_by_its_nodes_with_three_copies_in_the_own_data_centre() -> None:
    address = cluster()

    assert address is not None
    assert address.contact_points == (("10.0.0.5", 9042), ("10.0.0.6", 9142), ("::1", 9242))
    assert address.copies == {"maseru": 3}
    assert (address.keyspace, address.credentials, address.tls) == ("letsema", None, None)
    assert (address.connect_timeout_seconds, address.statement_timeout_seconds) == (0.5, 1.5)


def test_copies_may_be_in_several_data_centres() -> None:
    address = cluster(cassandra_replication="maseru:3, leribe:2")

    assert address is not None
    assert address.copies == {"maseru": 3, "leribe": 2}


def test_the_owner_enters_with_its_own_role_where_it_has_one() -> None:
    roles: dict[str, Any] = {"cassandra_username": "app", "cassandra_password": "secret-a"}
    owner: dict[str, Any] = {"cassandra_owner_username": "owner", "cassandra_owner_password": "secret-o"}

    worker, without, with_one = (
        cluster(**roles),
        cluster(as_owner=True, **roles),
        cluster(as_owner=True, **roles, **owner),
    )

    assert worker is not None
    assert without is not None
    assert with_one is not None
    assert worker.credentials == without.credentials == Credentials("app", "secret-a")
    assert with_one.credentials == Credentials("owner", "secret-o")
    assert "secret" not in repr((worker, without, with_one))


def test_certificates_are_files(tmp_path: Path) -> None:
    files: dict[str, Any] = {
        name: tmp_path / name for name in ("cassandra_ca_file", "cassandra_certificate_file", "cassandra_key_file")
    }
    for file in files.values():
        file.touch()

    address = cluster(**files)

    assert address is not None
    assert address.tls == Tls(*files.values())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cassandra_contact_points": ""}, "LETSEMA_CASSANDRA_CONTACT_POINTS is missing"),
        ({"cassandra_datacenter": ""}, "LETSEMA_CASSANDRA_DATACENTER is missing"),
        ({"channel_url": "postgresql://a@b/c"}, "LETSEMA_CHANNEL_URL is set and LETSEMA_CHANNEL_STORE is cassandra"),
        (
            {"channel_nodes": "postgresql://a@b/c"},
            "LETSEMA_CHANNEL_NODES is set and LETSEMA_CHANNEL_STORE is",
        ),
        ({"channel_store": "postgres"}, "LETSEMA_CASSANDRA_CONTACT_POINTS is set and LETSEMA_CHANNEL_STORE is not"),
        ({"cassandra_username": "app"}, "LETSEMA_CASSANDRA_PASSWORD go together"),
        ({"cassandra_owner_password": "x"}, "LETSEMA_CASSANDRA_OWNER_PASSWORD go together"),
        ({"cassandra_ca_file": Path("nowhere.pem")}, "LETSEMA_CASSANDRA_CA_FILE is not a file"),
        ({"cassandra_key_file": Path("nowhere.pem")}, "LETSEMA_CASSANDRA_KEY_FILE go together"),
        ({"cassandra_certificate_file": Path("nowhere.pem")}, "needs LETSEMA_CASSANDRA_CA_FILE"),
        ({"cassandra_contact_points": "http://node"}, "host:port, such as 10.0.0.5:9042"),
        ({"cassandra_contact_points": "node:port"}, "host:port, such as 10.0.0.5:9042"),
        ({"cassandra_contact_points": "a@node"}, "host:port, such as 10.0.0.5:9042"),
        ({"cassandra_keyspace": "Letsema; drop"}, "small letters, digits and _"),
        ({"cassandra_replication": "maseru"}, "such as dc1:3,dc2:3"),
        ({"cassandra_replication": "maseru:0"}, "such as dc1:3,dc2:3"),
        ({"cassandra_replication": "ma'seru:3"}, "such as dc1:3,dc2:3"),
        ({"channel_store": "redis"}, "'postgres' or 'cassandra'"),
    ],
)
def test_what_is_wrong_or_does_not_go_together_is_one_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongSettingError) as refusal:
        cluster(**changes)

    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


async def test_each_plane_is_bound_by_itself() -> None:
    settings = load_settings(**CLUSTER, record_url="postgresql://app@db/letsema")

    async with open_databases(settings, Embedded.JOIN) as databases:
        assert databases.cluster == channel_cluster(settings)
        assert databases.on_postgres == (Plane.RECORD,)


async def test_what_does_not_go_together_stops_a_command_before_anything_is_started(tmp_path: Path) -> None:
    settings = load_settings(**CLUSTER | {"cassandra_datacenter": ""}, data_dir=tmp_path / "data")

    with pytest.raises(WrongSettingError, match="LETSEMA_CASSANDRA_DATACENTER"):
        async with open_databases(settings, Embedded.OWN):
            raise AssertionError

    assert not (tmp_path / "data").exists()
