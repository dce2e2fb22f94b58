"""Noting how the borrower's identity was checked. No money leaves before one such note stands."""

from __future__ import annotations

from aiohttp import web

from admin_web.forms import Form
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.records.borrower import IDENTITY_CHECK_METHODS, age_on
from core.use_cases.deciding import CheckIdentity, check_identity
from core.use_cases.reviewing import application_file


async def ask_identity(visit: Visit) -> web.Response:
    """The form, beside what the borrower told us, to compare with the card in the hand."""
    return await _page(visit, Form())


async def post_identity(visit: Visit) -> web.Response:
    """Keep the check."""
    form = await visit.form()
    try:
        await check_identity(visit.engine, visit.actor, _command(visit, form))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("identity_checked", f"/applications/{visit.reference}")


def _command(visit: Visit, form: Form) -> CheckIdentity:
    command = CheckIdentity(
        reference=visit.reference,
        method=form.one_of("method", IDENTITY_CHECK_METHODS),
        note=form.raw("note"),
        key=form.required("key"),
    )
    form.check()
    return command


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    file = await application_file(visit.engine, visit.actor, visit.reference)
    return await visit.page(
        "applications/identity.html",
        status=status,
        file=file,
        form=form,
        age=age_on(file.borrower.date_of_birth, file.business_on),
        key=visit.new_key(),
    )
