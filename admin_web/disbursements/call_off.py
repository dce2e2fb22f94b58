"""Calling a payout off that waits for its second person: withdrawn by the first, or refused by the second."""

from __future__ import annotations

from aiohttp import web

from admin_web.disbursements.payouts import payout_under_review
from admin_web.forms import Form
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.use_cases.releasing import CallOffRelease, call_off_release


async def ask_call_off(visit: Visit) -> web.Response:
    """What is called off, and why."""
    return await _page(visit, Form())


async def call_off(visit: Visit) -> web.Response:
    """The loan waits for a release again."""
    form = await visit.form()
    try:
        command = CallOffRelease(
            visit.reference, form.whole("seen_version"), form.required("note"), form.required("key")
        )
        form.check()
        await call_off_release(visit.engine, visit.actor, command)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("called_off", "/disbursements")


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    row = await payout_under_review(visit, "confirm")
    return await visit.page("disbursements/call_off.html", status=status, row=row, form=form, key=visit.new_key())
