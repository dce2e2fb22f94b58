"""Bringing a plane's database to the schema that this release expects, and telling how far it is from it.

Migrations run as the database's owner, on the coordinator of a cluster, one at a time, all revisions in one
transaction. The product itself works as `letsema_app`, which owns nothing.

The same revisions serve plain PostgreSQL and Citus. On a distributed database each table is placed as soon as the
revision that made it is done, so that the next one finds it where it belongs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from core.errors import DomainError
from storage.postgres.citus.distributing import distribute, is_distributed
from storage.postgres.citus.problems import NotTheCoordinator, first_words
from storage.postgres.tables import CHANNEL, RECORD
from storage.postgres.tables.declaring import APP_ROLE

SERVER_VERSION_MIN: Final = 15

_CONNECT_TIMEOUT_SECONDS: Final = 10
_NODE_UNREACHABLE: Final = "08006"
_NOT_ALLOWED: Final = "42501"
_NOT_AS_WE_LEFT_IT: Final = frozenset({"23", "42"})
"""Classes of SQLSTATE: rows break a new rule, or tables and columns are there that should not be, or are not."""

_FOLDER: Final = Path(__file__).parent / "migrations"


class Plane(StrEnum):
    """A plane, by the schema that it lives in."""

    RECORD = "record"
    CHANNEL = "channel"

    @property
    def tables(self) -> MetaData:
        """The tables that the plane has when all revisions are applied."""
        return RECORD if self is Plane.RECORD else CHANNEL

    def owns(self, name: str | None, kind: str, _parents: object) -> bool:
        """Whether something found in the database is the plane's business: Alembic's `include_name`."""
        if kind == "schema":
            return name == self.value
        return kind != "table" or name != "alembic_version"


class SchemaProblem(DomainError):
    """The database does not have the schema that this release needs."""

    code = "schema_problem"


class SchemaMissing(SchemaProblem):
    """The database is empty."""


class SchemaTooOld(SchemaProblem):
    """Revisions of this release are not applied yet."""


class SchemaTooNew(SchemaProblem):
    """A later release has upgraded the database."""


class ServerTooOld(SchemaProblem):
    """The PostgreSQL server is older than what this release needs."""


class DatabaseUnreachable(SchemaProblem):
    """The database does not answer, or refuses us."""


class UpgradeFailed(SchemaProblem):
    """A revision could not be applied to what is there; the database is as it was."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """How far a database is: `current` None when nothing was applied; `known` whether this release has heard of it."""

    current: str | None
    expected: str
    known: bool


async def upgrade(plane: Plane, url: str) -> None:
    """Apply every revision that is missing, as the owner. Raises `SchemaProblem` (one sentence) and changes nothing."""
    async with connected(url) as connection:
        await _check_server(connection)
        await refuse_worker(connection)
        _refuse_newer(plane, await connection.run_sync(_revisions, plane))
        with _told(plane):
            await _prepare(plane, connection)
            await connection.run_sync(_upgrade, plane)
            # The product asks at its start, as the role that it works as, whether the schema is the one it needs.
            await connection.execute(text(f"grant select on {plane}.alembic_version to {APP_ROLE}"))
            await connection.commit()


async def downgrade(plane: Plane, url: str, to: str) -> None:
    """Take revisions back, down to the one named or to `base`. Rows are lost: for development and tests."""
    async with connected(url) as connection:
        await _prepare(plane, connection)
        await connection.run_sync(_downgrade, plane, to)
        await connection.commit()


async def revisions(plane: Plane, url: str) -> Revisions:
    """Which revision the database has, and which one this release expects. Raises `DatabaseUnreachable`."""
    async with connected(url) as connection:
        return await connection.run_sync(_revisions, plane)


async def check(plane: Plane, url: str) -> None:
    """Raise the `SchemaProblem` that keeps this release from working on the database, if there is one."""
    async with connected(url) as connection:
        await _check_server(connection)
        found = await connection.run_sync(_revisions, plane)
    if found.current is None:
        raise SchemaMissing(f"the {plane} plane's database is empty: run `letsema db upgrade`")
    _refuse_newer(plane, found)
    if found.current != found.expected:
        raise SchemaTooOld(
            f"the {plane} plane's database is at revision {found.current}, this release needs {found.expected}: "
            "run `letsema db upgrade`"
        )


async def differences(plane: Plane, url: str) -> list[str]:
    """What an upgraded database has otherwise than the declared tables: empty when revisions and tables agree."""
    async with connected(url) as connection:
        # On a cluster the shards are no tables of ours.
        await connection.execute(text("set citus.override_table_visibility to 'on'"))
        return await connection.run_sync(_differences, plane)


@asynccontextmanager
async def connected(url: str, *, timeout_seconds: float = _CONNECT_TIMEOUT_SECONDS) -> AsyncIterator[AsyncConnection]:
    """A connection for work on the schema, until left. Raises `DatabaseUnreachable`."""

    async def connect() -> Any:
        return await asyncpg.connect(url, timeout=timeout_seconds)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
    try:
        connection = await engine.connect()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachable(
            f"the database does not answer ({str(error) or 'the time is up'}): check its address in the settings, and "
            "whether its server runs"
        ) from error
    except DBAPIError as error:
        raise DatabaseUnreachable(
            f"the database does not let us in ({first_words(error)}): check role, password and database in its address"
        ) from error
    try:
        yield connection
    finally:
        await connection.close()
        await engine.dispose()


async def refuse_worker(connection: AsyncConnection) -> None:
    """Raise `NotTheCoordinator` on a worker of a cluster: a table made there would be that worker's alone."""
    if await connection.scalar(text("select to_regclass('pg_catalog.pg_dist_local_group')")) is None:
        return
    if await connection.scalar(text("select groupid from pg_dist_local_group")):
        raise NotTheCoordinator("this node is a worker of the cluster: name its coordinator in LETSEMA_OWNER_URL")


