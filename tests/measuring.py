"""Branch coverage of a room is what the room's own tests take: other rooms' tests run unmeasured.

Python 3.11 measures by a function called on every call of any function, which makes a test take twice its time. What
a test of another room happens to run of `core` says nothing about whether `core` is tested.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any, Protocol

import pytest

_TESTS = Path(__file__).parent


class Measuring(Protocol):
    """What pytest-cov has of coverage in this process."""

    started: bool

    def pause(self) -> None: ...
    def resume(self) -> None: ...


def is_measured(test: Path, sources: Sequence[object]) -> bool:
    """Whether a test counts for what `--cov` names; where that is not rooms alone, every test does."""
    rooms = [_TESTS / source for source in sources if isinstance(source, str)]
    are_rooms = bool(rooms) and len(rooms) == len(sources) and all(map(Path.is_dir, rooms))
    return not are_rooms or any(map(test.is_relative_to, rooms))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Measure, or do not, from the first fixture of a test to its last."""
    measuring: Measuring | None = getattr(item.config.pluginmanager.get_plugin("_cov"), "cov_controller", None)
    if measuring is not None:
        wanted = is_measured(item.path, item.config.option.cov_source)
        if wanted != measuring.started:
            (measuring.resume if wanted else measuring.pause)()
            forget(item.config.option.cov_source)
    return (yield)


def forget(rooms: Sequence[object]) -> int:
    """Empty the memory of every function of these rooms that has one; how many there are.

    What an unmeasured test left there would answer a measured one, and the function would count as not run.
    """
    remembering = [
        value
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in rooms
        for value in vars(module).values()
        if isinstance(value, _lru_cache_wrapper)
    ]
    for function in remembering:
        function.cache_clear()
    return len(remembering)
