"""The internal listener: whether the planes answer, and the figures. Never reachable from outside."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from core.errors import DomainError
from core.ports.channel import ChannelPlane
from core.ports.engine import Engine
from core.ports.intake import Backlog
from core.ports.record import Record
from letsema.metrics import CONTENT_TYPE, Metrics

_ANSWER_SECONDS_MAX: Final = 2.0
_OK: Final = "ok"
_COUNTED_MAX: Final = 500
"""Of what is open in a district's intake: more is no other news."""
_NOBODY: Final = bytes(32)


def make_internal_app(engine: Engine, metrics: Metrics) -> web.Application:
    """`/readyz` and `/metrics`."""

    async def ready(_request: web.Request) -> web.Response:
        """200 when borrowers can be served: the channel plane answers and at least one district does.

        A district that is down is named and takes only itself out: the intake goes on for it.
        """
        planes = await examine(engine)
        status = 200 if is_ready(planes) else 503
        return web.json_response(planes, status=status, headers={"Cache-Control": "no-store"})

    async def figures(_request: web.Request) -> web.Response:
        record = await examine_record(engine.record)
        metrics.districts({district: answer == _OK for district, answer in record.items()})
        metrics.intake(await _backlogs(engine), engine.clock.now())
        return web.Response(body=metrics.page(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", figures)
    return app


async def examine(engine: Engine) -> dict[str, dict[str, str]]:
    """`{"channel": {"directory": …}, "record": {district: …}}`, each "ok" or a code that says what is wrong."""
    return {"channel": await examine_channel(engine.channel), "record": await examine_record(engine.record)}


async def examine_record(record: Record) -> dict[str, str]:
    """Each district, or the catalogue that would name them."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS_MAX):
            districts = sorted((await record.catalogue()).districts)
    except (DomainError, TimeoutError) as error:
        return {"catalogue": _code(error)}
    answers = await asyncio.gather(*(_district(record, district) for district in districts))
    return dict(zip(districts, answers, strict=True)) or {"catalogue": "empty"}


async def examine_channel(channel: ChannelPlane) -> dict[str, str]:
    """The directory, asked for a number that is nobody's."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS_MAX):
            await channel.directory.phone(_NOBODY)
    except (DomainError, TimeoutError) as error:
        return {"directory": _code(error)}
    return {"directory": _OK}


def is_ready(planes: dict[str, dict[str, str]]) -> bool:
    """Whether what `examine` found is enough to serve borrowers."""
    return all(answer == _OK for answer in planes["channel"].values()) and _OK in planes["record"].values()


async def _backlogs(engine: Engine) -> dict[str, Backlog]:
    """What each district has open in the intake; none at all while the channel plane does not answer."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS_MAX):
            districts = sorted((await engine.record.catalogue()).districts)
            intake = engine.channel.intake
            found = await asyncio.gather(*(intake.backlog(district, _COUNTED_MAX) for district in districts))
    except (DomainError, TimeoutError):
        return {}
    return dict(zip(districts, found, strict=True))


async def _district(record: Record, district: str) -> str:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS_MAX), record.unit(district) as unit:
            await unit.business_date()
    except (DomainError, TimeoutError) as error:
        return _code(error)
    return _OK


def _code(error: Exception) -> str:
    return error.code if isinstance(error, DomainError) else "timeout"
