"""What hangs on the application and on each request, under typed keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from aiohttp import web

from admin_web.assets import Assets
from admin_web.rendering import Templates
from admin_web.settings import PortalSettings
from core.ports.engine import Engine
from core.ports.reads import PortalReads
from core.records.staff import StaffMember, StaffSession


@dataclass(frozen=True, slots=True)
class Portal:
    """What every view may reach for."""

    engine: Engine
    reads: PortalReads
    settings: PortalSettings
    templates: Templates
    assets: Assets


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """Whose request it is. `cookie` is the session's token as the browser sent it."""

    member: StaffMember
    session: StaffSession
    cookie: str

    @property
    def is_verified(self) -> bool:
        """Whether every factor that this member has was given."""
        return self.session.verified_at is not None


PORTAL: Final = web.AppKey("portal", Portal)
REQUEST_ID: Final = web.RequestKey("request_id", UUID)
SIGNED_IN_AS: Final = web.RequestKey("signed_in_as", SignedInAs)


def signed_in_as(request: web.Request) -> SignedInAs | None:
    """Whose request it is, None before sign-in; the session middleware has put it there."""
    return request.get(SIGNED_IN_AS)
