"""What a database error means: nobody answers, somebody else was first, or the statement itself is wrong.

Told by SQLSTATE alone: on a cluster the name of a constraint is not always there, and may carry a shard's number.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Fault(StrEnum):
    """How an error is to be taken."""

    DOWN = "down"
    CLASH = "clash"
    BUG = "bug"


_DOWN_CLASSES: Final = ("08", "53", "58")  # connection lost, no resources, the server's own system
_DOWN_STATES: Final = frozenset(
    {
        "57014",  # cancelled by the statement time-out: the shard may still have done it
        "57P01",  # the server is shut down by its administrator
        "57P02",  # the server crashed
        "57P03",  # the server is starting
        "57P05",  # the session was idle too long
        "25P03",  # the transaction was idle too long
        "25006",  # a standby that was taken for the primary
    }
)
_CLASH_STATES: Final = frozenset(
    {
        "23505",  # unique violation
        "40001",  # serialisation failure
        "40P01",  # deadlock
        "55P03",  # lock not available
    }
)


def fault_of(error: BaseException) -> Fault:
    """Classify what asyncpg, SQLAlchemy or the network raised."""
    if isinstance(error, DBAPIError):
        return fault_of(error.orig) if error.orig is not None else Fault.BUG
    if isinstance(error, OSError | TimeoutError | PoolTimeout | asyncpg.InterfaceError):
        return Fault.DOWN
    state = sqlstate(error)
    if state.startswith(_DOWN_CLASSES) or state in _DOWN_STATES:
        return Fault.DOWN
    # SQLAlchemy's own class for what asyncpg's InterfaceError was: our connection is gone.
    if type(error).__name__ == "InterfaceError":
        return Fault.DOWN
    return Fault.CLASH if state in _CLASH_STATES else Fault.BUG


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a driver's error, "" where it has none."""
    return str(getattr(error, "sqlstate", None) or "")
