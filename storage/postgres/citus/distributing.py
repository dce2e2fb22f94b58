"""Turning the tables of a plane into reference and distributed ones, within the caller's transaction.

What a table becomes is declared beside its columns. A table that is placed is left alone, so this may be done again at
any time: `letsema cluster init` does it first, and each later revision of an upgrade does it for the tables that it
made. Rows that are there are distributed with their table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, MetaData, Table, text

from storage.postgres.citus.problems import PlacedOtherwise
from storage.postgres.tables.declaring import Placement

VERSION_TABLE: Final = "alembic_version"
DISTRICT_SHARDS: Final = 4
"""To begin with: `cluster place` gives each district its own. Few, because a statement over all districts asks each."""
OWN_KEY_SHARDS: Final = 12
"""Of the channel plane's tables, whose keys are hashes: they divide evenly among two, three, four and six nodes."""

_REFERENCE: Final = "reference"


@dataclass(frozen=True, slots=True)
class _ForeignKey:
    """A foreign key as the database has it. The revision at hand may be older than the declared tables."""

    table: str
    name: str
    definition: str


def has_citus(connection: Connection) -> bool:
    """Whether the database has the extension."""
    return bool(connection.scalar(text("select exists (select from pg_extension where extname = 'citus')")))


def is_distributed(connection: Connection, tables: MetaData) -> bool:
    """Whether the plane was turned into a distributed one: every later revision must keep it so."""
    return has_citus(connection) and VERSION_TABLE in _placed(connection, _schema(tables))


def unplaced(connection: Connection, tables: MetaData) -> Sequence[str]:
    """Declared tables that are in the database and still ordinary ones of one node."""
    return [table.fullname for table in _unplaced(connection, tables)]


def distribute(connection: Connection, tables: MetaData) -> Sequence[str]:
    """Place every table that is not placed yet, and name them. Raises `PlacedOtherwise`; then nothing was changed.

    Citus takes no foreign key from what is not placed to what is, so those of the tables go first and come back last.
    """
    # Else Citus does not let a foreign key follow the distribution of its tables in one transaction.
    connection.execute(text("set local citus.multi_shard_modify_mode to 'sequential'"))
    schema = _schema(tables)
    placed = _placed(connection, schema)
    _refuse_other_placement(tables, placed)
    fresh = _unplaced(connection, tables)
    names = [table.fullname for table in fresh]
    if VERSION_TABLE not in placed:
        # On every node, because the product asks whichever it is connected to.
        names.append(f"{schema}.{VERSION_TABLE}")
    foreign_keys = _foreign_keys_at(connection, names)
    for key in foreign_keys:
        connection.execute(text(f"alter table {key.table} drop constraint {key.name}"))
    _place(connection, names, {table.fullname: table for table in fresh}, tables)
    for key in foreign_keys:
        connection.execute(text(f"alter table {key.table} add constraint {key.name} {key.definition}"))
    return names


def distribution_column(table: Table) -> str | None:
    """The column by which a table is distributed; None for a reference table."""
    if table.info["placement"] is Placement.REFERENCE:
        return None
    return next(iter(table.primary_key.columns)).name


def _place(connection: Connection, names: Iterable[str], declared: Mapping[str, Table], tables: MetaData) -> None:
    for name in names:
        column = distribution_column(declared[name]) if name in declared else None
        if column is None:
            connection.execute(
                text("select create_reference_table(cast(cast(:name as text) as regclass))"), {"name": name}
            )
        else:
            _place_by(connection, declared[name], column, tables)
        # The rows went to their shards; what they were copied from would lie on the coordinator unseen.
        connection.execute(
            text("select truncate_local_data_after_distributing_table(cast(cast(:name as text) as regclass))"),
            {"name": name},
        )


def _place_by(connection: Connection, table: Table, column: str, tables: MetaData) -> None:
    """Distribute by a column, beside the tables of the plane whose key is of the same kind, in as many shards."""
    shards = DISTRICT_SHARDS if table.info["placement"] is Placement.DISTRICT else OWN_KEY_SHARDS
    together = _neighbour(connection, table, tables)
    option = f"colocate_with := '{together}'" if together else f"colocate_with := 'none', shard_count := {shards}"
    connection.execute(
        text(f"select create_distributed_table(cast(cast(:name as text) as regclass), :key, {option})"),
        {"name": table.fullname, "key": column},
    )


def _neighbour(connection: Connection, table: Table, tables: MetaData) -> str | None:
    """A placed table whose rows lie where this one's with an equal key shall lie."""
    declared = (tables.tables.get(f"{tables.schema}.{name}") for name in _placed(connection, _schema(tables)))
    alike = (other for other in declared if other is not None and _key_kind(other) == _key_kind(table))
    return next((other.fullname for other in alike), None)


def _key_kind(table: Table) -> tuple[Placement, str] | None:
    """Tables of one kind lie together: equal keys, whatever the table, are on one node."""
    column = distribution_column(table)
    return None if column is None else (table.info["placement"], str(table.c[column].type))


def _placed(connection: Connection, schema: str) -> Mapping[str, str]:
    """The plane's tables that Citus knows: by which column, or `_REFERENCE`."""
    rows = connection.execute(
        text(
            "select relation.relname, case when placed.partmethod = 'n' then :reference else "
            "column_to_column_name(placed.logicalrelid, placed.partkey) end as key "
            "from pg_dist_partition placed join pg_class relation on relation.oid = placed.logicalrelid "
            "where relation.relnamespace = to_regnamespace(:schema) and (placed.partmethod = 'h' "
            # An ordinary table that only a foreign key made known to Citus is not placed: it is on one node.
            "or placed.repmodel = 't') order by relation.oid"
        ),
        {"schema": schema, "reference": _REFERENCE},
    )
    return {row.relname: row.key for row in rows}


def _refuse_other_placement(tables: MetaData, placed: Mapping[str, str]) -> None:
    for table in tables.sorted_tables:
        declared = distribution_column(table) or _REFERENCE
        found = placed.get(table.name, declared)
        if found != declared:
            raise PlacedOtherwise(
                f"the table {table.fullname} is on the cluster already, by {found} instead of {declared}: "
                "undistribute it (undistribute_table) and run this again"
            )


def _unplaced(connection: Connection, tables: MetaData) -> Sequence[Table]:
    """In the order of their foreign keys. A revision in the middle of an upgrade has not all tables yet."""
    schema = _schema(tables)
    placed = _placed(connection, schema)
    there = connection.scalars(text("select tablename from pg_tables where schemaname = :schema"), {"schema": schema})
    names = set(there) - set(placed)
    return [table for table in tables.sorted_tables if table.name in names]


def _foreign_keys_at(connection: Connection, names: Sequence[str]) -> Sequence[_ForeignKey]:
    """Those that begin or end at one of the tables."""
    rows = connection.execute(
        text(
            "select cast(conrelid as regclass)::text, quote_ident(conname), pg_get_constraintdef(oid) "
            "from pg_constraint where contype = 'f' and (conrelid = any(cast(cast(:names as text[]) as regclass[])) "
            "or confrelid = any(cast(cast(:names as text[]) as regclass[]))) order by conrelid::regclass::text, conname"
        ),
        {"names": list(names)},
    )
    return [_ForeignKey(*row) for row in rows]


def _schema(tables: MetaData) -> str:
    return str(tables.schema)
