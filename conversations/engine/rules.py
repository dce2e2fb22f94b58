"""The rules that every machine keeps, checked when it is built. Each yields a sentence that names the screen at fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conversations.engine.flows import Machine


def problems(machine: Machine) -> Iterator[str]:
    """Every rule that the machine breaks."""
    yield from ()
