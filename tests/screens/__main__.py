"""Start a demo, live a little in it, and photograph each page at two widths and in two languages."""

from __future__ import annotations

import asyncio
import base64
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
from playwright.async_api import Browser, Page

from core.totp import STEP_SECONDS, code_at
from letsema.environment import SystemClock
from tests.journeys.borrower import apply, reference_on, register
from tests.journeys.demo import Demo, Provider
from tests.journeys.phone import Phone
from tests.journeys.portal import Desk, chromium
from tests.screens.fit import misfits
from tests.screens.palette import with_palette

SCREENS: Final = Path(__file__).parents[2] / "docs" / "screens"
WIDTHS: Final = {1280: 800, 360: 740}
LANGUAGES: Final = ("en", "st_LS")
PAGES: Final = {
    "queue": ("loan_officer", "/queue?tab=new&district=all"),
    "queue-in-review": ("credit_analyst", "/queue?tab=in_review&district=all"),
    "disbursements": ("cashier", "/disbursements?district=all"),
    "payments": ("cashier", "/payments?district=all"),
    "payments-suspense": ("cashier", "/payments?status=suspense&district=all"),
    "approvals": ("manager", "/approvals?district=all"),
    "correct": ("cashier", "/corrections"),
    "fund": ("cashier", "/floats/fund"),
    "sweep": ("cashier", "/floats/sweep"),
    "loans": ("manager", "/loans?district=all"),
    "complaints": ("loan_officer", "/complaints?district=all"),
    "pin-reset": ("loan_officer", "/pin-resets"),
    "dashboard": ("manager", "/dashboard?district=all"),
    "my-settings": ("manager", "/me"),
    "not-found": ("manager", "/loans/1100000000"),
}
STEPS: Final = ("", "/identity", "/recommend", "/reject", "/return")
NEWCOMER: Final = "+26658123456"


