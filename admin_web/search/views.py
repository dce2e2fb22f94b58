"""Search by reference, phone, national ID or name. Posted, never in the address: what is typed is personal."""

from __future__ import annotations

from typing import Final

import structlog
from aiohttp import web

from admin_web.districts import DistrictChoice
from admin_web.visits import Visit
from core.ports.reads import SearchHit

_MOST: Final = 50
_SHORTEST: Final = 2
_log = structlog.get_logger("admin_web")


async def search(visit: Visit) -> web.Response:
    """What was found; a single thing is opened at once."""
    form = await visit.form()
    text = form.raw("text")[:80]
    choice = DistrictChoice("all", await visit.districts())
    too_short = len(text) < _SHORTEST
    hits = [] if too_short else await visit.reads.search(visit.actor.mfi_id, choice.codes, text, _MOST)
    # The words themselves are personal and stay out of the log.
    _log.info("sensitive_read", what="search", hits=len(hits), actor_id=str(visit.actor.staff_id))
    if len(hits) == 1:
        return web.Response(status=303, headers={"Location": path_of(hits[0])})
    return await visit.page(
        "search/search.html",
        lines=[(hit, path_of(hit)) for hit in hits],
        text=text,
        too_short=too_short,
        is_cut=len(hits) == _MOST,
        choice=choice,
    )


def path_of(hit: SearchHit) -> str:
    """The page of what was found."""
    return f"/loans/{hit.reference}" if hit.kind == "loan" else f"/applications/{hit.reference}"
