"""A wrong address, server, schema or cluster: one sentence with the cure, exit code 2, nothing changed; doctor too."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

import asyncpg
import pytest

from letsema import diagnosis as diagnosis_of_parts
from storage.cassandra import migrating as cassandra_schema
from storage.cassandra.migrating import KeyspaceMissing
from storage.embedded import EmbeddedPostgres
from storage.postgres import migrating
from storage.postgres.channel.examining import DOWN
from tests.letsema.conftest import Ran, Run
from tests.letsema.test_settings import GOOD_KEY, OTHER_KEY

pytestmark = pytest.mark.engine

KEYS = {
    "LETSEMA_PEPPER": GOOD_KEY,
    "LETSEMA_LOOKUP_KEY": OTHER_KEY,
    "LETSEMA_TRANSCRIPT_KEYS": f"1:{GOOD_KEY}",
    "LETSEMA_SEALING_KEYS": f"1:{OTHER_KEY}",
}
NOBODY_THERE = "postgresql://letsema_app:hush-hush@127.0.0.1:1/letsema"


@dataclass(frozen=True)
class Somewhere:
    """A database of a test's own, which commands are led to by the settings."""

    url: str

    @property
    def settings(self) -> dict[str, str]:
        return {**KEYS, "LETSEMA_RECORD_URL": self.url, "LETSEMA_OWNER_URL": self.url}

    def execute(self, statement: str) -> None:
        async def work() -> None:
            connection = await asyncpg.connect(self.url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(work())

    def schemas(self) -> list[str]:
        """Every table with its columns, and how far each plane is."""

        async def look() -> list[str]:
            connection = await asyncpg.connect(self.url)
            try:
                rows = await connection.fetch(
                    "select table_schema || '.' || table_name || '.' || column_name from information_schema.columns "
                    "where table_schema in ('record', 'channel') and table_name <> 'alembic_version' order by 1"
                )
                return [row[0] for row in rows]
            finally:
                await connection.close()

        return asyncio.run(look())


@pytest.fixture
def migrated(own_database_url: str) -> Somewhere:
    return Somewhere(own_database_url)


@pytest.fixture
def empty(migrated: Somewhere) -> Somewhere:
    migrated.execute("drop schema record cascade; drop schema channel cascade")
    return migrated


def refusal(ran: Ran) -> str:
    """The one sentence of a command that did nothing."""
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1, ran.err
    assert "hush-hush" not in ran.err
    return ran.err.strip()


def diagnosis(ran: Ran) -> dict[str, str]:
    """Every part that doctor looked at, with what is to be done about it."""
    assert ran.code == 2
    assert "hush-hush" not in ran.out
    found = json.loads(ran.out)
    assert all(row["ok"] is not bool(row["cure"]) and "\n" not in row["cure"] for row in found)
    return {row["what"]: row["cure"] for row in found}


def test_an_address_where_nobody_answers(letsema: Run) -> None:
    settings = {**KEYS, "LETSEMA_RECORD_URL": NOBODY_THERE, "LETSEMA_OWNER_URL": NOBODY_THERE}

    for words in (("db", "check"), ("db", "upgrade"), ("verify-ledger",)):
        said = refusal(letsema(*words, **settings))
        assert "does not answer" in said
        assert "check its address in the settings, and whether its server runs" in said
    found = diagnosis(letsema("doctor", "--json", **settings))
    for plane in ("record plane", "channel plane"):
        assert "does not answer" in found[f"{plane}, schema"]


def test_a_database_that_is_not_there(letsema: Run, embedded_postgres: EmbeddedPostgres) -> None:
    nowhere = Somewhere(embedded_postgres.url("nowhere"))

    for words in (("db", "check"), ("db", "upgrade")):
        said = refusal(letsema(*words, **nowhere.settings))
        assert 'database "nowhere" does not exist' in said
        assert "check role, password and database in its address" in said


def test_a_server_that_is_too_old(letsema: Run, empty: Somewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "SERVER_VERSION_MIN", 99)

    for words in (("db", "check"), ("db", "upgrade")):
        assert "is PostgreSQL 18; version 99 or later is needed" in refusal(letsema(*words, **empty.settings))
    assert empty.schemas() == []
    assert "version 99 or later" in diagnosis(letsema("doctor", "--json", **empty.settings))["record plane, schema"]


def test_a_database_that_is_empty(letsema: Run, empty: Somewhere) -> None:
    said = refusal(letsema("db", "check", **empty.settings))

    assert said == "The record plane's database is empty: run `letsema db upgrade`."
    assert diagnosis(letsema("doctor", "--json", **empty.settings))["record plane, schema"] == said
    assert empty.schemas() == []


def test_an_upgrade_that_was_done_for_one_plane_alone(letsema: Run, migrated: Somewhere) -> None:
    """As when it was stopped between the two: what is missing is named, and the same command goes on."""
    migrated.execute("drop schema channel cascade")

    said = refusal(letsema("db", "check", **migrated.settings))
    assert said == "The channel plane's database is empty: run `letsema db upgrade`."
    found = diagnosis(letsema("doctor", "--json", **migrated.settings))
    assert (found["record plane, schema"], found["channel plane, schema"]) == ("", said)

    assert letsema("db", "upgrade", **migrated.settings).code == 0
    assert letsema("db", "check", **migrated.settings).code == 0


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("create schema record; create table record.postings (id int)", 'relation "postings" already exists'),
        ("create schema channel; create table channel.phones (id int)", 'relation "phones" already exists'),
    ],
)
def test_a_schema_that_no_release_left_so(letsema: Run, empty: Somewhere, damage: str, words: str) -> None:
    """Half applied by other means, such as a dump that was cut short: the plane is left as it is."""
    empty.execute(damage)
    plane = damage.split()[2].rstrip(";")
    before = [column for column in empty.schemas() if column.startswith(plane)]

    said = refusal(letsema("db", "upgrade", **empty.settings))

    assert f"The {plane} plane's schema is not as a release of ours left it, and was not changed ({words})" in said
    assert "bring the database back from a backup, or name an empty one" in said
    assert [column for column in empty.schemas() if column.startswith(plane)] == before


