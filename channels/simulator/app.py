"""The browser phone: one page, its files, and a same-origin window on what the stand-in sent to the phone shown.

Demo only. The page speaks the application's USSD callback directly; messages and money come through here, because the
page's own security policy lets it talk to nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import jinja2
from aiohttp import web

from channels.stand_in.loopback import loopback_only, require_json
from core.errors import InvalidInput
from core.phones import PhoneNumber

_HERE: Final = Path(__file__).parent
_ROWS_MAX: Final = 50
_STAND_IN_SECONDS_MAX: Final = 5.0
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; "
    "style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A borrower of the demo who can be picked. `language` is shown as it is ("st", "en")."""

    number: PhoneNumber
    pin: str
    district: str
    language: str
    loans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoLender:
    """An MFI that can be paid."""

    name: str
    rail_account: str


def make_simulator(
    *,
    service_code: str,
    ussd_url: str,
    stand_in_url: str,
    phones: Sequence[DemoPhone],
    lenders: Sequence[DemoLender],
) -> web.Application:
    """Make the sub-application to mount at `/simulator`.

    ussd_url: the callback's path on the same origin. stand_in_url: the stand-in's own address, which only this server
    needs to reach.
    """
    app = web.Application(middlewares=[loopback_only])
    page = _Page(app, service_code, ussd_url, phones, lenders)
    window = _Window(stand_in_url)
    app.cleanup_ctx.append(window.open)
    app.add_routes(
        [
            web.get("", page.get, name="page"),
            web.get("/", page.get_with_slash),
            web.get("/activity", window.get_activity, name="activity"),
            web.post("/pay", window.post_pay, name="pay"),
            web.static("/static", _HERE / "static", name="static"),
        ]
    )
    return app


class _Page:
    """The page itself."""

    def __init__(
        self,
        app: web.Application,
        service_code: str,
        ussd_url: str,
        phones: Sequence[DemoPhone],
        lenders: Sequence[DemoLender],
    ) -> None:
        self._router = app.router
        self._values = {"service_code": service_code, "ussd_url": ussd_url, "phones": phones, "lenders": lenders}
        templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        self._template = templates.get_template("phone.html")

    async def get(self, _request: web.Request) -> web.Response:
        """Show the phone."""
        html = self._template.render(
            **self._values,
            activity_url=self._router["activity"].url_for(),
            pay_url=self._router["pay"].url_for(),
            static=self._static,
        )
        return web.Response(text=html, content_type="text/html", headers=_HEADERS)

    async def get_with_slash(self, _request: web.Request) -> web.Response:
        """One address for one page."""
        raise web.HTTPPermanentRedirect(self._router["page"].url_for())

    def _static(self, filename: str) -> str:
        return str(self._router["static"].url_for(filename=filename))


class _Window:
    """What the page may see and do at the stand-in."""

    def __init__(self, stand_in_url: str) -> None:
        self._url = stand_in_url.rstrip("/")
        self._client: aiohttp.ClientSession | None = None

    async def open(self, _app: web.Application) -> AsyncIterator[None]:
        """Hold a client for as long as the server lives."""
        timeout = aiohttp.ClientTimeout(total=_STAND_IN_SECONDS_MAX)
        async with aiohttp.ClientSession(timeout=timeout) as self._client:
            yield

    async def get_activity(self, request: web.Request) -> web.Response:
        """Messages to a number, payouts to it and payments from it: `?of=+266…`; the newest rows, oldest first."""
        try:
            number = PhoneNumber.parse(request.query.get("of", "")).e164
        except InvalidInput as error:
            raise web.HTTPBadRequest(text="of is a Lesotho mobile number\n") from error
        try:
            messages, payouts, payments = await asyncio.gather(
                self._rows("/_sent", {"to": number}),
                self._rows("/_payouts", {"to": number}),
                self._rows("/_payments", {"from": number}),
            )
        except (aiohttp.ClientError, TimeoutError):
            return web.json_response({"message": "the provider stand-in does not answer"}, status=502)
        activity = {"messages": messages, "payouts": payouts, "payments": payments}
        return web.json_response(activity, headers={"Cache-Control": "no-store"})

    async def post_pay(self, request: web.Request) -> web.Response:
        """Hand a payment to the rail as it is; the rail says what is wrong with it."""
        require_json(request)
        body = await request.read()
        try:
            async with self._session.post(
                f"{self._url}/rail/pay", data=body, headers={"Content-Type": "application/json"}
            ) as response:
                return web.json_response(await response.json(), status=response.status)
        except (aiohttp.ClientError, TimeoutError):
            return web.json_response({"message": "the provider stand-in does not answer"}, status=502)

    async def _rows(self, path: str, query: dict[str, str]) -> list[Any]:
        async with self._session.get(self._url + path, params=query, raise_for_status=True) as response:
            rows: list[Any] = await response.json()
            return rows[-_ROWS_MAX:]

    @property
    def _session(self) -> aiohttp.ClientSession:
        assert self._client is not None, "the sub-application has not been started"  # noqa: S101 -- programmer's error
        return self._client
