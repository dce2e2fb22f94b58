"""What a log line may say about where a request went."""

from __future__ import annotations

from aiohttp import web


def logged_path(request: web.Request) -> str:
    """The path. An invitation's token in it is as good as a password, so its place is named instead."""
    token = request.match_info.get("token")
    return request.path.replace(token, "{token}") if token else request.path
