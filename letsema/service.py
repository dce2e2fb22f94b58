"""`letsema serve` and `letsema worker`: real borrowers, so nothing starts that is not complete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

import structlog

from admin_web.settings import PortalSettings
from channels.hooks import HookSettings
from channels.transport import SmsSender
from core.calendar import business_date_of
from core.ports.record import DistrictDown
from letsema.assembly import public_app
from letsema.databases import Databases, Embedded, check_schemas, migrate, open_databases
from letsema.demo.directory import is_demo
from letsema.installation import Installation, open_installation, open_sender
from letsema.internal_app import make_internal_app
from letsema.readiness import check_production
from letsema.serving import Listener, listening, stop_signals
from letsema.setting_values import WrongSettingError
from letsema.settings import Settings
from letsema.telegram import Telegram, open_telegram, told_webhook
from letsema.worker.work import Worker

log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Answer borrowers and staff until told to stop. Raises `WrongSettingError`, `SchemaProblem`."""
    check_production(settings, of_demo=is_demo(settings.data_dir))
    async with (
        stop_signals() as stop,
        _installed(settings) as installation,
        open_telegram(installation) as telegram,
    ):
        listeners = (
            Listener(
                public_app(installation, _portal_settings(settings), _hook_settings(settings), telegram=telegram),
                settings.public_host,
                settings.public_port,
                "LETSEMA_PUBLIC_PORT",
            ),
            Listener(
                make_internal_app(installation.engine, installation.metrics),
                settings.internal_host,
                settings.internal_port,
                "LETSEMA_INTERNAL_PORT",
            ),
        )
        async with (
            listening(listeners, shutdown_seconds=settings.shutdown_seconds),
            told_webhook(installation, telegram),
        ):
            log.info("serving", public=listeners[0].url, internal=listeners[1].url)
            await stop.wait()
        await drain(installation)
    log.info("stopped")


async def work(settings: Settings) -> None:
    """Do the work that nobody waits for until told to stop. Raises `WrongSettingError`, `SchemaProblem`."""
    check_production(settings, of_demo=is_demo(settings.data_dir))
    async with (
        stop_signals() as stop,
        _installed(settings) as installation,
        open_sender(settings) as sender,
        open_telegram(installation) as telegram,
    ):
        districts = await worked_districts(installation)
        await open_districts(installation, districts)
        log.info("working", districts=districts)
        await worker_of(installation, sender, telegram, with_clock=True).run(districts, stop)
        await drain(installation)
    log.info("stopped")


def worker_of(installation: Installation, sender: SmsSender, telegram: Telegram | None, *, with_clock: bool) -> Worker:
    """The worker of an installation, with its chats where that channel is on."""
    if telegram is None:
        return installation.worker(sender, with_clock=with_clock)
    return installation.worker(
        sender,
        with_clock=with_clock,
        chats=telegram.dispatch(installation),
        work_off_chats=telegram.desk.work_off_waiting,
    )


async def drain(installation: Installation) -> None:
    """Let turns end that outlived their answer: their claims would else wait for the worker."""
    if not await installation.turns.drain(installation.settings.shutdown_seconds):
        log.warning("turns_left_to_the_worker")


async def worked_districts(installation: Installation) -> Sequence[str]:
    """The district cells that this process works on. Raises `WrongSettingError` for one that does not exist."""
    known = (await installation.engine.record.catalogue()).districts
    unknown = [district for district in installation.settings.worker_districts if district not in known]
    if unknown:
        raise WrongSettingError(f"LETSEMA_WORKER_DISTRICTS names {unknown[0]}, which is no district cell.")
    return installation.settings.worker_districts or sorted(known)


def _portal_settings(settings: Settings) -> PortalSettings:
    return PortalSettings(trusted_proxies=tuple(map(ip_network, settings.trusted_proxies)))


def _hook_settings(settings: Settings) -> HookSettings:
    return HookSettings(
        tokens=tuple(token.get_secret_value() for token in settings.hook_tokens),
        service_codes=frozenset(settings.service_codes),
    )


async def open_districts(installation: Installation, districts: Sequence[str]) -> None:
    """Give a district that is new its first business date, today in Maseru; one that has a date keeps it.

    One whose node is down is left to the next start: it has worked before, so it has a date.
    """
    engine = installation.engine
    today = business_date_of(engine.clock.now())
    for district in districts:
        try:
            await engine.record.open_district(district, today)
        except DistrictDown:
            log.warning("district_down_at_start", district=district)


@asynccontextmanager
async def _installed(settings: Settings) -> AsyncIterator[Installation]:
    async with open_databases(settings, Embedded.SHARE) as databases:
        await right_schema(databases)
        async with open_installation(settings, databases) as installation, revived(databases):
            yield installation


async def right_schema(databases: Databases) -> None:
    """Upgrade an embedded database that we started; any other is its owner's, by `letsema db upgrade`.

    Raises `SchemaProblem`, `ChannelClusterProblem` for a schema that is not this release's.
    """
    if databases.server is not None and databases.server.is_owner:
        await migrate(databases)
    await check_schemas(databases)


@asynccontextmanager
async def revived(databases: Databases) -> AsyncIterator[None]:
    """Start an embedded server of ours again whenever it dies."""
    if databases.server is None or not databases.server.is_owner:
        yield
        return
    watch = asyncio.create_task(databases.server.keep_running())
    try:
        yield
    finally:
        watch.cancel()
