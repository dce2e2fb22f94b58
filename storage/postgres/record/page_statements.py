"""What the statements over a page of due instalments share: how they are planned, and the ids that they make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text

from storage.postgres.record.connection import DistrictConnection

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

STATEMENT_SECONDS_MAX: Final = 8
"""Below the bound of a unit: a page is thousands of loans, and nobody waits for it but a worker."""

# A page touches thousands of a million rows, each found by its key. Left alone, the planner thinks that reading a whole
# table once is cheaper than that; for hundreds of pages it is not. Each is a command of its own: over another node than
# the district's a cluster sends commands along to the shard, and not what `set_config` is called with.
_SETTINGS: Final = tuple(
    text(f"set local {setting}")
    for setting in (
        "citus.propagate_set_commands to 'local'",
        f"statement_timeout to '{STATEMENT_SECONDS_MAX}s'",
        f"lock_timeout to '{STATEMENT_SECONDS_MAX}s'",
        "enable_seqscan to off",
        "enable_hashjoin to off",
        "enable_mergejoin to off",
    )
)


async def prepare_for_a_page(connection: DistrictConnection) -> None:
    """Have this transaction's statements planned for a page, and given the time for it. Raises `DistrictDown`."""
    for setting in _SETTINGS:
        await connection.set_up(setting, seconds_max=STATEMENT_SECONDS_MAX)


def id_prefix(at: datetime) -> str:
    """How ids that grow with time begin, as the engine's do: the instant, and that this is UUID version 8.

    The rest is the digest of what the row is about: no statement makes chance of its own.
    """
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    return f"{milliseconds:012x}8"


def id_of(key: str) -> str:
    """SQL for the id of the row with a key, with `id_prefix` as the parameter of that name."""
    return f"cast(:id_prefix || substr(md5({key}), 1, 3) || '8' || substr(md5({key}), 4, 15) as uuid)"
