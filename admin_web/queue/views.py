"""The queue: one tab a state, oldest first, each row with how long it has waited against the promise of 48 hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from admin_web.districts import DistrictChoice, chosen_districts
from admin_web.forms import Form
from admin_web.languages import mark
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.visits import Visit
from admin_web.waiting import Waiting, waiting_since
from core.ports.reads import QueueFilter, QueueRow
from core.records.borrower import Language
from core.records.catalogue import name_in

TABS: Final = {
    "new": mark("New"),
    "in_review": mark("In review"),
    "returned": mark("Returned"),
    "second_approval": mark("Second approval"),
}

SORTS: Final = {
    "submitted": mark("Longest waiting first"),
    "newest": mark("Newest first"),
    "amount": mark("Largest amount first"),
}

RISKS: Final = {"high": mark("High"), "low": mark("Low")}


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A row of the queue with its product's name in the reader's language, and how long it has waited."""

    row: QueueRow
    product_name: str
    waiting: Waiting


async def show_queue(visit: Visit) -> web.Response:
    """One tab of the queue; all that was chosen is in the address."""
    query = visit.query_form()
    choice = await chosen_districts(visit)
    wanted = _filter(query)
    found = await visit.reads.queue(visit.actor.mfi_id, choice.codes, wanted)
    return await visit.page(
        "queue/queue.html",
        wanted=wanted,
        found=found,
        lines=_lines(found.rows, visit.language, visit.engine.clock.now()),
        paging=Paging(wanted.page, found.total),
        kept=_kept(wanted, choice),
        choice=choice,
        tabs=TABS,
        sorts=SORTS,
        risks=RISKS,
    )


def _filter(query: Form) -> QueueFilter:
    return QueueFilter(
        tab=query.among("tab", TABS, "new"),
        risk=query.among("risk", RISKS) or None,
        sort=query.among("sort", SORTS, "submitted"),
        page=wanted_page(query),
        page_size=PAGE_SIZE,
    )


def _kept(wanted: QueueFilter, choice: DistrictChoice) -> str:
    """What a link to another tab or page keeps: "district=LS-A&sort=amount&"."""
    kept = {"district": choice.chosen, "risk": wanted.risk or "", "sort": wanted.sort}
    return urlencode({name: value for name, value in kept.items() if value}) + "&"


def _lines(rows: Sequence[QueueRow], language: Language, now: datetime) -> Sequence[QueueLine]:
    return [QueueLine(row, name_in(row.product_names, language), waiting_since(row.submitted_at, now)) for row in rows]
