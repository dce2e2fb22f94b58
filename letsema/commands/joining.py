"""Joining the installation that runs on a data directory, or the one that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from letsema.databases import Embedded, check_schemas, open_databases
from letsema.demo.settings import command_settings
from letsema.installation import Installation, open_installation


@asynccontextmanager
async def joined(data_directory: Path | None) -> AsyncIterator[Installation]:
    """The installation, until left. Raises `WrongSettingError`, `DataDirectoryProblem`, `SchemaProblem`."""
    settings = command_settings(data_directory)
    async with open_databases(settings, Embedded.JOIN) as databases:
        await check_schemas(databases)
        async with open_installation(settings, databases) as installation:
            yield installation
