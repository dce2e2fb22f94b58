"""The application's page: everything that a decision rests on, on one page, with what this actor may do now."""

from __future__ import annotations

from aiohttp import web

from admin_web.applications.advice import advice_of
from admin_web.applications.answers import answers_of
from admin_web.applications.choices import choices_of
from admin_web.applications.findings import findings_for, overrides_of
from admin_web.visits import Visit
from admin_web.waiting import waiting_since
from core.records.application import OPEN_STATUSES
from core.records.borrower import age_on
from core.records.staff import Permission
from core.use_cases.reviewing import application_file


async def show_application(visit: Visit) -> web.Response:
    """One application of the actor's own lender."""
    file = await application_file(visit.engine, visit.actor, visit.reference)
    application = file.application
    advice = advice_of(file)
    catalogue = await visit.engine.record.catalogue()
    return await visit.page(
        "applications/application.html",
        file=file,
        is_open=application.status in OPEN_STATUSES,
        waiting=waiting_since(application.submitted_at, visit.engine.clock.now()),
        advice=advice,
        is_checked=advice.sharing is not None,
        findings=findings_for(visit.actor, advice.findings),
        overrides=overrides_of(file),
        answers=answers_of(file.answers),
        choices=choices_of(file, visit.actor),
        age=age_on(file.borrower.date_of_birth, file.business_on),
        district_name=catalogue.district(application.district).name,
        may_check_identity=visit.actor.may(Permission.BORROWER_CHECK_IDENTITY),
    )
