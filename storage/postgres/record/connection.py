"""One connection in one transaction in one district, as the repositories use it. Errors leave it as the domain's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, CursorResult, Executable, Row, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict
from core.ports.record import DistrictDown
from storage.postgres.deadline import dropped_after
from storage.postgres.faults import Fault, fault_of
from storage.postgres.nodes import Driver

GRACE_SECONDS: Final = 0.25
"""How long after its statement time-out a server may still say so itself. One that is frozen says nothing."""
LOCK_SHARE: Final = 0.8
"""How much of a statement's time may go into waiting for a lock: what waits that long is not done at all."""

Told = Callable[[BaseException], None]


def _raise_as_domains(error: Exception) -> None:
    fault = fault_of(error)
    if fault is Fault.DOWN:
        raise DistrictDown from error
    if fault is Fault.CLASH:
        raise Conflict from error


class NodeConnection:
    """A connection to one node, in use. Every statement ends in time, whatever has become of the server.

    told: hears of each error before it becomes the domain's.
    """

    def __init__(self, connection: AsyncConnection, driver: Driver, statement_seconds_max: float, told: Told) -> None:
        self._connection = connection
        self._seconds_max = statement_seconds_max
        self._told = told
        self.driver = driver

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Run a statement. Raises `DistrictDown`, `Conflict`."""
        with self._bounded():
            return await self._connection.execute(statement, values)

    async def set_up(self, statement: Executable, *, seconds_max: float) -> None:
        """Run what lets the transaction's later statements take that long."""
        await self.execute(statement)
        self._seconds_max = seconds_max

    async def commit(self) -> None:
        """Keep the transaction. `DistrictDown` leaves it unknown whether it was kept."""
        with self._bounded():
            await self._connection.commit()

    async def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        with self._bounded():
            await self._connection.close()

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        try:
            with dropped_after(self.driver, self._seconds_max + GRACE_SECONDS):
                yield
        except Exception as error:
            self._told(error)
            _raise_as_domains(error)
            raise


class DistrictConnection:
    """Runs statements for one district. Every statement on a district-keyed table names it: see `here`."""

    def __init__(self, connection: NodeConnection, district: str) -> None:
        self._connection = connection
        self.district = district

    def here(self, table: Table) -> ColumnElement[bool]:
        """The condition that keeps a statement on the district's own shard."""
        return table.c.district == self.district

    async def row(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return (await self._connection.execute(statement)).first()

    async def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows."""
        return (await self._connection.execute(statement)).all()

    async def write(self, statement: Executable) -> int:
        """Run an insert, update or delete; how many rows it touched."""
        return (await self._connection.execute(statement)).rowcount

    async def write_many(self, statement: Executable, values: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each set of values, pipelined. `district` is added to each."""
        if values:
            await self._connection.execute(statement, [{"district": self.district, **each} for each in values])

    async def allow_long_statements(self, seconds: int) -> None:
        """Let the statements of this transaction take that long: for proofs and reports, never on a borrower's path."""
        for setting in ("lock_timeout", "statement_timeout"):
            await self.set_up(text(f"set local {setting} = '{seconds}s'"), seconds_max=seconds)

    async def set_up(self, statement: Executable, *, seconds_max: float) -> None:
        """Run what lets the transaction's later statements take that long."""
        await self._connection.set_up(statement, seconds_max=seconds_max)

    async def commit(self) -> None:
        """Commit and give the connection back: a later statement of this unit fails."""
        await self._connection.commit()
        await self._connection.close()
