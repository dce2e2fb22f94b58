"""One connection in one transaction in one district, as the repositories use it. Errors leave it as the domain's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict
from core.ports.record import DistrictDown
from storage.postgres.faults import Fault, fault_of


@contextmanager
def domain_errors() -> Iterator[None]:
    """Raise `DistrictDown` and `Conflict` for what the database says; anything else is a bug and stays what it is."""
    try:
        yield
    except Exception as error:
        match fault_of(error):
            case Fault.DOWN:
                raise DistrictDown from error
            case Fault.CLASH:
                raise Conflict from error
            case Fault.BUG:
                raise


class DistrictConnection:
    """Runs statements for one district. Every statement on a district-keyed table names it: see `here`."""

    def __init__(self, connection: AsyncConnection, district: str) -> None:
        self._connection = connection
        self.district = district

    def here(self, table: Table) -> ColumnElement[bool]:
        """The condition that keeps a statement on the district's own shard."""
        return table.c.district == self.district

    async def row(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        with domain_errors():
            return (await self._connection.execute(statement)).first()

    async def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows."""
        with domain_errors():
            return (await self._connection.execute(statement)).all()

    async def write(self, statement: Executable) -> int:
        """Run an insert, update or delete; how many rows it touched."""
        with domain_errors():
            return (await self._connection.execute(statement)).rowcount

    async def write_many(self, statement: Executable, values: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each set of values, pipelined. `district` is added to each."""
        if not values:
            return
        with domain_errors():
            await self._connection.execute(statement, [{"district": self.district, **each} for each in values])

    async def allow_long_statements(self, seconds: int) -> None:
        """Let the statements of this transaction take that long: for proofs and reports, never on a borrower's path."""
        with domain_errors():
            await self._connection.execute(text(f"set local statement_timeout = '{seconds}s'"))

    async def commit(self) -> None:
        """Commit and give the connection back: a later statement of this unit fails."""
        with domain_errors():
            await self._connection.commit()
            await self._connection.close()
