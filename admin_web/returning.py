"""Back to where one was before sign-in, and never anywhere but to a page of this portal."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

_OUR_PATH: Final = re.compile(r"/(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*/?)?(?:\?[A-Za-z0-9_=&-]*)?")
"""One slash, then plain segments: no scheme, no second slash, no backslash, nothing that a browser reads as a host.

There is one way to read each address. With more, an address that nearly fits keeps the process busy for hours.
"""


def sign_in_address(request: web.Request) -> str:
    """The sign-in page, remembering the page that was asked for when it was only to be read."""
    if request.method != "GET" or request.path_qs == "/":
        return "/login"
    return f"/login?{urlencode({'next': safe_path(request.path_qs)})}"


def safe_path(wanted: str, otherwise: str = "/") -> str:
    """The wanted path if it is one of ours, else another."""
    return wanted if _OUR_PATH.fullmatch(wanted) else otherwise
