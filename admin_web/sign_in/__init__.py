"""Coming in and going out."""

from __future__ import annotations

from typing import Final

from admin_web.routing import OpenPage, Page
from admin_web.sign_in.views import home, post_sign_in, show_sign_in, sign_out

PAGES: Final[tuple[Page, ...]] = (
    OpenPage("GET", "/", home),
    OpenPage("GET", "/login", show_sign_in),
    OpenPage("POST", "/login", post_sign_in),
    OpenPage("POST", "/logout", sign_out),
)
