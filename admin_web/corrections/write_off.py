"""Proposing to give a loan up as a loss."""

from __future__ import annotations

from aiohttp import web

from admin_web.forms import Form
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.records.proposal import ProposalKind
from core.use_cases.locating import district_of
from core.use_cases.weighing import weigh


async def ask_write_off(visit: Visit) -> web.Response:
    """What would be lost, and the reason."""
    return await _page(visit, Form())


async def propose_write_off(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form = await visit.form()
    district = await district_of(visit.engine, visit.reference)
    try:
        await put_forward(visit, form, district, ProposalKind.WRITE_OFF, {"loan_reference": str(visit.reference)})
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    district = await district_of(visit.engine, visit.reference)
    data = {"loan_reference": str(visit.reference)}
    weighed = await weigh(visit.engine, visit.actor, district, ProposalKind.WRITE_OFF, data)
    return await visit.page(
        "corrections/write_off.html",
        status=status,
        weighed=weighed,
        change=weighed.loan_change,
        form=form,
        key=visit.new_key(),
    )
