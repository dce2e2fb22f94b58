"""Coming in for the first time: a password, an authenticator, and the recovery codes."""

from __future__ import annotations

from typing import Final

from admin_web.invitations.views import accept, show_invitation
from admin_web.routing import OpenPage, Page

PAGES: Final[tuple[Page, ...]] = (
    OpenPage("GET", "/invitation/{token}", show_invitation),
    OpenPage("POST", "/invitation/{token}", accept),
)
