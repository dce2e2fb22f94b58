"""Rejecting and returning: both need a coded reason, which the borrower reads as a sentence in their language."""

from __future__ import annotations

from aiohttp import web

from admin_web.forms import Form
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.records.application import RejectionReason, ReturnReason
from core.use_cases.deciding import Reject, ReturnToBorrower, reject, return_to_borrower
from core.use_cases.reviewing import application_file


async def ask_rejection(visit: Visit) -> web.Response:
    """The form, with the reasons."""
    return await _page(visit, Form(), "applications/reject.html")


async def post_rejection(visit: Visit) -> web.Response:
    """Decline, for the reason that was chosen."""
    form = await visit.form()
    try:
        await reject(visit.engine, visit.actor, _rejection(visit, form))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, "applications/reject.html", status=422)
    return visit.done("rejected", f"/applications/{visit.reference}")


async def ask_return(visit: Visit) -> web.Response:
    """The form, with what may be asked of a borrower."""
    return await _page(visit, Form(), "applications/return.html")


async def post_return(visit: Visit) -> web.Response:
    """Send it back for what was chosen."""
    form = await visit.form()
    try:
        await return_to_borrower(visit.engine, visit.actor, _return(visit, form))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, "applications/return.html", status=422)
    return visit.done("returned", f"/applications/{visit.reference}")


def _rejection(visit: Visit, form: Form) -> Reject:
    reason = form.choice("reason", RejectionReason)
    note, seen_version, key = form.raw("note"), form.whole("seen_version"), form.required("key")
    form.check()
    if reason is None:
        raise AssertionError("a form without errors has a reason")
    return Reject(visit.reference, reason, note, seen_version, key)


def _return(visit: Visit, form: Form) -> ReturnToBorrower:
    reason = form.choice("reason", ReturnReason)
    note, seen_version, key = form.raw("note"), form.whole("seen_version"), form.required("key")
    form.check()
    if reason is None:
        raise AssertionError("a form without errors has a reason")
    return ReturnToBorrower(visit.reference, reason, note, seen_version, key)


async def _page(visit: Visit, form: Form, template: str, *, status: int = 200) -> web.Response:
    file = await application_file(visit.engine, visit.actor, visit.reference)
    return await visit.page(template, status=status, file=file, form=form, key=visit.new_key())
