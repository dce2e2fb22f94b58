"""The intake as staff see it. It is read from the channel plane, so it answers while a district does not."""

from __future__ import annotations

from aiohttp import web

from admin_web.districts import chosen_districts
from admin_web.visits import Visit
from core.use_cases.draining_desk import MAY_TRY_AGAIN, intake_of, try_again


async def show_intake(visit: Visit) -> web.Response:
    """What was set aside, then what waits, oldest first."""
    choice = await chosen_districts(visit)
    found = await intake_of(visit.engine, visit.actor, choice.codes)
    return await visit.page(
        "intake/intake.html",
        found=found,
        choice=choice,
        triable=[kind for kind, permission in MAY_TRY_AGAIN.items() if visit.actor.may(permission)],
    )


async def try_one_again(visit: Visit) -> web.Response:
    """Let the worker try a row that was set aside."""
    form = await visit.form()
    scope, reference = form.required("scope"), form.required("reference")
    form.check()
    await try_again(visit.engine, visit.actor, scope, reference)
    return visit.done("intake_tried_again", "/intake")