def test_a_half_applied_revision_is_a_finding_at_the_next_upgrade(letsema: Run, migrated: Somewhere) -> None:
    migrated.execute("update record.alembic_version set version_num = '0003'")
    before = migrated.schemas()

    assert "at revision 0003, this release needs" in refusal(letsema("db", "check", **migrated.settings))
    assert "is not as a release of ours left it" in refusal(letsema("db", "upgrade", **migrated.settings))
    assert migrated.schemas() == before


def test_an_owner_who_owns_nothing(letsema: Run, empty: Somewhere, embedded_postgres: EmbeddedPostgres) -> None:
    name = empty.url.partition("?")[0].rpartition("/")[2]
    settings = empty.settings | {"LETSEMA_OWNER_URL": embedded_postgres.url(name, "letsema_app")}

    said = refusal(letsema("db", "upgrade", **settings))

    assert "permission denied for database" in said
    assert "name the role that owns the database in LETSEMA_OWNER_URL" in said
    assert empty.schemas() == []


def test_a_cluster_that_is_none(letsema: Run, migrated: Somewhere) -> None:
    """Other nodes are named, and the first is a plain PostgreSQL."""
    settings = migrated.settings | {"LETSEMA_RECORD_NODES": migrated.url.replace("postgresql://", "postgres://", 1)}

    found = diagnosis(letsema("doctor", "--json", **settings))

    assert "Citus" in found["record plane, cluster"]


def test_a_node_of_the_channel_plane_that_does_not_answer_is_named(letsema: Run, migrated: Somewhere) -> None:
    ran = letsema("doctor", "--json", **migrated.settings, LETSEMA_CHANNEL_NODES=NOBODY_THERE)

    told = {row["what"]: row["cure"] for row in json.loads(ran.out) if row["what"].startswith("channel plane, node")}
    assert sorted(told.values()) == ["", DOWN]
    assert told["channel plane, node 127.0.0.1:1"] == DOWN


