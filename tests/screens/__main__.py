"""Start a demo, live a little in it, and photograph each page at two widths and in two languages."""

from __future__ import annotations

import asyncio
import base64
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from playwright.async_api import Browser, Page

from tests.journeys.borrower import apply, register
from tests.journeys.demo import Demo, Provider
from tests.journeys.phone import Phone
from tests.journeys.portal import Desk, chromium

SCREENS: Final = Path(__file__).parents[2] / "docs" / "screens"
WIDTHS: Final = {1280: 800, 360: 740}
LANGUAGES: Final = ("en", "st_LS")
PAGES: Final = {
    "queue": ("loan_officer", "/queue?tab=new&district=all"),
    "queue-in-review": ("credit_analyst", "/queue?tab=in_review&district=all"),
    "disbursements": ("cashier", "/disbursements?district=all"),
    "payments": ("cashier", "/payments?district=all"),
    "payments-suspense": ("cashier", "/payments?status=suspense&district=all"),
    "loans": ("manager", "/loans?district=all"),
    "dashboard": ("manager", "/dashboard?district=all"),
    "my-settings": ("manager", "/me"),
    "not-found": ("manager", "/loans/1100000000"),
}
STEPS: Final = ("", "/identity", "/recommend", "/approve", "/reject", "/return")
NEWCOMER: Final = "+26658123456"


@dataclass
class Studio:
    """Where the pictures are taken."""

    demo: Demo
    browser: Browser
    http: aiohttp.ClientSession

    async def portal(self) -> None:
        """Each page of the portal."""
        application = await self._waiting_application()
        loan = await self._first_link("manager", "/loans?district=all", r"/loans/(\d{10})")
        payout = await self._first_link("cashier", "/disbursements?district=all", r"/disbursements/(\d{10})/release")
        pages = dict(PAGES)
        pages |= {
            f"application{step.replace('/', '-')}": ("credit_analyst", f"/applications/{application}{step}")
            for step in STEPS
        }
        pages["loan"] = ("manager", f"/loans/{loan}")
        if payout:
            pages["release"] = ("cashier", f"/disbursements/{payout}/release")
        for language in LANGUAGES:
            await self._sign_in_page(language)
            for role in sorted({role for role, _ in pages.values()}):
                await self._pages_of(role, language, {name: path for name, (r, path) in pages.items() if r == role})

    async def phone(self) -> None:
        """The browser phone: at rest, and with the costs of a loan on its screen."""
        for width, height in WIDTHS.items():
            page = await self._new_page(width, height)
            await page.goto(f"{self.demo.public}/simulator")
            await page.wait_for_load_state("networkidle")
            await page.screenshot(path=SCREENS / f"phone-{width}.png", full_page=True)
            await page.context.close()

    async def side_by_side(self) -> None:
        """The README's picture: the phone beside the portal."""
        left, right = (SCREENS / name for name in ("phone-1280.png", "application-1280-en.png"))
        page = await self._new_page(1600, 900)
        sources = [base64.b64encode(picture.read_bytes()).decode() for picture in (left, right)]
        images = "".join(f'<div><img src="data:image/png;base64,{source}"></div>' for source in sources)
        await page.set_content(
            "<style>body{margin:0;display:flex;gap:16px;background:#e8e6e1;padding:16px}"
            "div{flex:1;height:868px;overflow:hidden;border-radius:8px;box-shadow:0 2px 12px #0003}"
            f"img{{width:100%;display:block}}</style>{images}"
        )
        await page.screenshot(path=SCREENS / "phone-and-portal.png")
        await page.context.close()

    async def _pages_of(self, role: str, language: str, pages: dict[str, str]) -> None:
        desk = await Desk.sign_in(self.browser, self.demo.public, self.demo.staff(role, "Khotso"))
        await desk.open("/me")
        await desk.page.check(f"input[name=language][value={language}]")
        await desk.page.click("form[action='/me/language'] button")
        await desk.page.wait_for_load_state("load")
        for name, path in pages.items():
            for width, height in WIDTHS.items():
                await desk.page.set_viewport_size({"width": width, "height": height})
                await desk.page.goto(f"{self.demo.public}{path}")
                await check_fits(desk.page, f"{name} at {width} in {language}")
                await desk.page.screenshot(path=SCREENS / f"{name}-{width}-{language}.png", full_page=True)
        await desk.page.context.close()

    async def _sign_in_page(self, language: str) -> None:
        for width, height in WIDTHS.items():
            page = await self._new_page(width, height)
            await page.goto(f"{self.demo.public}/login?language={language}")
            await check_fits(page, f"sign-in at {width} in {language}")
            await page.screenshot(path=SCREENS / f"sign-in-{width}-{language}.png", full_page=True)
            await page.context.close()

    async def _waiting_application(self) -> str:
        phone = Phone(self.http, self.demo.public, NEWCOMER)
        await register(phone, district="Mokhotlong")
        return await apply(phone)

    async def _first_link(self, role: str, path: str, pattern: str) -> str:
        desk = await Desk.sign_in(self.browser, self.demo.public, self.demo.staff(role, "Khotso"))
        await desk.open(path)
        found = re.search(pattern, await desk.page.content())
        await desk.page.context.close()
        return found.group(1) if found else ""

    async def _new_page(self, width: int, height: int) -> Page:
        context = await self.browser.new_context(viewport={"width": width, "height": height})
        return await context.new_page()


async def check_fits(page: Page, what: str) -> None:
    """Nothing sticks out of the page to the right."""
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        raise AssertionError(f"{what} is {wide} px too wide")


async def take_all(data_directory: Path) -> None:
    """Every picture, anew."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for old in SCREENS.glob("*.png"):
        old.unlink()
    demo = await asyncio.to_thread(Demo.start, data_directory)
    try:
        async with aiohttp.ClientSession() as http, chromium() as browser:
            studio = Studio(demo, browser, http)
            await Provider(http, demo).notify(**_lost_payment(demo))
            await studio.portal()
            await studio.phone()
            await studio.side_by_side()
    finally:
        await asyncio.to_thread(demo.stop)


def _lost_payment(demo: Demo) -> dict[str, str]:
    return {
        "reference": "MP-LOST-1",
        "amount": "120.00",
        "payer": "+26662111222",
        "to": demo.rail_account("Khotso"),
        "account": "11 0000",
        "paid_at": "2026-11-01T08:00:00+02:00",
    }


def main(arguments: Sequence[str] = ()) -> None:
    """Take them all; no arguments are needed."""
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(take_all(Path(scratch) / "data"))


if __name__ == "__main__":
    main()
