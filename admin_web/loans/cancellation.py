"""Cancelling a loan whose money has not left, because its borrower asked for it."""

from __future__ import annotations

from aiohttp import web

from admin_web.forms import Form
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.use_cases.cancelling import CancelForBorrower, cancel_for_borrower
from core.use_cases.reviewing import loan_file


async def ask_cancellation(visit: Visit) -> web.Response:
    """What is cancelled, and how the borrower asked."""
    return await _page(visit, Form())


async def cancel(visit: Visit) -> web.Response:
    """Cancel it; the borrower is told."""
    form = await visit.form()
    try:
        command = CancelForBorrower(
            visit.reference, form.whole("seen_version"), form.required("note"), form.required("key")
        )
        form.check()
        await cancel_for_borrower(visit.engine, visit.actor, command)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("loan_cancelled", f"/loans/{visit.reference}")


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    file = await loan_file(visit.engine, visit.actor, visit.reference)
    return await visit.page("loans/cancel.html", status=status, file=file, form=form, key=visit.new_key())
