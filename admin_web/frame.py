"""What stands around every page: the lender's name, the business date, the navigation, and the form token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from aiohttp import web

from admin_web.context import REQUEST_ID, Portal, SignedInAs
from admin_web.form_tokens import new_token
from admin_web.languages import mark
from admin_web.notices import forget_notice, notice_of
from admin_web.settings import PortalSettings
from core.ports.record import DistrictDown
from core.records.staff import Actor, Permission


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the portal in the navigation, for those who hold one of the permissions."""

    path: str
    name: str
    permissions: tuple[Permission, ...]


_APPROVALS: Final = Section(
    "/approvals", mark("Second person"), (Permission.ADJUSTMENT_CARRY_OUT, Permission.ADJUSTMENT_PROPOSE)
)
SECTIONS: Final = (
    Section("/queue", mark("Applications"), (Permission.APPLICATION_READ,)),
    Section("/disbursements", mark("Disbursements"), (Permission.DISBURSEMENT_READ,)),
    Section("/loans", mark("Loans"), (Permission.LOAN_READ,)),
    Section("/payments", mark("Payments"), (Permission.PAYMENT_READ,)),
    _APPROVALS,
    Section("/complaints", mark("Complaints"), (Permission.COMPLAINT_READ,)),
    Section("/identity-cases", mark("Identity"), (Permission.IDENTITY_READ,)),
    Section("/pin-resets", mark("New PIN"), (Permission.BORROWER_RESET_PIN,)),
    Section("/dashboard", mark("Dashboard"), (Permission.DASHBOARD_READ,)),
)
_BELONGS: Final = {
    "/applications": "/queue",
    "/corrections": "/payments",
    "/floats": "/disbursements",
    "/intake": "/payments",
    "/identity-changes": "/identity-cases",
    "/payouts": "/disbursements",
}
"""Pages that have no place of their own in the navigation, and whose they are."""


def sections_of(actor: Actor) -> Sequence[Section]:
    """The sections that an actor may open, in order. The first is where sign-in leads."""
    return [section for section in SECTIONS if any(map(actor.may, section.permissions))]


def home_of(actor: Actor) -> str:
    """Where an actor's day begins."""
    sections = sections_of(actor)
    return sections[0].path if sections else "/me"


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of one page. A guest's has no member."""

    settings: PortalSettings
    form_token: str
    request_id: str
    path: str
    notice: str = ""
    member_name: str = ""
    roles: tuple[str, ...] = ()
    mfi_name: str = ""
    business_on: date | None = None
    sections: Sequence[Section] = ()
    may_search: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    def is_in(self, section: Section) -> bool:
        """Whether this page belongs to a section. An application's page is part of the queue's."""
        first = "/" + self.path.removeprefix("/").partition("/")[0]
        return _BELONGS.get(first, first) == section.path

    def take_notice(self, response: web.Response) -> None:
        """Drop the notice once a page has shown it."""
        if self.notice:
            forget_notice(response, self.settings)


def guest_frame(request: web.Request, portal: Portal, form_token: str) -> Frame:
    """The frame before sign-in. Making it asks nobody, so that it serves when everything else is down."""
    return Frame(portal.settings, form_token, str(request[REQUEST_ID]), request.path)


async def staff_frame(request: web.Request, portal: Portal, known: SignedInAs) -> Frame:
    """The frame for a member of staff, with the business date of their district."""
    actor = known.member.actor
    catalogue = await portal.engine.record.catalogue()
    return Frame(
        settings=portal.settings,
        form_token=new_token(portal, known.session.csrf_token),
        request_id=str(request[REQUEST_ID]),
        path=request.path,
        notice=notice_of(request, portal.settings),
        member_name=actor.name,
        roles=tuple(sorted(actor.roles)),
        mfi_name=catalogue.mfi(actor.mfi_id).name,
        business_on=await _business_date(portal, actor.district),
        sections=sections_of(actor),
        may_search=actor.may(Permission.LOAN_READ),
        counts=await _counts(portal, actor),
    )


async def _counts(portal: Portal, actor: Actor) -> Mapping[str, int]:
    """How much waits in a section, where that can be said at once.

    Over what the desk covers: the head office all districts, a branch its own. While one of them is silent no number
    is shown, since a page must not wait for it and a smaller number would be wrong.
    """
    if _APPROVALS not in sections_of(actor):
        return {}
    catalogue = await portal.engine.record.catalogue()
    at_head_office = actor.district == catalogue.mfi(actor.mfi_id).head_office_district
    districts = sorted(catalogue.districts) if at_head_office else [actor.district]
    pending = await portal.reads.count_proposals(actor.mfi_id, districts)
    return {_APPROVALS.path: pending} if pending else {}


async def _business_date(portal: Portal, district: str) -> date | None:
    """The district's date; None while its node does not answer, so that the page that says so can be shown."""
    try:
        async with portal.engine.record.unit(district) as unit:
            return await unit.business_date()
    except DistrictDown:
        return None
