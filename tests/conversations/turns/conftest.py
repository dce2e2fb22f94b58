"""A world in memory for every test of the turns."""

from __future__ import annotations

import pytest

from tests.conversations.turns.world import Line, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def line(world: World) -> Line:
    world.register()
    return Line(world.runner())
