"""Sign-in with e-mail and password, and sign-out. What is wrong is never told apart: one sentence for every failure."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from aiohttp import hdrs, web

from admin_web.addresses import client_address, client_browser
from admin_web.context import signed_in_as
from admin_web.forms import Form
from admin_web.frame import home_of
from admin_web.languages import LANGUAGE_NAMES
from admin_web.refusals import sentence_of
from admin_web.returning import safe_path
from admin_web.session_cookies import drop_session_cookie, set_session_cookie
from admin_web.visits import Guest
from core.use_cases import sign_in as use_case
from core.use_cases.sign_in import SignedIn, SignInRefused, TooManyAttempts

_log = structlog.get_logger("admin_web")


async def home(guest: Guest) -> web.Response:
    """To the first page of whoever is signed in; everybody else to sign-in."""
    known = signed_in_as(guest.request)
    if known is None:
        return _see_other("/login")
    return _see_other(home_of(known.member.actor) if known.is_verified else "/login/totp")


async def show_sign_in(guest: Guest) -> web.Response:
    """The form. Whoever is signed in already is led on."""
    known = signed_in_as(guest.request)
    if known is not None and known.is_verified:
        return _see_other(home_of(known.member.actor))
    return await _form_page(guest, Form(dict(guest.request.query)))


async def post_sign_in(guest: Guest) -> web.Response:
    """Open a session and end the one that the browser had: a token never survives a change of who one is."""
    form = await guest.form()
    try:
        signed_in = await _open_session(guest, form)
    except (SignInRefused, TooManyAttempts) as error:
        return await _refused(guest, form, error)
    known = signed_in_as(guest.request)
    if known is not None:
        await use_case.sign_out(guest.engine, known.cookie)
    response = _see_other(_next_step(signed_in, form.raw("next")))
    set_session_cookie(response, guest.portal.settings, signed_in.cookie)
    return response


async def sign_out(guest: Guest) -> web.Response:
    """End the session on the server, and have the browser forget what it kept, but for the language."""
    known = signed_in_as(guest.request)
    if known is not None:
        await use_case.sign_out(guest.engine, known.cookie)
    response = _see_other(f"/login?{urlencode({'language': guest.language.value})}")
    drop_session_cookie(response, guest.portal.settings)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _next_step(signed_in: SignedIn, wanted: str) -> str:
    """The second factor for whoever owes one, else the page that was wanted."""
    if signed_in.session.verified_at is None:
        return f"/login/totp?{urlencode({'next': safe_path(wanted, '')})}"
    return safe_path(wanted, home_of(signed_in.member.actor))


async def _open_session(guest: Guest, form: Form) -> SignedIn:
    return await use_case.sign_in(
        guest.engine,
        form.raw("email"),
        form.secret("password"),
        ip=client_address(guest.request, guest.portal.settings.trusted_proxies),
        user_agent=client_browser(guest.request),
    )


async def _refused(guest: Guest, form: Form, error: SignInRefused | TooManyAttempts) -> web.Response:
    """The form again with what was typed, but for the password."""
    _log.warning("authn_login_fail", code=error.code)
    form.refuse("", sentence_of(error))
    if isinstance(error, SignInRefused):
        return await _form_page(guest, form, status=401)
    response = await _form_page(guest, form, status=429)
    response.headers[hdrs.RETRY_AFTER] = str(error.retry_after_seconds)
    return response


async def _form_page(guest: Guest, form: Form, *, status: int = 200) -> web.Response:
    return await guest.page(
        "sign_in/sign_in.html",
        status=status,
        form=form,
        ended="ended" in guest.request.query,
        next_path=safe_path(form.raw("next"), ""),
        demo_sign_ins=guest.portal.settings.demo_sign_ins,
        language_names=LANGUAGE_NAMES,
    )


def _see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
