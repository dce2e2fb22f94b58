"""Where a request comes from, believed only as far as the proxies that we run ourselves."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import hdrs, web

Network = IPv4Network | IPv6Network


def client_address(request: web.Request, trusted: Sequence[Network]) -> str:
    """The address of the one who asks.

    `X-Forwarded-For` is read from the right, and only while each hop is a proxy of ours: whatever stands further left
    was written by the client and may be made up.
    """
    peer = request.remote or ""
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    while hops and _is_trusted(peer, trusted):
        peer = hops.pop()
    return peer


def client_browser(request: web.Request) -> str:
    """What the browser calls itself; bytes that are no text, as in the name of some phones, become question marks."""
    return request.headers.get(hdrs.USER_AGENT, "").encode(errors="replace").decode()


def _is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    address = _parse(peer)
    return address is not None and any(address in network for network in trusted)


def _parse(peer: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(peer)
    except ValueError:
        return None
