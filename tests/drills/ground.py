"""What a drill stands on: engines with an upgraded schema, lenders with money, the providers' stand-in, the product."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import aiohttp

from letsema import planes
from letsema.databases import Databases, Embedded, open_databases
from letsema.demo.settings import SMS_API_KEY, SMS_USERNAME
from letsema.installation import Installation, open_installation
from letsema.keys.keyring import make_keys
from letsema.settings import load_settings
from storage.postgres.channel.pool import ChannelConnections
from storage.postgres.record.plane import RecordConnections
from tests.core.use_cases.lending import Lending
from tests.drills.processes import READY_SECONDS, Product, Started, product_environment
from tests.servers.ports import free_ports

LETSEMA: Final = Path(sys.executable).with_name("letsema")
_PATIENCE_SECONDS: Final = 30.0
_LIMITS: Final[dict[str, Any]] = {
    "connect_timeout_seconds": _PATIENCE_SECONDS,
    "statement_timeout_seconds": _PATIENCE_SECONDS,
}


class Ground:
    """An installation: where its engines are, and its processes. Made, then upgraded, then opened.

    engines: the settings that name them. owner_url: the record plane as its owner, for upgrades and evidence.
    """

    lending: Lending
    stand_in: Started
    product: Product

    def __init__(self, directory: Path, engines: Mapping[str, str], *, owner_url: str) -> None:
        self.directory = directory
        self.owner_url = owner_url
        keys = directory / "keys"
        make_keys(keys)
        ports = free_ports(5)
        self.settings = {
            **engines,
            "owner_url": owner_url,
            **{file.name.removeprefix("letsema_"): file.read_text().strip() for file in keys.iterdir()},
            "data_dir": str(directory / "none"),
            "hook_tokens": secrets.token_hex(16),
            "service_codes": "*384*555#",
            "africastalking_url": f"http://127.0.0.1:{ports + 4}",
            "africastalking_username": SMS_USERNAME,
            "africastalking_api_key": SMS_API_KEY,
            "simulated_rail_url": f"http://127.0.0.1:{ports + 4}",
            "sms_per_second": "100",
            "record_connections": "8",
            "channel_connections": "6",
            "poll_seconds": "0.5",
            "public_port": str(ports),
            "internal_port": str(ports + 1),
        }

    async def upgrade(self) -> None:
        """Bring both planes to this release's schema."""
        await self.command("db", "upgrade")

    def open(self) -> None:
        """Start what stands in for the providers, enter the lenders, start the product."""
        asyncio.run(self._prepare())
        self.product = Product(self.environment, self.ports, self.directory)
        self.product.start()

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the product is started with."""
        return product_environment(self.settings)

    @property
    def ports(self) -> tuple[int, int]:
        """The public ports of the two servers; the internal one of each is the next."""
        return int(self.settings["public_port"]), int(self.settings["public_port"]) + 2

    @property
    def rail_account(self) -> str:
        return self.lending.mfi.rail_accounts["simulated"]

    @asynccontextmanager
    async def installed(self, *, patient: bool = False) -> AsyncIterator[Installation]:
        """The installation as one more process of the product sees it, in this one.

        patient: with time limits that a busy machine does not meet, for who prepares or proves and is no subject.
        """
        given: dict[str, Any] = dict(self.settings)
        settings = load_settings(**given)
        async with open_databases(settings, Embedded.JOIN) as databases:
            with _patience() if patient else nullcontext():
                entered = _patiently_entered(databases) if patient else databases
                async with open_installation(settings, entered) as installation:
                    yield installation

    async def command(self, *words: str, may_find: bool = False) -> str:
        """Run `letsema …`; what it printed. Any exit code but 0 fails; may_find: 1, a finding, is fine too."""
        process = await asyncio.create_subprocess_exec(
            str(LETSEMA),
            *words,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode in ({0, 1} if may_find else {0}), f"letsema {' '.join(words)}: {out.decode()}"
        return out.decode()

    async def told(self, page: str) -> list[dict[str, Any]]:
        """A page of the stand-in, such as `_sent`."""
        async with aiohttp.ClientSession() as http, http.get(f"{self._stand_in_url}/{page}") as answer:
            told: list[dict[str, Any]] = await answer.json()
            return told

    async def verify_ledger(self) -> list[dict[str, Any]]:
        """What `letsema verify-ledger` finds."""
        found: dict[str, Any] = json.loads(await self.command("verify-ledger", "--json", may_find=True))
        return [*found["findings"], *found["transfers_in_flight"]]

    def close(self) -> None:
        """Stop the product, then what it talks to."""
        for started in (getattr(self, "product", None), getattr(self, "stand_in", None)):
            if started is not None:
                started.stop()

    @property
    def _stand_in_url(self) -> str:
        return self.settings["africastalking_url"]

    async def _prepare(self) -> None:
        await self._start_stand_in()
        async with self.installed(patient=True) as installation:
            lending = await Lending.opened(installation.engine)
        self.lending = replace(lending, done=set())

    async def _start_stand_in(self) -> None:
        port = self._stand_in_url.rpartition(":")[2]
        public = f"http://127.0.0.1:{self.settings['public_port']}"
        token = self.settings["hook_tokens"]
        command = [str(LETSEMA), "stand-in", "--public", public, "--port", port, "--hook-token", token]
        self.stand_in = Started("stand-in", command, product_environment({}), self.directory / "stand-in.log")
        async with asyncio.timeout(READY_SECONDS):
            while True:
                try:
                    await self.told("_sent")
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
                else:
                    return


def _patiently_entered(databases: Databases) -> Databases:
    return replace(databases, cluster=replace(databases.cluster, **_LIMITS)) if databases.cluster else databases


@contextmanager
def _patience() -> Iterator[None]:
    """The limits of the planes are no settings, so the names that the composition root calls are lent others."""
    record = partial(RecordConnections, unit_timeout_seconds=2 * _PATIENCE_SECONDS, **_LIMITS)
    channel = partial(ChannelConnections, call_timeout_seconds=2 * _PATIENCE_SECONDS, **_LIMITS)
    with patch.object(planes, "RecordConnections", record), patch.object(planes, "ChannelConnections", channel):
        yield
