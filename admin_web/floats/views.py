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
from core.ledger.accounts import TILL
from core.records.catalogue import Mfi
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
        data = movement_of(form, _rails(kind, mfi))
        await put_forward(visit, form, _where(str(data["rail"]), visit, mfi), kind, data)
    except (InvalidInput, FloatTooLow) as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, kind, status=422)
    return visit.done("proposed", "/approvals")


def _rails(kind: ProposalKind, mfi: Mfi) -> tuple[str, ...]:
    """What is put in goes to a money service; cash may be taken to the bank too."""
    services = tuple(mfi.rail_accounts)
    return (*services, TILL) if kind is ProposalKind.SWEEP_FLOAT else services


async def _page(visit: Visit, form: Form, kind: ProposalKind, *, status: int = 200) -> web.Response:
    mfi = await visit.mfi()
    rails = _rails(kind, mfi)
    found = await visit.reads.floats(visit.actor.mfi_id, sorted({mfi.head_office_district, visit.actor.district}))
    return await visit.page(
        "floats/move.html",
        status=status,
        step="fund" if kind is ProposalKind.FUND_FLOAT else "sweep",
        rows=[row for row in found.rows if row.rail in rails and row.district == _where(row.rail, visit, mfi)],
        missing_districts=found.missing_districts,
        choice=DistrictChoice(mfi.head_office_district, await visit.districts()),
        rails=[(rail, word(RAILS, rail)) for rail in rails],
        form=form,
        key=visit.new_key(),
    )


def _where(rail: str, visit: Visit, mfi: Mfi) -> str:
    """Cash lies at the branch of whoever looks; what a money service holds is the head office's to move."""
    return visit.actor.district if rail == TILL else mfi.head_office_district
