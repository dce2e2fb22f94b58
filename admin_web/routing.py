"""How a view is reached: each route names its method, its path and who may come, or it cannot be added.

The names of the permissions stand in the route, are asked for before the view runs, and are asked for again by the use
case. So the table of who may see what is data, which a test walks from end to end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from admin_web.context import PORTAL, signed_in_as
from admin_web.returning import sign_in_address
from admin_web.visits import Guest, Visit
from core.records.staff import NotAllowed, Permission

OpenView = Callable[[Guest], Awaitable[web.StreamResponse]]
StaffView = Callable[[Visit], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A route for everybody, signed in or not."""

    method: str
    path: str
    view: OpenView


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A route for staff who hold at least one of the permissions; with none named, for all staff."""

    method: str
    path: str
    view: StaffView
    permissions: tuple[Permission, ...] = ()


Page = OpenPage | StaffPage


def add_page(app: web.Application, page: Page) -> None:
    """Give a page its route. GET answers HEAD too."""
    handler = _open_handler(page) if isinstance(page, OpenPage) else _staff_handler(page)
    if page.method == "GET":
        app.router.add_get(page.path, handler)
    else:
        app.router.add_route(page.method, page.path, handler)


def _open_handler(page: OpenPage) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await page.view(Guest(request, request.app[PORTAL]))

    return handle


def _staff_handler(page: StaffPage) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        known = signed_in_as(request)
        if known is None or not known.is_verified:
            # Whoever owes the second factor is led on from there; nothing of the portal opens before.
            return web.Response(status=303, headers={"Location": sign_in_address(request)})
        visit = Visit(request, request.app[PORTAL], known)
        if page.permissions and not any(visit.actor.may(permission) for permission in page.permissions):
            raise NotAllowed(f"{page.method} {page.path} needs one of {', '.join(page.permissions)}")
        return await page.view(visit)

    return handle
