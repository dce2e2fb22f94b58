"""Start a demo, live a little in it, and photograph each page at two widths and in two languages."""

from __future__ import annotations

import argparse
import asyncio
import base64
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from playwright.async_api import Browser, Page

from core.money import Money
from core.totp import STEP_SECONDS, code_at
from letsema.environment import SystemClock
from tests.journeys.borrower import apply, reference_on, register
from tests.journeys.demo import Demo, Provider
from tests.journeys.phone import Phone
from tests.journeys.portal import chromium
from tests.screens.branch import Branch
from tests.screens.camera import LANGUAGES, WIDTHS, Camera
from tests.screens.pictures import PICTURES

SCREENS: Final = Path(__file__).parents[2] / "docs" / "screens"
PAGES: Final = {
    "queue": ("loan_officer", "/queue?tab=new&district=all"),
    "queue-in-review": ("credit_analyst", "/queue?tab=in_review&district=all"),
    "disbursements": ("cashier", "/disbursements?district=all"),
    "payments": ("cashier", "/payments?district=all"),
    "payments-suspense": ("cashier", "/payments?status=suspense&district=all"),
    "intake": ("cashier", "/intake?district=all"),
    "approvals": ("manager", "/approvals?district=all"),
    "correct": ("cashier", "/corrections"),
    "fund": ("cashier", "/floats/fund"),
    "sweep": ("cashier", "/floats/sweep"),
    "rail-charge": ("cashier", "/floats/charge"),
    "move-float": ("cashier", "/floats/move"),
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
    camera: Camera
    http: aiohttp.ClientSession

    async def portal(self) -> None:
        """Each page of the portal."""
        application = await self._waiting_application()
        recommended = await self.camera.first_link(
            "credit_analyst", "/queue?tab=in_review&district=all", r"/applications/(\d{10})"
        )
        loan = await self.camera.first_link("manager", "/loans?district=all", r"/loans/(\d{10})")
        pages = dict(PAGES)
        pages |= {
            f"application{step.replace('/', '-')}": ("credit_analyst", f"/applications/{application}{step}")
            for step in STEPS
        }
        pages["application-approve"] = ("credit_analyst", f"/applications/{recommended}/approve")
        pages["complaint"] = ("loan_officer", f"/complaints/{await self._complaint()}")
        pages["loan"] = ("manager", f"/loans/{loan}")
        pages |= await self._corrections(loan)
        pages["refund-credit"] = ("cashier", f"/corrections/{await self._overpaid()}/refund")
        payout = await self.camera.first_link(
            "cashier", "/disbursements?district=all", r"/disbursements/(\d{10})/release", lender="Mohloli"
        )
        for language in LANGUAGES:
            await self._joining_pages(language)
            await self._sign_in_page(language)
            for role, name, path in (
                ("cashier", "release", f"/disbursements/{payout}/release"),
                ("loan_officer", "cancel", f"/loans/{payout}/cancel"),
            ):
                await self.camera.pages_of(role, language, {name: path}, lender="Mohloli")
            await self._search_page(language)
            await self._refused_form(application, language)
            for role in sorted({role for role, _ in pages.values()}):
                of_role = {name: path for name, (whose, path) in pages.items() if whose == role}
                await self.camera.pages_of(role, language, of_role)

    async def _corrections(self, loan: str) -> dict[str, tuple[str, str]]:
        """The pages about one loan's books, with a write-off that waits for its second person."""
        desk = await self.camera.desk("cashier", "en", "Khotso")
        await desk.open(f"/corrections/{loan}/write-off")
        await desk.page.fill("#field-note", "Moved to Durban; the chief has no address.")
        await desk.page.click("main form[method=post] button")
        await desk.page.wait_for_url("**/approvals")
        stray = await self.camera.first_link(
            "cashier", "/payments?status=suspense&district=all", r"/payments/(\d{10})/assign"
        )
        posted = await self.camera.first_link("cashier", "/payments?district=all", r"/payments/(\d{10})/reverse")
        waiting = await self.camera.first_link(
            "manager", "/approvals?district=all", r"/approvals/(LS-[A-K]/[0-9a-f-]{36})"
        )
        return {
            "books": ("cashier", f"/corrections/{loan}"),
            "cash": ("cashier", f"/corrections/{loan}/cash"),
            "waive": ("cashier", f"/corrections/{loan}/waive"),
            "write-off": ("cashier", f"/corrections/{loan}/write-off"),
            "assign": ("cashier", f"/payments/{stray}/assign?loan={loan}"),
            "reverse": ("cashier", f"/payments/{posted}/reverse"),
            "refund-payment": ("cashier", f"/payments/{stray}/refund"),
            "approval": ("manager", f"/approvals/{waiting}"),
        }

    async def _overpaid(self) -> str:
        """The last loan of the list, after its borrower paid M50 more than they owe."""
        loan = await self.camera.first_link("manager", "/loans?status=active&district=all", r"(?s).*/loans/(\d{10})")
        desk = await self.camera.desk("cashier", "en", "Khotso")
        await desk.open(f"/corrections/{loan}")
        owed = (await desk.page.inner_text("main dd.sum")).removeprefix("M").replace(",", "")
        amount = Money.of(owed) + Money.of(50)
        notice = {"reference": "MP-MORE-1", "amount": amount.plain, "account": loan, "payer": "+26662111223"}
        await Provider(self.http, self.demo).notify(**_payment(self.demo, **notice))
        while not await desk.page.locator(f"a[href='/corrections/{loan}/refund']").count():
            await asyncio.sleep(0.2)
            await desk.open(f"/corrections/{loan}")
        return loan

    async def phone(self) -> None:
        """The browser phone: at rest, and with a loan on its screen."""
        for width, height in WIDTHS.items():
            page = await self.camera.new_page(width, height)
            await page.goto(f"{self.demo.public}/simulator")
            await page.wait_for_load_state("networkidle")
            await self.camera.take(page, f"phone-{width}", is_shaded=True)
            await self._dial_my_loans(page)
            await self.camera.take(page, f"phone-loan-{width}", is_shaded=True)
            await page.context.close()

    async def side_by_side(self) -> None:
        """The README's picture: the phone beside the portal."""
        page = await self.camera.new_page(760, 868)
        await page.goto(f"{self.demo.public}/simulator")
        await self._dial_my_loans(page)
        left = await page.screenshot()
        await page.context.close()
        right = (self.camera.album / "application-1280-en.png").read_bytes()
        page = await self.camera.new_page(1640, 900)
        images = "".join(
            f'<div style="flex:{share}"><img src="data:image/png;base64,{base64.b64encode(picture).decode()}"></div>'
            for picture, share in ((left, 760), (right, 848))
        )
        await page.set_content(
            "<style>body{margin:0;display:flex;gap:16px;background:#e8e6e1;padding:16px}"
            "div{height:868px;overflow:hidden;border-radius:8px;box-shadow:0 2px 12px #0003}"
            f"img{{width:100%;display:block}}</style>{images}"
        )
        await self.camera.keep(await page.screenshot(), "phone-and-portal", is_shaded=True)
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

    async def _joining_pages(self, language: str) -> None:
        """From an invitation's link to the recovery codes, and the second factor that is asked for from then on."""
        email, password = f"neo.{language.lower()}@khotso.example", "correct horse battery"
        who = ("--mfi", "khotso", "--email", email, "--name", "Neo Molise", "--role", "loan_officer")
        code, out = await self.demo.command("staff", "invite", *who)
        if code:
            raise AssertionError(out)
        link = next(word for word in out.split() if word.startswith("http"))
        page = await self.camera.new_page(1280, 800)
        await page.goto(f"{self.demo.public}{link[link.index('/invitation/') :]}?language={language}")
        await self.camera.photograph(page, "invitation", language)
        found = re.search(r"secret=([A-Z2-7]+)", await page.content())
        if found is None:
            raise AssertionError("the invitation shows no secret")
        step = int(SystemClock().now().timestamp()) // STEP_SECONDS
        await page.fill("input[name=password]", password)
        await page.fill("input[name=repeated]", password)
        await page.fill("input[name=code]", code_at(base64.b32decode(found.group(1)), step))
        await page.click("main form button[type=submit]")
        await page.wait_for_selector(".codes")
        await self.camera.photograph(page, "recovery-codes", language)
        await page.context.close()
        page = await self.camera.new_page(1280, 800)
        await page.goto(f"{self.demo.public}/login?language={language}")
        form = page.locator("form[action='/login']:has(input[type=email])")
        await form.locator("input[name=email]").fill(email)
        await form.locator("input[name=password]").fill(password)
        await form.locator("button").click()
        await page.wait_for_url("**/login/totp**")
        await self.camera.photograph(page, "second-factor", language)
        await page.goto(f"{self.demo.public}/login/recovery")
        await self.camera.photograph(page, "recovery", language)
        await page.context.close()

    async def _search_page(self, language: str) -> None:
        desk = await self.camera.desk("manager", language, "Khotso")
        for width, height in WIDTHS.items():
            await desk.page.set_viewport_size({"width": width, "height": height})
            await desk.open("/dashboard")
            await desk.page.fill("#find", "Thabo")
            await desk.page.press("#find", "Enter")
            await desk.page.wait_for_selector("main a[href*='/applications/'], main a[href*='/loans/']")
            await self.camera.take(desk.page, f"search-{width}-{language}")

    async def _refused_form(self, application: str, language: str) -> None:
        """What a form says that was sent without its reason, and where one signs out."""
        desk = await self.camera.desk("credit_analyst", language, "Khotso")
        await desk.open(f"/applications/{application}/reject")
        await desk.page.click("main form[method=post] button")
        await desk.page.wait_for_selector("#summary")
        await desk.page.click(".menu summary")
        await self.camera.photograph(desk.page, "refused", language)

    async def _sign_in_page(self, language: str) -> None:
        for width, height in WIDTHS.items():
            page = await self.camera.new_page(width, height)
            await page.goto(f"{self.demo.public}/login?language={language}")
            await self.camera.take(page, f"sign-in-{width}-{language}")
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


async def take_all(scratch: Path, album: Path) -> list[str]:
    """Every picture, anew, into a directory; what does not fit its place is told, and which page has none."""
    album.mkdir(parents=True, exist_ok=True)
    for old in album.glob("*.png"):
        old.unlink()
    async with chromium() as browser:
        darkroom = await browser.new_page()
        found = await _take_the_branch(scratch / "branch", album, browser, darkroom)
        found += await _take_the_demo(scratch / "demo", album, browser, darkroom)
    wanted = {f"{name}-{width}-{language}" for name in PICTURES.values() for width in WIDTHS for language in LANGUAGES}
    return found + [f"no picture {name}" for name in sorted(wanted - {picture.stem for picture in album.glob("*.png")})]


async def _take_the_demo(data_directory: Path, album: Path, browser: Browser, darkroom: Page) -> list[str]:
    demo = await asyncio.to_thread(Demo.start, data_directory)
    try:
        async with aiohttp.ClientSession() as http:
            studio = Studio(demo, Camera(album, demo, browser, darkroom), http)
            await Provider(http, demo).notify(**_payment(demo))
            await studio.portal()
            await studio.phone()
            await studio.side_by_side()
            return studio.camera.misfits
    finally:
        await asyncio.to_thread(demo.stop)


async def _take_the_branch(directory: Path, album: Path, browser: Browser, darkroom: Page) -> list[str]:
    async with Branch.opened(directory) as branch:
        camera = Camera(album, branch, browser, darkroom)
        for language in LANGUAGES:
            for role, pages in branch.pages.items():
                await camera.pages_of(role, language, pages)
        return camera.misfits


def _payment(demo: Demo, **changes: str) -> dict[str, str]:
    """A notice of the demo's rail; unless told otherwise, of money that belongs to no loan."""
    return {
        "reference": "MP-LOST-1",
        "amount": "120.00",
        "payer": "+26662111222",
        "to": demo.rail_account("Khotso"),
        "account": "11 0000",
        "paid_at": "2026-11-01T08:00:00+02:00",
        **changes,
    }


def main(arguments: Sequence[str]) -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(prog="make screens", description=__doc__)
    parser.add_argument("--to", type=Path, default=SCREENS, metavar="DIR", help="where to put them: docs/screens")
    album = parser.parse_args(arguments).to
    with tempfile.TemporaryDirectory() as scratch:
        found = asyncio.run(take_all(Path(scratch), album))
    if found:
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main(sys.argv[1:])
