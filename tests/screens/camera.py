"""What takes the pictures of a portal: somebody signed in, in a language, at each width."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol

from playwright.async_api import Browser, Page

from tests.journeys.portal import Desk
from tests.screens.fit import misfits
from tests.screens.palette import with_palette

WIDTHS: Final = {1280: 800, 360: 740}
LANGUAGES: Final = ("en", "st_LS")


class Workplace(Protocol):
    """A portal that runs, and those who sign in to it."""

    @property
    def public(self) -> str:
        """The address that its paths follow."""
        ...

    def staff(self, role: str, lender: str) -> dict[str, str]:
        """The e-mail and the password of somebody with a role at a lender whose name begins like this."""
        ...


@dataclass
class Camera:
    """Goes about one workplace and fills an album, a directory. `misfits` is what does not fit on its pictures."""

    album: Path
    workplace: Workplace
    browser: Browser
    darkroom: Page
    misfits: list[str] = field(default_factory=list)
    desks: dict[tuple[str, str], Desk] = field(default_factory=dict)

    async def pages_of(self, role: str, language: str, pages: dict[str, str], *, lender: str = "Khotso") -> None:
        """Pages as one role sees them: paths by the names of their pictures."""
        desk = await self.desk(role, language, lender)
        for name, path in pages.items():
            for width, height in WIDTHS.items():
                await desk.page.set_viewport_size({"width": width, "height": height})
                answer = await desk.page.goto(f"{self.workplace.public}{path}")
                assert answer is not None
                # A busy machine once left "Not reachable just now" in the album, as the picture of somebody's settings.
                assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, f"{path} answered {answer.status}"
                await self.take(desk.page, f"{name}-{width}-{language}")

    async def photograph(self, page: Page, name: str, language: str) -> None:
        """A page as it stands, at each width."""
        for width, height in WIDTHS.items():
            await page.set_viewport_size({"width": width, "height": height})
            await self.take(page, f"{name}-{width}-{language}")

    async def desk(self, role: str, language: str, lender: str) -> Desk:
        """Somebody signed in, in a language. Each signs in once: the portal counts attempts by address."""
        desk = self.desks.get((role, lender))
        if desk is None:
            desk = await Desk.sign_in(self.browser, self.workplace.public, self.workplace.staff(role, lender))
            self.desks[role, lender] = desk
        await desk.open("/me")
        await desk.page.select_option("main select[name=language]", language)
        await desk.page.click("main form[action='/me/language'] button")
        await desk.page.wait_for_load_state("load")
        return desk

    async def first_link(self, role: str, path: str, pattern: str, *, lender: str = "Khotso") -> str:
        """What the first address on a page that is like this pattern is about."""
        desk = await self.desk(role, "en", lender)
        await desk.open(path)
        found = re.search(pattern, await desk.page.content())
        if found is None:
            raise AssertionError(f"{path} has no {pattern}")
        return found.group(1)

    async def new_page(self, width: int, height: int) -> Page:
        """A page of somebody whom the portal does not know."""
        context = await self.browser.new_context(viewport={"width": width, "height": height})
        return await context.new_page()

    async def take(self, page: Page, name: str, *, is_shaded: bool = False) -> None:
        """The whole page, from top to bottom; what does not fit is noted."""
        self.misfits += [f"{name}: {what}" for what in await misfits(page)]
        await self.keep(await page.screenshot(full_page=True), name, is_shaded=is_shaded)

    async def keep(self, picture: bytes, name: str, *, is_shaded: bool = False) -> None:
        """In a file; what has shades of many colours, like the phone's keys, keeps them all."""
        smaller = picture if is_shaded else await with_palette(self.darkroom, picture)
        (self.album / f"{name}.png").write_bytes(smaller)
