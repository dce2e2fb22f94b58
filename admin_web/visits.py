"""One request as a view sees it: who comes, what they sent, and the few ways to answer."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from admin_web.chosen_language import guest_language, keep_chosen_language
from admin_web.context import Portal, SignedInAs, signed_in_as
from admin_web.form_tokens import guest_cookie, guest_secret, keep_guest_cookie, new_token
from admin_web.forms import Form
from admin_web.frame import guest_frame, staff_frame
from admin_web.languages import language_or_english
from admin_web.notices import leave_notice
from core.ports.engine import Engine
from core.ports.reads import PortalReads
from core.records.borrower import Language
from core.records.catalogue import District, Mfi
from core.records.staff import Actor
from core.references import Reference


@dataclass(frozen=True, slots=True)
class Guest:
    """A request to an open page. Nothing about the visitor is known."""

    request: web.Request
    portal: Portal

    @property
    def engine(self) -> Engine:
        """What use cases take first."""
        return self.portal.engine

    @property
    def language(self) -> Language:
        """What the visitor chose here, else their own or what the browser asks for."""
        return guest_language(self.request, self.portal.settings)

    async def form(self) -> Form:
        """What was posted, as text. Files and repeated fields are not for this portal's forms."""
        return Form({name: value for name, value in (await self.request.post()).items() if isinstance(value, str)})

    async def page(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        """A page from its template, inside the frame for guests, its forms bound to a cookie of this browser."""
        cookie = guest_cookie(self.request)
        known = signed_in_as(self.request)
        secret = known.session.csrf_token if known is not None else guest_secret(self.portal, cookie)
        frame = guest_frame(self.request, self.portal, new_token(self.portal, secret))
        html = self.portal.templates.render(template, self.language, {"frame": frame, **context})
        response = _html(html, status)
        keep_guest_cookie(self.request, response, cookie)
        keep_chosen_language(self.request, response, self.portal.settings)
        return response


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a member of staff. The MFI comes from the actor, whatever the request says."""

    request: web.Request
    portal: Portal
    known: SignedInAs

    @property
    def engine(self) -> Engine:
        """What use cases take first."""
        return self.portal.engine

    @property
    def reads(self) -> PortalReads:
        """The lists."""
        return self.portal.reads

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.known.member.actor

    @property
    def language(self) -> Language:
        """The language that this member chose."""
        return language_or_english(self.known.member.language)

    @property
    def reference(self) -> Reference:
        """The number in the address. Raises `InvalidReference`."""
        return Reference.parse(self.request.match_info["reference"])

    async def mfi(self) -> Mfi:
        """The lender that the actor works for."""
        return (await self.engine.record.catalogue()).mfi(self.actor.mfi_id)

    async def districts(self) -> Sequence[District]:
        """Every district cell, in order: a loan stays with its MFI even where it no longer lends."""
        catalogue = await self.engine.record.catalogue()
        return sorted(catalogue.districts.values(), key=lambda district: district.code)

    async def district_name(self, code: str) -> str:
        """What a district is called. Raises `NotFound`."""
        return (await self.engine.record.catalogue()).district(code).name

    async def form(self) -> Form:
        """What was posted, as text."""
        return Form({name: value for name, value in (await self.request.post()).items() if isinstance(value, str)})

    def query_form(self) -> Form:
        """What the address says after the question mark, to be read like a form."""
        return Form(dict(self.request.query))

    def new_key(self) -> str:
        """A one-use token for a form: posted twice, it acts once."""
        return base64.urlsafe_b64encode(self.engine.identifiers.new_token()).rstrip(b"=").decode()

    async def page(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        """A page from its template, inside the frame with navigation, business date and what was just done."""
        frame = await staff_frame(self.request, self.portal, self.known)
        html = self.portal.templates.render(template, self.language, {"frame": frame, **context})
        response = _html(html, status)
        frame.take_notice(response)
        return response

    def done(self, notice: str, to: str) -> web.Response:
        """Go on to a page of ours (303) that says what was done; `notice` names a sentence of `notices`."""
        response = web.Response(status=303, headers={"Location": to})
        leave_notice(response, self.portal.settings, notice)
        return response


def _html(html: str, status: int) -> web.Response:
    """A page, compressed for browsers that take it: lines here are thin."""
    response = web.Response(text=html, status=status, content_type="text/html")
    response.enable_compression()
    return response
