"""Which partitions this process has to read serially, because a compare-and-set there was lost or its fate unknown.

A plain quorum read may still miss what a transaction that is half done will have written; a serial one settles it.
Other processes need not know: what they decide is itself a compare-and-set, which settles it too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from core.ports.channel import ChannelPlaneDown

_REMEMBERED_MAX: Final = 10_000


class Doubts:
    """Keys of partitions, the oldest forgotten first when there are too many."""

    def __init__(self) -> None:
        self._keys: dict[Hashable, None] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._keys

    def add(self, key: Hashable) -> None:
        """A compare-and-set on the partition was lost, or nobody knows."""
        self._keys[key] = None
        if len(self._keys) > _REMEMBERED_MAX:
            del self._keys[next(iter(self._keys))]

    def remove(self, key: Hashable) -> None:
        """The partition was read serially."""
        self._keys.pop(key, None)

    @contextmanager
    def watching(self, key: Hashable) -> Iterator[None]:
        """Doubt the partition when the fate of what happens here stays unknown."""
        try:
            yield
        except BaseException as error:
            # A cancelled wait leaves the fate as unknown as a time-out does.
            if isinstance(error, ChannelPlaneDown) or not isinstance(error, Exception):
                self.add(key)
            raise
