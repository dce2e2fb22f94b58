"""The channel plane with a call that does not do what it should: it fails, or somebody else is always faster."""

from __future__ import annotations

from dataclasses import replace

from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine


def with_calls(engine: Engine, part: str, **calls: object) -> Engine:
    """The engine in whose channel plane these calls of a part (`directory`, `chats` ...) are others."""
    channel = _ButFor(engine.channel, **{part: _ButFor(getattr(engine.channel, part), **calls)})
    return replace(engine, channel=channel)  # type: ignore[arg-type]


async def down(*_arguments: object, **_named: object) -> object:
    """A call while the plane does not answer."""
    raise ChannelPlaneDown


async def too_late(*_arguments: object, **_named: object) -> bool:
    """A compare-and-set before which somebody else always writes."""
    return False


class _ButFor:
    """What it stands for, but for what is named."""

    def __init__(self, real: object, **named: object) -> None:
        self.__dict__.update(named)
        self._real = real

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)
