"""The two servers that a hop is measured on, each alone in a process: ours, and the least that could do it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import asyncpg
from aiohttp import web

from admin_web.portal import make_portal
from admin_web.settings import PortalSettings
from benchmarks.ground import engine_on
from channels.hooks import HookSettings, make_hooks
from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.texts import load_texts
from conversations.turns import TurnRunner
from core.records.borrower import Channel
from letsema.logs.lines import set_up_logs
from letsema.metrics import Metrics
from letsema.public_app import make_public_app
from letsema.serving import run, settle_memory
from letsema.settings import LogFormat, LogLevel
from letsema.worker.bell import Bell
from storage.postgres.reads.plane import PortalReadsOnPostgres
from storage.postgres.record.plane import RecordOnPostgres

TOKEN: Final = "benchmark"  # noqa: S105 (of a server on loopback that is gone in a minute)
POOL_SIZE: Final = 10
_TABLE: Final = (
    "create table if not exists bare_turns (session text primary key, hops bigint not null, state text not null)"
)
_READ: Final = "select hops, state from bare_turns where session = $1"
_WRITE: Final = (
    "insert into bare_turns values ($1, $2, $3) on conflict (session) do update set hops = excluded.hops, "
    "state = excluded.state"
)
_STATE: Final = "x" * 1_000
"""About what a turn of ours keeps."""


def serve(kind: str, url: str, ready: Connection) -> None:
    """Serve one of the two until the process is ended; its port is sent when it answers."""
    run(_serve(kind, url, ready))


async def _serve(kind: str, url: str, ready: Connection) -> None:
    async with (_bare if kind == "bare" else _ours)(url) as app:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        settle_memory()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()


@asynccontextmanager
async def _bare(url: str) -> AsyncIterator[web.Application]:
    """One read and one write of a row, each committed: no machine, no checks, no keys."""
    async with asyncpg.create_pool(url, min_size=POOL_SIZE, max_size=POOL_SIZE) as pool:
        await pool.execute(_TABLE)

        async def hop(request: web.Request) -> web.Response:
            form = await request.post()
            session = str(form["sessionId"])
            row = await pool.fetchrow(_READ, session)
            await pool.execute(_WRITE, session, row["hops"] + 1 if row else 1, _STATE)
            return web.Response(text="CON Letsema\n1. Apply\n2. Repay")

        app = web.Application()
        app.router.add_post("/hooks/{token}/africastalking/ussd", hop)
        yield app


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[web.Application]:
    """The public listener as `letsema serve` puts it together, figures and a line of log a request included."""
    with Path(os.devnull).open("w") as nowhere:  # noqa: ASYNC230 - it never blocks
        set_up_logs(LogFormat.JSON, LogLevel.INFO, stream=nowhere)
        async with engine_on(url) as engine:
            metrics = Metrics()
            runner = TurnRunner(
                machine=BORROWER,
                engine=engine,
                answers=BORROWER_ANSWERS,
                renderers={Channel.USSD: UssdRenderer(load_texts())},
                observe=metrics.hop,
            )
            if not isinstance(engine.record, RecordOnPostgres):
                raise AssertionError("the benchmark's engine is on PostgreSQL")  # noqa: TRY004
            reads = PortalReadsOnPostgres(engine.record, engine.keyed_hash)
            yield make_public_app(
                make_portal(engine, reads, PortalSettings()),
                make_hooks(HookSettings((TOKEN,), None), engine, runner.take),
                None,
                metrics=metrics,
                identifiers=engine.identifiers,
                something_changed=Bell().ring,
            )
