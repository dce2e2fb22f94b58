"""The two servers that a hop is measured on, each alone in a process: ours, and the least that could do it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import Final

import asyncpg
from aiohttp import web

from benchmarks.ground import engine_on
from channels.hooks import HookSettings, make_hooks
from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.texts import load_texts
from conversations.turns import TurnRunner
from core.records.borrower import Channel

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
    asyncio.run(_serve(kind, url, ready))


async def _serve(kind: str, url: str, ready: Connection) -> None:
    async with (_bare if kind == "bare" else _ours)(url) as app:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
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
    """The hooks with the borrower's machine, as `letsema serve` puts them together."""
    async with engine_on(url) as engine:
        runner = TurnRunner(
            machine=BORROWER,
            engine=engine,
            answers=BORROWER_ANSWERS,
            renderers={Channel.USSD: UssdRenderer(load_texts())},
        )
        app = web.Application()
        app.add_subapp("/hooks", make_hooks(HookSettings((TOKEN,), None), engine, runner.take))
        yield app
