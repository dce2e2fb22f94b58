"""`letsema demo`: database, history, portal, hooks, browser phone, stand-in and worker in one process, on loopback."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from admin_web.settings import DemoSignIn, PortalSettings
from channels.hooks import HookSettings
from channels.simulator.app import make_simulator
from core.records.catalogue import Catalogue
from letsema.assembly import public_app
from letsema.databases import Embedded, open_databases
from letsema.demo.demo_day import DemoDay
from letsema.demo.directory import DemoFile, write_demo_file
from letsema.demo.settings import HOOK_TOKEN, demo_settings
from letsema.demo.stand_in import stand_in_app
from letsema.demo.starting import check_address, have_history, prepare_directory
from letsema.demo.telling import banner, demo_file, lenders, phones
from letsema.installation import Installation, open_installation, open_sender
from letsema.internal_app import examine, is_ready, make_internal_app
from letsema.service import drain, revived, worker_of
from letsema.serving import Listener, listening, stop_signals
from letsema.settings import Settings
from letsema.telegram import Telegram, open_telegram, told_webhook

_USSD_PATH: Final = f"/hooks/{HOOK_TOKEN}/africastalking/ussd"
_PORT_OPTION: Final = "--port"
_SHUTDOWN_SECONDS: Final = 5.0
_READY_POLL_SECONDS: Final = 0.1


async def run_demo(data_directory: Path, host: str, port: int) -> None:
    """Run the demo until told to stop. Raises `WrongSettingError`, `DataDirectoryProblem`, `SchemaProblem`."""
    check_address(host, port)
    prepare_directory(data_directory)
    settings = demo_settings(data_directory, port, stand_in=_url(host, port + 2))
    async with stop_signals() as stop:
        with suppress(_StoppedEarly):
            await _until_stopped(settings, host, stop)


async def _until_stopped(settings: Settings, host: str, stop: asyncio.Event) -> None:
    async with open_databases(settings, Embedded.OWN) as databases, revived(databases):
        _say(f"Database ready in {settings.data_dir}; a first start lives through more than four months of history …")
        await _unless_stopped(stop, have_history(settings, databases))
        async with (
            open_installation(settings, databases) as installation,
            open_sender(settings) as sender,
            open_telegram(installation) as telegram,
        ):
            port = settings.public_port
            told = await demo_file(
                installation, public=_url(host, port), internal=_url(host, port + 1), stand_in=_url(host, port + 2)
            )
            catalogue = await installation.engine.record.catalogue()
            day = DemoDay(installation.engine.clock)
            listeners = _listeners(installation, told, catalogue, day, host, telegram)
            worker = worker_of(installation, sender, telegram, with_clock=False)
            districts = sorted(catalogue.districts)
            async with (
                listening(listeners, shutdown_seconds=_SHUTDOWN_SECONDS),
                told_webhook(installation, telegram),
                _beside(worker.run(districts, stop), stop),
                _beside(day.follow(installation.engine, districts, stop), stop),
            ):
                await _unless_stopped(stop, _announce(installation, told))
                await stop.wait()
            await drain(installation)


def _listeners(
    installation: Installation,
    told: DemoFile,
    catalogue: Catalogue,
    day: DemoDay,
    host: str,
    telegram: Telegram | None,
) -> Sequence[Listener]:
    port = installation.settings.public_port
    portal = PortalSettings(
        secure_cookies=False,
        demo_sign_ins=tuple(DemoSignIn(one.email, one.password, one.role, one.mfi) for one in told.staff),
    )
    simulator = make_simulator(
        service_code=told.service_code,
        ussd_url=_USSD_PATH,
        stand_in_url=told.stand_in,
        phones=phones(told, catalogue.districts),
        lenders=lenders(told),
    )
    hooks = HookSettings(tokens=(HOOK_TOKEN,), service_codes=None)
    # The stand-in first: it is stopped last, so that what the application still sends is answered.
    return (
        Listener(stand_in_app(told.public, HOOK_TOKEN, day), host, port + 2, _PORT_OPTION),
        Listener(public_app(installation, portal, hooks, simulator, telegram=telegram), host, port, _PORT_OPTION),
        Listener(make_internal_app(installation.engine, installation.metrics), host, port + 1, _PORT_OPTION),
    )


async def _announce(installation: Installation, told: DemoFile) -> None:
    """Say that the demo is ready once it is: first the file, for programs that wait for it, then the lines."""
    while not is_ready(await examine(installation.engine)):
        await asyncio.sleep(_READY_POLL_SECONDS)
    await asyncio.to_thread(write_demo_file, installation.settings.data_dir, told)
    for line in banner(told):
        _say(line)


class _StoppedEarly(Exception):
    """Told to stop before it was ready."""


async def _unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do something that does not listen to the event itself. Raises `_StoppedEarly` when that came first."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        return await task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    raise _StoppedEarly


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> AsyncIterator[None]:
    """Run something beside; should it fail, everything stops and the failure is told."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda _task: stop.set())
    try:
        yield
    finally:
        stop.set()
        await task


def _url(host: str, port: int) -> str:
    return f"http://{host}:{port}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
