"""When the driver may ask again by itself: for a read, one other node, once. Nothing else."""

from __future__ import annotations

from typing import Any

from cassandra.policies import RetryPolicy


class ElsewhereOnce(RetryPolicy):  # type: ignore[misc] # the driver ships no types
    """For reads. The driver's default asks any number of nodes, and repeats writes whose fate nobody knows."""

    def on_read_timeout(self, *_arguments: Any, retry_num: int, **_named: Any) -> tuple[int, None]:
        return self._elsewhere(retry_num)

    def on_unavailable(self, *_arguments: Any, retry_num: int, **_named: Any) -> tuple[int, None]:
        return self._elsewhere(retry_num)

    def on_request_error(self, *_arguments: Any, retry_num: int, **_named: Any) -> tuple[int, None]:
        return self._elsewhere(retry_num)

    def on_write_timeout(self, *_arguments: Any, **_named: Any) -> tuple[int, None]:
        return self.RETHROW, None

    def _elsewhere(self, retry_num: int) -> tuple[int, None]:
        return (self.RETRY_NEXT_HOST if retry_num == 0 else self.RETHROW), None
