"""The dashboard: one read, no clock but the business date, every figure with its definition beside it."""

from __future__ import annotations

from aiohttp import web

from admin_web.dashboard.shares import shares_of
from admin_web.districts import chosen_districts
from admin_web.visits import Visit


async def show_dashboard(visit: Visit) -> web.Response:
    """The portfolio of the districts chosen."""
    choice = await chosen_districts(visit)
    figures = await visit.reads.dashboard(visit.actor.mfi_id, choice.codes)
    return await visit.page("dashboard/dashboard.html", figures=figures, shares=shares_of(figures), choice=choice)