@dataclass
class Studio:
    """Where the pictures are taken."""

    demo: Demo
    browser: Browser
    http: aiohttp.ClientSession
    darkroom: Page
    misfits: list[str] = field(default_factory=list)
    desks: dict[tuple[str, str], Desk] = field(default_factory=dict)

    async def portal(self) -> None:
        """Each page of the portal."""
        application = await self._waiting_application()
        recommended = await self._first_link(
            "credit_analyst", "/queue?tab=in_review&district=all", r"/applications/(\d{10})"
        )
        loan = await self._first_link("manager", "/loans?district=all", r"/loans/(\d{10})")
        pages = dict(PAGES)
        pages |= {
            f"application{step.replace('/', '-')}": ("credit_analyst", f"/applications/{application}{step}")
            for step in STEPS
        }
        pages["application-approve"] = ("credit_analyst", f"/applications/{recommended}/approve")
        pages["complaint"] = ("loan_officer", f"/complaints/{await self._complaint()}")
        pages["loan"] = ("manager", f"/loans/{loan}")
        pages |= await self._corrections(loan)
        payout = await self._first_link(
            "cashier", "/disbursements?district=all", r"/disbursements/(\d{10})/release", lender="Mohloli"
        )
        for language in LANGUAGES:
            await self._joining_pages(language)
            await self._sign_in_page(language)
            await self._pages_of("cashier", language, {"release": f"/disbursements/{payout}/release"}, lender="Mohloli")
            await self._search_page(language)
            await self._refused_form(application, language)
            for role in sorted({role for role, _ in pages.values()}):
                await self._pages_of(role, language, {name: path for name, (r, path) in pages.items() if r == role})

    async def _corrections(self, loan: str) -> dict[str, tuple[str, str]]:
        """The pages about one loan's books, with a write-off that waits for its second person."""
        desk = await self._desk("cashier", "en", "Khotso")
        await desk.open(f"/corrections/{loan}/write-off")
        await desk.page.fill("#field-note", "Moved to Durban; the chief has no address.")
        await desk.page.click("main form[method=post] button")
        await desk.page.wait_for_url("**/approvals")
        stray = await self._first_link(
            "cashier", "/payments?status=suspense&district=all", r"/payments/(\d{10})/assign"
        )
        posted = await self._first_link("cashier", "/payments?district=all", r"/payments/(\d{10})/reverse")
        waiting = await self._first_link("manager", "/approvals?district=all", r"/approvals/(LS-[A-K]/[0-9a-f-]{36})")
        return {
            "books": ("cashier", f"/corrections/{loan}"),
            "waive": ("cashier", f"/corrections/{loan}/waive"),
            "write-off": ("cashier", f"/corrections/{loan}/write-off"),
            "assign": ("cashier", f"/payments/{stray}/assign?loan={loan}"),
            "reverse": ("cashier", f"/payments/{posted}/reverse"),
            "approval": ("manager", f"/approvals/{waiting}"),
        }

    async def phone(self) -> None:
        """The browser phone: at rest, and with a loan on its screen."""
        for width, height in WIDTHS.items():
            page = await self._new_page(width, height)
            await page.goto(f"{self.demo.public}/simulator")
            await page.wait_for_load_state("networkidle")
            await self._take(page, f"phone-{width}", is_shaded=True)
            await self._dial_my_loans(page)
            await self._take(page, f"phone-loan-{width}", is_shaded=True)
            await page.context.close()

    async def side_by_side(self) -> None:
        """The README's picture: the phone beside the portal."""
        page = await self._new_page(760, 868)
        await page.goto(f"{self.demo.public}/simulator")
        await self._dial_my_loans(page)
        left = await page.screenshot()
        await page.context.close()
        right = (SCREENS / "application-1280-en.png").read_bytes()
        page = await self._new_page(1640, 900)
        images = "".join(
            f'<div style="flex:{share}"><img src="data:image/png;base64,{base64.b64encode(picture).decode()}"></div>'
            for picture, share in ((left, 760), (right, 848))
        )
        await page.set_content(
            "<style>body{margin:0;display:flex;gap:16px;background:#e8e6e1;padding:16px}"
            "div{height:868px;overflow:hidden;border-radius:8px;box-shadow:0 2px 12px #0003}"
            f"img{{width:100%;display:block}}</style>{images}"
        )
        await self._keep(await page.screenshot(), "phone-and-portal", is_shaded=True)
        await page.context.close()

    async def _dial_my_loans(self, page: Page) -> None:
        """As a borrower of the demo does: choose the phone, call, and ask for the loans."""
        await page.locator("#numbers label").nth(2).click()
        for keys in ("", "2"):
            before = await page.inner_text("#page")
            await page.fill("#typed", keys)
            await page.press("#typed", "Enter")
            await page.wait_for_function("before => document.getElementById('page').innerText !== before", arg=before)
            await page.wait_for_function("() => document.getElementById('screen').dataset.state !== 'waiting'")

    async def _pages_of(self, role: str, language: str, pages: dict[str, str], *, lender: str = "Khotso") -> None:
        desk = await self._desk(role, language, lender)
        for name, path in pages.items():
            for width, height in WIDTHS.items():
                await desk.page.set_viewport_size({"width": width, "height": height})
                await desk.page.goto(f"{self.demo.public}{path}")
                await self._take(desk.page, f"{name}-{width}-{language}")

    async def _joining_pages(self, language: str) -> None:
        """From an invitation's link to the recovery codes, and the second factor that is asked for from then on."""
        email, password = f"neo.{language.lower()}@khotso.example", "correct horse battery"
        who = ("--mfi", "khotso", "--email", email, "--name", "Neo Molise", "--role", "loan_officer")
        code, out = await self.demo.command("staff", "invite", *who)
        if code:
            raise AssertionError(out)
        link = next(word for word in out.split() if word.startswith("http"))
        page = await self._new_page(1280, 800)
        await page.goto(f"{self.demo.public}{link[link.index('/invitation/') :]}?language={language}")
        await self._photograph(page, "invitation", language)
        found = re.search(r"secret=([A-Z2-7]+)", await page.content())
        if found is None:
            raise AssertionError("the invitation shows no secret")
        step = int(SystemClock().now().timestamp()) // STEP_SECONDS
        await page.fill("input[name=password]", password)
        await page.fill("input[name=repeated]", password)
        await page.fill("input[name=code]", code_at(base64.b32decode(found.group(1)), step))
        await page.click("main form button[type=submit]")
        await page.wait_for_selector(".codes")
        await self._photograph(page, "recovery-codes", language)
        await page.context.close()
        page = await self._new_page(1280, 800)
        await page.goto(f"{self.demo.public}/login?language={language}")
        form = page.locator("form[action='/login']:has(input[type=email])")
        await form.locator("input[name=email]").fill(email)
        await form.locator("input[name=password]").fill(password)
        await form.locator("button").click()
        await page.wait_for_url("**/login/totp**")
        await self._photograph(page, "second-factor", language)
        await page.goto(f"{self.demo.public}/login/recovery")
        await self._photograph(page, "recovery", language)
        await page.context.close()

    async def _photograph(self, page: Page, name: str, language: str) -> None:
        for width, height in WIDTHS.items():
            await page.set_viewport_size({"width": width, "height": height})
            await self._take(page, f"{name}-{width}-{language}")

    async def _search_page(self, language: str) -> None:
        desk = await self._desk("manager", language, "Khotso")
        for width, height in WIDTHS.items():
            await desk.page.set_viewport_size({"width": width, "height": height})
            await desk.open("/dashboard")
            await desk.page.fill("#find", "Thabo")
            await desk.page.press("#find", "Enter")
            await desk.page.wait_for_selector("main a[href*='/applications/'], main a[href*='/loans/']")
            await self._take(desk.page, f"search-{width}-{language}")

    async def _refused_form(self, application: str, language: str) -> None:
        """What a form says that was sent without its reason, and where one signs out."""
        desk = await self._desk("credit_analyst", language, "Khotso")
        await desk.open(f"/applications/{application}/reject")
        await desk.page.click("main form[method=post] button")
        await desk.page.wait_for_selector("#summary")
        await desk.page.click(".menu summary")
        await self._photograph(desk.page, "refused", language)

    async def _desk(self, role: str, language: str, lender: str) -> Desk:
        """Somebody signed in, in a language. Each signs in once: the portal counts attempts by address."""
        desk = self.desks.get((role, lender))
        if desk is None:
            desk = await Desk.sign_in(self.browser, self.demo.public, self.demo.staff(role, lender))
            self.desks[role, lender] = desk
        await desk.open("/me")
        await desk.page.select_option("main select[name=language]", language)
        await desk.page.click("main form[action='/me/language'] button")
        await desk.page.wait_for_load_state("load")
        return desk

    async def _take(self, page: Page, name: str, *, is_shaded: bool = False) -> None:
        """The whole page, from top to bottom; what does not fit is noted."""
        self.misfits += [f"{name}: {what}" for what in await misfits(page)]
        await self._keep(await page.screenshot(full_page=True), name, is_shaded=is_shaded)

    async def _keep(self, picture: bytes, name: str, *, is_shaded: bool = False) -> None:
        """In a file; what has shades of many colours, like the phone's keys, keeps them all."""
        smaller = picture if is_shaded else await with_palette(self.darkroom, picture)
        (SCREENS / f"{name}.png").write_bytes(smaller)

    async def _sign_in_page(self, language: str) -> None:
        for width, height in WIDTHS.items():
            page = await self._new_page(width, height)
            await page.goto(f"{self.demo.public}/login?language={language}")
            await self._take(page, f"sign-in-{width}-{language}")
            await page.context.close()

    async def _waiting_application(self) -> str:
        phone = Phone(self.http, self.demo.public, NEWCOMER)
        await register(phone, district="Mokhotlong")
        return await apply(phone)

    async def _complaint(self) -> str:
        phone = Phone(self.http, self.demo.public, NEWCOMER)
        await phone.dial()
        for option in ("Help", "Complaints", "Khotso", "Complain here", "Costs"):
            await phone.choose(option)
        await phone.answer("The fee was more than your officer told me at the market")
        await phone.choose("Yes, send it")
        return reference_on(phone.screen)

    async def _first_link(self, role: str, path: str, pattern: str, *, lender: str = "Khotso") -> str:
        desk = await self._desk(role, "en", lender)
        await desk.open(path)
        found = re.search(pattern, await desk.page.content())
        if found is None:
            raise AssertionError(f"{path} has no {pattern}")
        return found.group(1)

    async def _new_page(self, width: int, height: int) -> Page:
        context = await self.browser.new_context(viewport={"width": width, "height": height})
        return await context.new_page()


async def take_all(data_directory: Path) -> list[str]:
    """Every picture, anew; what does not fit its place is told."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for old in SCREENS.glob("*.png"):
        old.unlink()
    demo = await asyncio.to_thread(Demo.start, data_directory)
    try:
        async with aiohttp.ClientSession() as http, chromium() as browser:
            studio = Studio(demo, browser, http, await browser.new_page())
            await Provider(http, demo).notify(**_lost_payment(demo))
            await studio.portal()
            await studio.phone()
            await studio.side_by_side()
            return studio.misfits
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
        found = asyncio.run(take_all(Path(scratch) / "data"))
    if found:
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
