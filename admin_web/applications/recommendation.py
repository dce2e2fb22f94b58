"""Recommending: the officer's word, with an amount that may be less than was asked."""

from __future__ import annotations

from aiohttp import web

from admin_web.applications.findings import findings_for
from admin_web.forms import Form
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.use_cases.deciding import Recommend, recommend
from core.use_cases.reviewing import application_file


async def ask_recommendation(visit: Visit) -> web.Response:
    """The form, with the amount that was asked for."""
    return await _page(visit, Form())


async def post_recommendation(visit: Visit) -> web.Response:
    """Keep the recommendation."""
    form = await visit.form()
    try:
        await recommend(visit.engine, visit.actor, _command(visit, form))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("recommended", f"/applications/{visit.reference}")


def _command(visit: Visit, form: Form) -> Recommend:
    command = Recommend(
        reference=visit.reference,
        amount=form.money("amount"),
        note=form.raw("note"),
        seen_version=form.whole("seen_version"),
        key=form.required("key"),
    )
    form.check()
    return command


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    file = await application_file(visit.engine, visit.actor, visit.reference)
    findings = findings_for(visit.actor, file.assessment.findings)
    return await visit.page(
        "applications/recommend.html", status=status, file=file, findings=findings, form=form, key=visit.new_key()
    )