@contextmanager
def _told(plane: Plane) -> Iterator[None]:
    """Say what keeps a schema from being changed. Raises `DatabaseUnreachable`, `UpgradeFailed`; else it is a bug."""
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if state == _NODE_UNREACHABLE:  # a schema is changed on all nodes or on none
            raise DatabaseUnreachable(
                f"the {plane} plane's schema was not changed, because that takes every node of the cluster and one "
                f"does not answer ({first_words(error)}): start it and run `letsema db upgrade` again"
            ) from error
        if state == _NOT_ALLOWED:
            raise UpgradeFailed(
                f"the {plane} plane's schema was not changed ({first_words(error)}): name the role that owns the "
                "database in LETSEMA_OWNER_URL"
            ) from error
        if state[:2] in _NOT_AS_WE_LEFT_IT:
            raise UpgradeFailed(
                f"the {plane} plane's schema is not as a release of ours left it, and was not changed "
                f"({first_words(error)}): bring the database back from a backup, or name an empty one"
            ) from error
        raise


async def _check_server(connection: AsyncConnection) -> None:
    number = int((await connection.execute(text("show server_version_num"))).scalar_one())
    if number < SERVER_VERSION_MIN * 10_000:
        raise ServerTooOld(
            f"the server is PostgreSQL {number // 10_000}; version {SERVER_VERSION_MIN} or later is needed"
        )


async def _prepare(plane: Plane, connection: AsyncConnection) -> None:
    """Make the schema and Alembic's table, and hold that table: who comes second waits, then finds all done."""
    version = "(version_num varchar(32) not null constraint alembic_version_pkc primary key)"
    for made in (
        f"create schema if not exists {plane}",
        f"create table if not exists {plane}.alembic_version {version}",
    ):
        # `if not exists` looks before somebody else's transaction ends, and then trips over what that one made.
        await connection.execute(text(f"do $$ begin {made}; exception when unique_violation then null; end $$"))
    await connection.commit()
    await connection.execute(text(f"lock table {plane}.alembic_version in share row exclusive mode"))
    # On a cluster, without this, a foreign key cannot follow other changes of distributed tables in one transaction.
    await connection.execute(text("set local citus.multi_shard_modify_mode to 'sequential'"))
    # And without this a new table with a key to a reference table could not have one to a distributed table as well.
    await connection.execute(text("set local citus.enable_local_reference_table_foreign_keys to 'off'"))


def _upgrade(connection: Connection, plane: Plane) -> None:
    command.upgrade(_configuration(plane, connection), "head")


def _downgrade(connection: Connection, plane: Plane, to: str) -> None:
    command.downgrade(_configuration(plane, connection), to)


def _revisions(connection: Connection, plane: Plane) -> Revisions:
    context = MigrationContext.configure(connection, opts={"version_table_schema": plane.value})
    scripts = ScriptDirectory.from_config(_configuration(plane, connection))
    expected = scripts.get_current_head()
    if expected is None:
        raise RuntimeError(f"the {plane} plane has no revisions")
    current = context.get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    return Revisions(current, expected, known=current is None or current in known)


def _refuse_newer(plane: Plane, found: Revisions) -> None:
    if not found.known:
        raise SchemaTooNew(
            f"the {plane} plane's database is at revision {found.current}, which this release does not know: "
            "it was upgraded by a later release, so start that one"
        )


def _differences(connection: Connection, plane: Plane) -> list[str]:
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table_schema": plane.value,
            "include_schemas": True,
            "include_name": plane.owns,
            "compare_type": True,
            "compare_server_default": True,
        },
    )
    return [repr(difference) for difference in compare_metadata(context, plane.tables)]


def _configuration(plane: Plane, connection: Connection) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    configuration.set_main_option("version_locations", str(_FOLDER / plane.value).replace("%", "%%"))
    configuration.set_main_option("path_separator", "newline")
    configuration.attributes.update(connection=connection, plane=plane, after_each=_placing(plane))
    return configuration


def _placing(plane: Plane) -> Callable[..., None]:
    """What Alembic calls after each revision, with its context."""

    def place(*, ctx: MigrationContext, **_step: object) -> None:
        connection = ctx.connection
        if connection is not None and is_distributed(connection, plane.tables):
            distribute(connection, plane.tables)

    return place
