"""One's own account: language and sessions."""

from __future__ import annotations

from aiohttp import web

from admin_web.languages import LANGUAGE_NAMES
from admin_web.profile.browsers import browser_name
from admin_web.session_cookies import set_session_cookie
from admin_web.visits import Visit
from core.records.borrower import Language
from core.use_cases import own_account


async def show_profile(visit: Visit) -> web.Response:
    """Who one is here, since when, and what one may change."""
    return await visit.page(
        "profile/profile.html",
        member=visit.known.member,
        session=visit.known.session,
        browser=browser_name(visit.known.session.user_agent),
        district_name=(await visit.engine.record.catalogue()).district(visit.actor.district).name,
        language_names=LANGUAGE_NAMES,
    )


async def change_language(visit: Visit) -> web.Response:
    """Read the portal in another language."""
    form = await visit.form()
    language = form.choice("language", Language)
    form.check()
    if language is not None:
        await own_account.change_language(visit.engine, visit.known.member, language)
    return visit.done("language_changed", "/me")


async def end_other_sessions(visit: Visit) -> web.Response:
    """End every other session, for instance one left open on another machine."""
    renewed = await own_account.end_other_sessions(visit.engine, visit.known.member, visit.known.session)
    response = visit.done("other_sessions_ended", "/me")
    set_session_cookie(response, visit.portal.settings, renewed.cookie)
    return response
