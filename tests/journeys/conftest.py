"""One running demo and one browser for the journeys of a module."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.journeys.demo import Demo, Provider
from tests.journeys.phone import Phone
from tests.journeys.portal import CHROMIUM, chromium

_numbers = iter(range(58_700_001, 58_799_999))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of this module's own, stopped politely at the end."""
    running = Demo.start(Path(tmp_path_factory.mktemp("demo")) / "data")
    yield running
    assert running.stop() == 0, running.log.read_text()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def provider(http: aiohttp.ClientSession, demo: Demo) -> Provider:
    return Provider(http, demo)


@pytest.fixture
def phone(http: aiohttp.ClientSession, demo: Demo) -> Phone:
    """A SIM that nobody has dialled from."""
    return Phone(http, demo.public, f"+266{next(_numbers)}")


@pytest.fixture
def another_phone(http: aiohttp.ClientSession, demo: Demo) -> Phone:
    return Phone(http, demo.public, f"+266{next(_numbers)}")


@pytest.fixture
async def browser(missing: Callable[[str, str], None]) -> AsyncIterator[Browser]:
    if shutil.which(CHROMIUM) is None:
        missing("chromium", "apt-get install chromium")
    async with chromium() as running:
        yield running
