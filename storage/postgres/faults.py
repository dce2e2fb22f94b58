"""What a database error means: nobody answers, somebody else was first, or the statement itself is wrong.

Told by SQLSTATE alone: on a cluster the name of a constraint is not always there, and may carry a shard's number.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

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
        "55P03",  # waited for a lock in vain: nothing here asks not to wait, so it is a time-out as any other
    }
)
_GONE: Final = ("InterfaceError", "InternalClientError")
"""Errors of the driver about its own connection. The second is what it raises where the server's farewell has been read
and the end of the line has not. Names, because SQLAlchemy has classes of its own for both."""
_CLASH_STATES: Final = frozenset(
    {
        "23505",  # unique violation
        "40001",  # serialisation failure
        "40P01",  # deadlock
    }
)


def fault_of(error: BaseException) -> Fault:
    """Classify what asyncpg, SQLAlchemy or the network raised."""
    if isinstance(error, DBAPIError):
        return fault_of(error.orig) if error.orig is not None else Fault.BUG
    if isinstance(error, OSError | TimeoutError | PoolTimeout):
        return Fault.DOWN
    state = sqlstate(error)
    if state.startswith(_DOWN_CLASSES) or state in _DOWN_STATES:
        return Fault.DOWN
    if any(base.__name__ in _GONE for base in type(error).__mro__):
        return Fault.DOWN  # also a standby, told before anything was asked of it
    return Fault.CLASH if state in _CLASH_STATES else Fault.BUG


class Lost(StrEnum):
    """Whose connection went, when one did."""

    OURS = "ours"
    """To the node that we speak to."""
    REMOTE = "remote"
    """That node's own, to another one; ours lives."""
    PERHAPS = "perhaps"
    """Time was up: the node that we speak to lives, and one behind it may not."""


def lost(error: BaseException) -> Lost | None:
    """Which connection an error tells of, None for an error of another kind."""
    if isinstance(error, DBAPIError):
        return lost(error.orig) if error.orig is not None else None
    if isinstance(error, PoolTimeout):
        return None  # all of the pool is in use, which says nothing about the server
    state = sqlstate(error)
    if state == "08006":
        return Lost.REMOTE
    if state == "57014":
        return Lost.PERHAPS
    if state.startswith(("08", "57P")):
        return Lost.OURS
    return Lost.OURS if not state and fault_of(error) is Fault.DOWN else None


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a driver's error, "" where it has none."""
    return str(getattr(error, "sqlstate", None) or "")
