"""Proposing that what a money service took for itself is booked: its number, its day, beside what is booked already."""

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
from core.records.catalogue import Mfi
from core.records.proposal import ProposalKind
from core.use_cases.floats import FloatTooLow


async def ask_charge(visit: Visit) -> web.Response:
    """Which money service, how much, when, and its number on the statement."""
    return await _page(visit, Form())


async def propose_charge(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form, mfi = await visit.form(), await visit.mfi()
    try:
        await put_forward(visit, form, mfi.head_office_district, ProposalKind.BOOK_RAIL_CHARGE, _charge(form, mfi))
    except (InvalidInput, FloatTooLow) as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


def _charge(form: Form, mfi: Mfi) -> dict[str, object]:
    taken_on = form.day("value_on")
    return movement_of(form, tuple(mfi.rail_accounts)) | {"value_on": taken_on.isoformat() if taken_on else ""}


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    mfi = await visit.mfi()
    found = await visit.reads.floats(visit.actor.mfi_id, [mfi.head_office_district])
    return await visit.page(
        "floats/charge.html",
        status=status,
        rows=found.rows,
        charges=found.charges,
        missing_districts=found.missing_districts,
        choice=DistrictChoice(mfi.head_office_district, await visit.districts()),
        rails=[(rail, word(RAILS, rail)) for rail in mfi.rail_accounts],
        form=form,
        key=visit.new_key(),
    )
