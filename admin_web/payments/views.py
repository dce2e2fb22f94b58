"""Payments as the rails told them: posted to a loan, or in suspense until a person finds out whose they are."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin_web.districts import chosen_districts
from admin_web.languages import mark
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.visits import Visit
from admin_web.waiting import days_waited
from core.records.staff import Permission

TABS: Final = {"": mark("All"), "suspense": mark("In suspense")}


async def show_payments(visit: Visit) -> web.Response:
    """All payments, or those that matched nothing, newest first."""
    query = visit.query_form()
    choice = await chosen_districts(visit)
    state = query.among("status", TABS)
    page = wanted_page(query)
    found = await visit.reads.payments(
        visit.actor.mfi_id, choice.codes, status=state or None, page=page, page_size=PAGE_SIZE
    )
    now = visit.engine.clock.now()
    return await visit.page(
        "payments/payments.html",
        found=found,
        lines=[(row, days_waited(row.paid_at, now)) for row in found.rows],
        paging=Paging(page, found.total),
        choice=choice,
        state=state,
        tabs=TABS,
        may_propose=visit.actor.may(Permission.ADJUSTMENT_PROPOSE),
    )
