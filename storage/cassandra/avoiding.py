"""Which node a statement is sent to: one that has its row, and last of all one that has just left somebody waiting.

The driver takes a node for down when its connections end, or when it answers no heartbeat. One that is stopped but not
dead ends none, so until that heartbeat it would stay the first choice for a third of all borrowers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from cassandra.policies import WrapperPolicy
from cassandra.pool import Host

HEARTBEAT_SECONDS: Final = 1.0
"""How often a connection that heard nothing is asked whether it lives."""
HEARTBEAT_SECONDS_MAX: Final = 2.0
"""How long the answer may take: well above a garbage collection's pause."""
AVOID_SECONDS: Final = 5.0
"""By then the heartbeat has told whether the node lives."""


class Avoided:
    """The nodes that somebody waited for in vain, each for `AVOID_SECONDS`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until: dict[Host, float] = {}

    def add(self, host: Host) -> None:
        """Go round it from now on."""
        self._until[host] = self._now() + AVOID_SECONDS

    def __contains__(self, host: Host) -> bool:
        return self._until.get(host, 0.0) > self._now()


class AvoidingPolicy(WrapperPolicy):  # type: ignore[misc] # the driver ships no types
    """Another policy's choice, with the avoided nodes behind all others: where only those are left, they are tried."""

    def __init__(self, child_policy: Any, avoided: Avoided) -> None:
        super().__init__(child_policy)
        self._avoided = avoided

    def check_supported(self) -> None:
        self._child_policy.check_supported()

    def make_query_plan(self, working_keyspace: str | None = None, query: Any = None) -> Iterator[Host]:
        """Nodes in the order in which they are to be tried."""
        last: list[Host] = []
        for host in self._child_policy.make_query_plan(working_keyspace, query):
            if host in self._avoided:
                last.append(host)
            else:
                yield host
        yield from last
