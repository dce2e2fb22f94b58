"""How a table is declared: its schema, where its rows live on a cluster, and what the product may do to them.

Every district-keyed table begins its primary key and its unique keys with `district`, so that one schema serves plain
PostgreSQL and Citus. Nothing has a server default, a sequence or a trigger: ids and instants come from the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.schema import SchemaItem

_NAMES: Final = {
    "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

RECORD: Final = MetaData(schema="record", naming_convention=_NAMES)
CHANNEL: Final = MetaData(schema="channel", naming_convention=_NAMES)

APP_ROLE: Final = "letsema_app"
"""The database role that the product works as. It owns nothing."""


class Placement(StrEnum):
    """Where a table's rows live on a cluster."""

    REFERENCE = "reference"
    DISTRICT = "district"
    OWN_KEY = "own_key"


class Writes(StrEnum):
    """What `APP_ROLE` may do to a table besides reading it."""

    APPEND = "append"
    CHANGE = "change"
    REMOVE = "remove"

    @property
    def privileges(self) -> frozenset[str]:
        """The SQL privileges, SELECT included."""
        changing = {"UPDATE"} if self is not Writes.APPEND else set()
        removing = {"DELETE"} if self is Writes.REMOVE else set()
        return frozenset({"SELECT", "INSERT"} | changing | removing)


def reference_table(name: str, *parts: SchemaItem, key: Sequence[str]) -> Table:
    """A table that is the same on every node. Nothing on a borrower's path writes one."""
    info = {"placement": Placement.REFERENCE, "writes": Writes.CHANGE}
    return Table(name, RECORD, *parts, PrimaryKeyConstraint(*key), info=info)


def district_table(
    name: str, *parts: SchemaItem, key: Sequence[str] = ("id",), writes: Writes = Writes.CHANGE
) -> Table:
    """A table whose rows lie with their district: a column `district` is added, and leads the primary key."""
    info = {"placement": Placement.DISTRICT, "writes": writes}
    return Table(name, RECORD, text("district"), *parts, PrimaryKeyConstraint("district", *key), info=info)


def channel_table(
    name: str, *parts: SchemaItem, key: Sequence[str], writes: Writes = Writes.CHANGE, room_percent: int = 0
) -> Table:
    """A table of the channel plane. On a cluster its first key column distributes it.

    room_percent: how much of a page stays free, so that rows that are overwritten hop by hop stay where they are.
    """
    info = {"placement": Placement.OWN_KEY, "writes": writes}
    storage = {"fillfactor": str(100 - room_percent)} if room_percent else {}
    return Table(name, CHANNEL, *parts, PrimaryKeyConstraint(*key), info=info, postgresql_with=storage)


def within_district(columns: Iterable[str], table: str, keys: Iterable[str] = ("id",)) -> ForeignKeyConstraint:
    """A foreign key to a table of the same district: `district` is added on both sides."""
    targets = [f"record.{table}.{key}" for key in ("district", *keys)]
    return ForeignKeyConstraint(["district", *columns], targets)


def to_reference(columns: Iterable[str], table: str, keys: Iterable[str] = ("id",)) -> ForeignKeyConstraint:
    """A foreign key to a reference table."""
    return ForeignKeyConstraint(list(columns), [f"record.{table}.{key}" for key in keys])


def text(name: str, **options: Any) -> Column[Any]:
    """A text, required unless `nullable=True`."""
    return _required(name, Text(), options)


def code(name: str, known: Iterable[str], **options: Any) -> Column[Any]:
    """A text that is one of a few words, which the database checks."""
    words = ", ".join(f"'{word}'" for word in known)
    return _required(name, Text(), options, CheckConstraint(f"{name} in ({words})", name=f"{name}_known"))


def identifier(name: str, **options: Any) -> Column[Any]:
    """A UUID made by the engine."""
    return _required(name, Uuid(), options)


def lisente(name: str, **options: Any) -> Column[Any]:
    """An amount in minor units."""
    return _required(name, BigInteger(), options)


def rate(name: str, **options: Any) -> Column[Any]:
    """An exact decimal of any precision."""
    return _required(name, Numeric(), options)


def count(name: str, **options: Any) -> Column[Any]:
    """A small whole number."""
    return _required(name, Integer(), options)


def flag(name: str, **options: Any) -> Column[Any]:
    """Yes or no."""
    return _required(name, Boolean(), options)


def day(name: str, **options: Any) -> Column[Any]:
    """A date."""
    return _required(name, Date(), options)


def instant(name: str, **options: Any) -> Column[Any]:
    """An instant, UTC."""
    return _required(name, TIMESTAMP(timezone=True), options)


def octets(name: str, **options: Any) -> Column[Any]:
    """Bytes: a digest, a keyed hash, or something sealed."""
    return _required(name, LargeBinary(), options)


def document(name: str, **options: Any) -> Column[Any]:
    """A JSON document."""
    return _required(name, JSONB(), options)


def _required(name: str, kind: Any, options: dict[str, Any], *constraints: CheckConstraint) -> Column[Any]:
    return Column(name, kind, *constraints, **{"nullable": False} | options)
