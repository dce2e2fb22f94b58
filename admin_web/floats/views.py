"""Proposing that money goes into a rail's float or out of it, with the number that the bank or the rail gave it."""

from __future__ import annotations

from aiohttp import web

from admin_web.districts import DistrictChoice
from admin_web.floats.movement import movement_of
from admin_web.forms import Form
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from admin_web.words import RAILS, word
from core.errors import InvalidInput
from core.records.proposal import ProposalKind
from core.use_cases.floats import FloatTooLow


async def ask_funding(visit: Visit) -> web.Response:
    """Which rail, how much, and the bank's number."""
    return await _page(visit, Form(), ProposalKind.FUND_FLOAT)


async def propose_funding(visit: Visit) -> web.Response:
    """Put it before a second person."""
    return await _propose(visit, ProposalKind.FUND_FLOAT)


async def ask_sweep(visit: Visit) -> web.Response:
    """The same, out of the float: at most what no payout needs."""
    return await _page(visit, Form(), ProposalKind.SWEEP_FLOAT)


async def propose_sweep(visit: Visit) -> web.Response:
    """Put it before a second person."""
    return await _propose(visit, ProposalKind.SWEEP_FLOAT)


async def _propose(visit: Visit, kind: ProposalKind) -> web.Response:
    form, mfi = await visit.form(), await visit.mfi()
    try:
        await put_forward(visit, form, mfi.head_office_district, kind, movement_of(form, mfi))
    except (InvalidInput, FloatTooLow) as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, kind, status=422)
    return visit.done("proposed", "/approvals")


async def _page(visit: Visit, form: Form, kind: ProposalKind, *, status: int = 200) -> web.Response:
    mfi = await visit.mfi()
    found = await visit.reads.floats(visit.actor.mfi_id, [mfi.head_office_district])
    return await visit.page(
        "floats/move.html",
        status=status,
        step="fund" if kind is ProposalKind.FUND_FLOAT else "sweep",
        found=found,
        choice=DistrictChoice(mfi.head_office_district, await visit.districts()),
        rails=[(rail, word(RAILS, rail)) for rail in mfi.rail_accounts],
        form=form,
        key=visit.new_key(),
    )
