"""Proposing that a part of a float moves from one district to another, beside what is free in each and on its way."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from admin_web.districts import ALL, DistrictChoice
from admin_web.floats.movement import movement_of
from admin_web.forms import Form
from admin_web.languages import Text, mark
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from admin_web.words import RAILS, word
from core.errors import InvalidInput
from core.ledger.accounts import TILL
from core.records.catalogue import District
from core.records.proposal import ProposalKind
from core.use_cases.floats import FloatTooLow


async def ask_move(visit: Visit) -> web.Response:
    """Which money service, how much, from where to where, and the lender's own number of it."""
    return await _page(visit, Form())


async def propose_move(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form, mfi = await visit.form(), await visit.mfi()
    places = tuple(district.code for district in await _places(visit))
    giver, receiver = form.one_of("from_district", places), form.one_of("to_district", places)
    if giver and giver == receiver:
        form.refuse("to_district", Text(mark("Choose another district than the one that gives.")))
    try:
        data = movement_of(form, tuple(mfi.rail_accounts)) | {"to_district": receiver}
        await put_forward(visit, form, giver, ProposalKind.MOVE_FLOAT, data)
    except (InvalidInput, FloatTooLow) as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    mfi, places = await visit.mfi(), await _places(visit)
    found = await visit.reads.floats(mfi.id, [district.code for district in places])
    return await visit.page(
        "floats/between.html",
        status=status,
        rows=[row for row in found.rows if row.rail != TILL],
        on_the_way=found.on_the_way,
        missing_districts=found.missing_districts,
        choice=DistrictChoice(ALL, places),
        rails=[(rail, word(RAILS, rail)) for rail in mfi.rail_accounts],
        places=[(district.code, district.name) for district in places],
        head_office=mfi.head_office_district,
        form=form,
        key=visit.new_key(),
    )


async def _places(visit: Visit) -> Sequence[District]:
    """Where the lender works, and so may have a float."""
    mfi = await visit.mfi()
    return [district for district in await visit.districts() if mfi.works_in(district)]