@pytest.fixture
def without_keyspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that answers and has no keyspace of ours; a real one says so in tests/storage/cassandra."""

    async def check(_address: object) -> None:
        raise KeyspaceMissing("the Cassandra cluster has no keyspace letsema with our tables: run `letsema db upgrade`")

    monkeypatch.setattr(cassandra_schema, "check", check)


def test_a_keyspace_that_is_not_there(letsema: Run, migrated: Somewhere, without_keyspace: None) -> None:
    settings = migrated.settings | {
        "LETSEMA_CHANNEL_STORE": "cassandra",
        "LETSEMA_CASSANDRA_CONTACT_POINTS": "127.0.0.1:1",
        "LETSEMA_CASSANDRA_DATACENTER": "maseru",
    }

    said = refusal(letsema("db", "check", **settings))

    assert "no keyspace letsema with our tables: run `letsema db upgrade`" in said
    assert diagnosis(letsema("doctor", "--json", **settings))["channel plane, schema"] == said


def test_doctor_says_what_keeps_an_installation_from_real_borrowers(letsema: Run, migrated: Somewhere) -> None:
    told = diagnosis(letsema("doctor", "--json", **migrated.settings))

    assert told["record plane, schema"] == told["channel plane, schema"] == told["keys"] == ""
    assert "LETSEMA_HOOK_TOKENS is missing" in told["real borrowers"]
    assert told["record plane, LS-A"] == "it has no business day yet: start `letsema worker`, which opens it"


def test_doctor_looks_at_every_part_whatever_the_others_are_like(
    letsema: Run, migrated: Somewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel plane without its tables, keys that are gone, and a mistake of ours in the last part."""
    migrated.execute("drop schema channel cascade")
    before = migrated.schemas()

    async def break_off(_settings: object) -> tuple[str, str]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(diagnosis_of_parts, "examine_bot", break_off)
    settings = migrated.settings | {"LETSEMA_TELEGRAM_TOKEN": f"123456789:{'t' * 35}"}
    del settings["LETSEMA_SEALING_KEYS"]

    found = diagnosis(letsema("doctor", "--json", **settings))

    districts = {what: cure for what, cure in found.items() if what.startswith("record plane, LS-")}
    assert len(districts) == 10, found
    assert all("no business day yet" in cure for cure in districts.values())
    assert found["settings"] == found["database"] == found["record plane, schema"] == ""
    assert "LETSEMA_SEALING_KEYS is missing" in found["keys"]
    assert "database is empty" in found["channel plane, schema"]
    assert found["channel plane, directory"] == "it was not looked at; mend first: channel plane, schema"
    assert found["intake"] == "it was not looked at; mend first: keys"
    assert "an error that nobody foresaw (RuntimeError)" in found["telegram"]
    assert "LETSEMA_SEALING_KEYS is missing" in found["real borrowers"]
    assert migrated.schemas() == before


def test_doctor_without_settings_has_nowhere_to_look(letsema: Run) -> None:
    found = diagnosis(letsema("doctor", "--json", LETSEMA_PUBLIC_PORT="many"))

    assert "LETSEMA_PUBLIC_PORT" in found["settings"]
    assert found["everything else"] == "it was not looked at; mend first: settings"


def test_doctor_names_what_no_key_opens_in_the_intake(letsema: Run, migrated: Somewhere) -> None:
    migrated.execute(
        "insert into channel.intake"
        " (scope, reference, kind, district, digest, payload, status, received_at, attempts, last_error, target) values"
        " ('rail:simulated', 'R77', 'payment', 'LS-C', 'd', 'of a key that is gone', 'waiting', now(), 0, '', '')"
    )

    found = diagnosis(letsema("doctor", "--json", **migrated.settings))

    assert found["intake, LS-A"] == ""
    assert found["intake, LS-C"].startswith("1 of what came in cannot be read, first payment R77: put the key")
