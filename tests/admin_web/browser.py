"""A browser as the tests need one: keeps cookies, sends what a browser sends, and fills in the token of a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_KEY = re.compile(r'name="key" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back, with the page read already."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


def token_on(page: Answer) -> str:
    """The token of the forms on a page."""
    return page.text.split('name="form_token" value="')[1].split('"')[0]


@dataclass
class Browser:
    """One visitor."""

    client: TestClient[Request, Application]

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, headers=headers)

    async def post(self, path: str, *, seen_on: str, **fields: str) -> Answer:
        """Send a form as its page gave it: with the token, and the one-use key where the page has one."""
        page = (await self.get(seen_on)).text
        hidden = {"form_token": _TOKEN.search(page), "key": _KEY.search(page)}
        known = {name: found[1] for name, found in hidden.items() if found is not None}
        return await self.send("POST", path, fields={**known, **fields})

    async def send(
        self,
        method: str,
        path: str,
        *,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
        async with self.client.request(method, path, data=fields, headers=sent, allow_redirects=False) as response:
            return Answer(response.status, response.headers.copy(), await response.text())

    async def sign_in(self, email: str, password: str) -> Answer:
        return await self.post("/login", seen_on="/login", email=email, password=password)

    def cookie(self, name: str) -> str:
        return next((morsel.value for morsel in self.client.session.cookie_jar if morsel.key == name), "")
