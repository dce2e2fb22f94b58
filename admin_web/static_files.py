"""Answers with the portal's own files."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from admin_web.visits import Guest

_CACHE: Final = "public, max-age=31536000, immutable"


async def serve_asset(guest: Guest) -> web.Response:
    """A file at the address that names its content. An address of an older release is gone: 404."""
    asset = guest.portal.assets.at(guest.request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    headers = {hdrs.CACHE_CONTROL: _CACHE, hdrs.VARY: hdrs.ACCEPT_ENCODING}
    if "gzip" in guest.request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=asset.gzipped, content_type=asset.content_type, headers=headers)
    return web.Response(body=asset.plain, content_type=asset.content_type, headers=headers)
