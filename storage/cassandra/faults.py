"""What an error of the driver means: nobody answers (or not in time), or the statement itself is wrong."""

from __future__ import annotations

from cassandra import DriverException, InvalidRequest, OperationTimedOut, RequestExecutionException, Unauthorized
from cassandra.cluster import NoHostAvailable
from cassandra.connection import ConnectionException
from cassandra.protocol import ErrorMessage, RequestValidationException


def is_down(error: BaseException) -> bool:
    """Whether the outcome is unknown because of the cluster, not of us.

    A write time-out of a compare-and-set is among these: it may have taken place, or may take place later. So is every
    answer that the driver has no class for, such as the server's own "fate unknown" (0x1700).
    """
    if isinstance(error, RequestValidationException | InvalidRequest | Unauthorized):
        return False
    return isinstance(
        error,
        OSError
        | OperationTimedOut
        | RequestExecutionException
        | NoHostAvailable
        | ConnectionException
        | ErrorMessage
        | DriverException,
    )
