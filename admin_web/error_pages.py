"""The pages for what went wrong: inside the frame for whoever is signed in, plain for everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from admin_web.context import PORTAL, signed_in_as
from admin_web.languages import Text, mark
from admin_web.refusals import sentence_of
from admin_web.returning import safe_path
from admin_web.visits import Guest, Visit
from core.errors import DomainError

_TITLES: Final[Mapping[int, str]] = {
    400: mark("The request was not understood"),
    403: mark("Not allowed"),
    404: mark("Not found"),
    405: mark("Not possible here"),
    409: mark("Not done"),
    413: mark("Too large"),
    422: mark("Something is missing"),
    429: mark("Too many attempts"),
    500: mark("Something went wrong"),
    503: mark("Not reachable just now"),
}

_SENTENCES: Final[Mapping[int, str]] = {
    400: mark("Go back, open the page again and try once more."),
    403: mark("The form was not accepted. Open the page again and send the form from there."),
    404: mark("There is nothing here, or it belongs to somebody else."),
    405: mark("This address does not take that kind of request."),
    413: mark("What was sent is larger than this form takes."),
    500: mark("Nothing was changed that is not shown as done. If it happens again, tell your administrator."),
}


_PARTS_OF_A_STEP: Final = 4
"""A step's address: "", section, reference, verb."""


async def error_page(request: web.Request, status: int, error: DomainError | None = None) -> web.Response:
    """The page for a status, with the sentence of the refusal when there was one."""
    title = _TITLES.get(status, _TITLES[500])
    sentence = sentence_of(error) if error is not None else Text(_SENTENCES.get(status, _SENTENCES[500]))
    portal = request.app[PORTAL]
    known = signed_in_as(request)
    # With something broken underneath, the plain frame is the one that surely can be made.
    visitor = Visit(request, portal, known) if known is not None and status < 500 else Guest(request, portal)
    return await visitor.page(
        "layout/error.html", status=status, title=title, sentence=sentence, code=status, way_back=_way_back(request)
    )


def _way_back(request: web.Request) -> str:
    """Where to go on after a refusal: the application that a step was about, the list that a payout was on.

    Whoever made the link that led here wrote the address: what is no page of ours leads to the start.
    """
    parts = request.path.split("/")
    if len(parts) <= _PARTS_OF_A_STEP - 1:
        return "/"
    return safe_path("/".join(parts[:3]) if parts[1] == "applications" else f"/{parts[1]}")
