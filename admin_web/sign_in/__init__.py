"""Coming in and going out."""

from __future__ import annotations

from typing import Final

from admin_web.routing import OpenPage, Page
from admin_web.sign_in.second_factor import (
    post_recovery,
    post_second_factor,
    show_recovery,
    show_second_factor,
)
from admin_web.sign_in.views import home, post_sign_in, show_sign_in, sign_out

PAGES: Final[tuple[Page, ...]] = (
    OpenPage("GET", "/", home),
    OpenPage("GET", "/login", show_sign_in),
    OpenPage("POST", "/login", post_sign_in),
    OpenPage("GET", "/login/totp", show_second_factor),
    OpenPage("POST", "/login/totp", post_second_factor),
    OpenPage("GET", "/login/recovery", show_recovery),
    OpenPage("POST", "/login/recovery", post_recovery),
    OpenPage("POST", "/logout", sign_out),
)
