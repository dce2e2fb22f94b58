"""The portal as one aiohttp application: the only place where its routes, middlewares and templates meet."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from admin_web import (
    applications,
    approvals,
    complaints,
    corrections,
    dashboard,
    disbursements,
    floats,
    identities,
    intake,
    invitations,
    loans,
    payments,
    profile,
    queue,
    recovery,
    search,
    sign_in,
)
from admin_web.assets import PREFIX, load_assets
from admin_web.context import PORTAL, Portal
from admin_web.middlewares.csrf import refuse_forgery
from admin_web.middlewares.errors import answer_errors
from admin_web.middlewares.headers import add_headers
from admin_web.middlewares.request_ids import give_request_id
from admin_web.middlewares.sessions import find_session
from admin_web.rendering import Templates
from admin_web.routing import OpenPage, Page, add_page
from admin_web.settings import PortalSettings
from admin_web.static_files import serve_asset
from core.ports.engine import Engine
from core.ports.reads import PortalReads

LARGEST_BODY_BYTES: Final = 64 * 1024
"""A form of ours is a few hundred bytes; what is larger is not one of ours."""

MIDDLEWARES: Final[tuple[Middleware, ...]] = (
    give_request_id,
    add_headers,
    answer_errors,
    find_session,
    refuse_forgery,
)
"""Outermost first. Why in this order: `admin_web/middlewares/__init__.py`."""

PAGES: Final[tuple[Page, ...]] = (
    OpenPage("GET", f"{PREFIX}{{name}}", serve_asset),
    *sign_in.PAGES,
    *invitations.PAGES,
    *queue.PAGES,
    *applications.PAGES,
    *disbursements.PAGES,
    *loans.PAGES,
    *payments.PAGES,
    *intake.PAGES,
    *corrections.PAGES,
    *floats.PAGES,
    *approvals.PAGES,
    *dashboard.PAGES,
    *complaints.PAGES,
    *identities.PAGES,
    *recovery.PAGES,
    *search.PAGES,
    *profile.PAGES,
)
"""Every route of the portal. A test compares this table with who may see what."""


def make_portal(engine: Engine, reads: PortalReads, settings: PortalSettings) -> web.Application:
    """The portal, with its routes at `/`.

    Sub-applications may be added beside it (`add_subapp("/hooks", …)`): they have rules of their own, so the portal's
    middlewares leave their requests alone. A route added to the application itself is guarded like every other.
    """
    app = web.Application(
        middlewares=[_of_the_portal(each) for each in MIDDLEWARES], client_max_size=LARGEST_BODY_BYTES
    )
    assets = load_assets()
    app[PORTAL] = Portal(engine, reads, settings, Templates(assets), assets)
    for page in PAGES:
        add_page(app, page)
    return app


def _of_the_portal(middleware: Middleware) -> Middleware:
    """Leave requests alone that a sub-application answers."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.apps[-1] is not request.app:
            return await handler(request)
        return await middleware(request, handler)

    return guarded
