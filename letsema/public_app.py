"""The public listener: the portal at `/`, the hooks, `/healthz`, and in the demo the browser phone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from core.ports.environment import Identifiers
from letsema.metrics import Metrics

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_UNKNOWN_ROUTE: Final = "unknown"

log = structlog.get_logger("letsema.access")


def make_public_app(
    portal: web.Application,
    hooks: web.Application,
    simulator: web.Application | None,
    *,
    telegram: web.Application | None = None,
    metrics: Metrics,
    identifiers: Identifiers,
    something_changed: Callable[[], None],
) -> web.Application:
    """Put the parts together under one root, which is the portal: its own guards leave the others' requests alone.

    something_changed: called after each request that may have left work behind, so that nothing waits for a poll.
    """
    portal.on_response_prepare.append(_without_banner)
    portal.middlewares.insert(0, _observe(metrics, identifiers, something_changed))
    if telegram is not None:
        portal.add_subapp("/hooks/telegram", telegram)
    portal.add_subapp("/hooks", hooks)
    portal.add_subapp("/healthz", _healthz())
    if simulator is not None:
        portal.add_subapp("/simulator", simulator)
    return portal


async def _without_banner(_request: web.Request, response: web.StreamResponse) -> None:
    """Nobody needs to know which server of which version answers."""
    response.headers.popall("Server", None)


def _healthz() -> web.Application:
    async def alive(_request: web.Request) -> web.Response:
        """Say that the process answers; whether the planes do is `/readyz`, on the internal listener."""
        return web.Response(text="alive\n", headers={"Cache-Control": "no-store"})

    app = web.Application()
    app.router.add_get("", alive)
    return app


def _observe(metrics: Metrics, identifiers: Identifiers, something_changed: Callable[[], None]) -> Middleware:
    """Outermost: an id for every line that the request logs, its time, and a line without query string or body."""

    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        status = 500
        request_id = str(identifiers.new_id())
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                response = await handler(request)
                status = response.status
                request_id = response.headers.get("X-Request-Id", request_id)
            except web.HTTPException as answer:
                status = answer.status
                raise
            else:
                return response
            finally:
                seconds = loop.time() - started_at
                route = _pattern(request)
                metrics.request(request.method, route, status, seconds)
                log.info(
                    "request",
                    method=request.method,
                    route=route,
                    status=status,
                    milliseconds=round(seconds * 1000, 1),
                    request_id=request_id,
                )
                if request.method not in _SAFE_METHODS:
                    something_changed()

    return observe


def _pattern(request: web.Request) -> str:
    """The route's pattern: without the hooks' secret and without references, and never an unbounded set of labels."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else _UNKNOWN_ROUTE
