from __future__ import annotations

from ipaddress import ip_network
from types import SimpleNamespace
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from admin_web.addresses import client_address, client_browser

OURS = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("forwarded", "trusted", "expected"),
    [
        ([], OURS, "127.0.0.1"),
        (["203.0.113.9"], (), "127.0.0.1"),
        (["203.0.113.9"], OURS, "203.0.113.9"),
        (["198.51.100.7, 203.0.113.9"], OURS, "203.0.113.9"),
        (["198.51.100.7, 203.0.113.9, 10.1.2.3"], OURS, "203.0.113.9"),
        (["198.51.100.7", "203.0.113.9"], OURS, "203.0.113.9"),
        (["not an address"], OURS, "not an address"),
    ],
)
def test_forwarded_addresses_are_believed_only_from_proxies_of_ours(
    forwarded: list[str], trusted: tuple[object, ...], expected: str
) -> None:
    request = make_mocked_request("GET", "/", headers=[("X-Forwarded-For", value) for value in forwarded])
    request = request.clone(remote="127.0.0.1")

    assert client_address(request, trusted) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sent", "read"), [({}, ""), ({"User-Agent": "Chrome"}, "Chrome"), ({"User-Agent": "Caf\udce9 8"}, "Caf? 8")]
)
def test_what_a_browser_calls_itself_can_be_kept_whatever_bytes_it_sends(sent: dict[str, str], read: str) -> None:
    request = cast("web.Request", SimpleNamespace(headers=sent))  # a made-up request of aiohttp's takes only text

    assert client_browser(request) == read
