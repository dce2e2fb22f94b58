"""A member of staff at a real browser. Pages are found by their addresses and fields, so either language will do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Page, async_playwright

from core.money import Money

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-lcd-text",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium from the system's packages."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


@dataclass
class Desk:
    """One person's signed-in browser."""

    page: Page
    public_url: str

    @classmethod
    async def sign_in(cls, browser: Browser, public_url: str, person: dict[str, str]) -> Desk:
        context = await browser.new_context()
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await page.goto(f"{public_url}/login")
        form = page.locator("form[action='/login']:has(input[type=email])")
        await form.locator("input[name=email]").fill(person["email"])
        await form.locator("input[name=password]").fill(person["password"])
        await form.locator("button").click()
        await page.wait_for_selector("header .menu")
        return cls(page, public_url)

    async def open(self, path: str) -> str:
        """Go to a page; the text on it."""
        answer = await self.page.goto(f"{self.public_url}{path}")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return await self.text()

    async def status_of(self, path: str) -> int:
        """What a page answers."""
        answer = await self.page.goto(f"{self.public_url}{path}")
        assert answer is not None
        return answer.status

    async def text(self) -> str:
        return await self.page.inner_text("main")

    async def find_in_queue(self, reference: str, tab: str = "new") -> str:
        """Open an application from the queue, as a person does: by its line."""
        await self.open(f"/queue?tab={tab}&district=all")
        await self.page.click(f"main a[href*='{reference}']")
        await self.page.wait_for_url(f"**/applications/{reference}")
        return await self.text()

    async def check_identity(self, reference: str) -> None:
        await self.open(f"/applications/{reference}/identity")
        await self.page.check("input[name=method][value=saw_national_id]")
        await self.page.fill("textarea[name=note]", "The card, at the branch.")
        await self._send(f"/applications/{reference}")

    async def recommend(self, reference: str) -> None:
        await self.open(f"/applications/{reference}/recommend")
        await self._send("")

    async def approve(self, reference: str) -> None:
        await self.open(f"/applications/{reference}/approve")
        await self._send("")

    async def may_not(self, reference: str, verb: str) -> bool:
        """Whether the page offers no such step to this person."""
        await self.open(f"/applications/{reference}")
        return await self.page.locator(f"main a[href$='/{reference}/{verb}']").count() == 0

    async def reject(self, reference: str, reason: str) -> None:
        await self.open(f"/applications/{reference}/reject")
        await self.page.check(f"input[name=reason][value={reason}]")
        await self._send("")

    async def release(self, loan: str) -> None:
        await self.open(f"/disbursements/{loan}/release")
        await self._send("/disbursements")

    async def refused_release(self, loan: str) -> str:
        """Try to release; what the page that refuses it says."""
        await self.open(f"/disbursements/{loan}/release")
        await self.page.locator("main form[action$='/release'] button").click()
        await self.page.wait_for_selector("main form", state="detached")
        return await self.text()

    async def propose(self, path: str, **fields: str) -> None:
        """Fill a form in that puts a change before a second person, and send it."""
        await self.open(path)
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]")
            is_list = await field.evaluate("each => each.tagName === 'SELECT'")
            await (field.select_option(value) if is_list else field.fill(value))
        await self._send("/approvals")

    async def carry_out(self, said: str) -> str:
        """Carry out the one change whose line in the list says this; what its page showed before."""
        await self.open("/approvals?district=all")
        await self.page.locator("main tr", has_text=said).locator("a.button").click()
        await self.page.wait_for_url("**/approvals/*/*")
        weighed = await self.text()
        await self.page.locator("main form[action$='/carry-out'] button").click()
        await self.page.wait_for_url("**/approvals")
        return weighed

    async def free_float(self, district: str) -> Money:
        """What a district may pay out or give, as the list of floats says."""
        await self.open("/floats/move")
        row = self.page.locator("main tr", has=self.page.locator("th", has_text=district))
        return Money.of((await row.locator("td").last.inner_text()).removeprefix("M").replace(",", ""))

    async def _send(self, then: str) -> None:
        """Press the button of the page's own form, and be taken on to another page."""
        before = self.page.url
        await self.page.locator("main form[method=post]:has(input[name=key]) button[type=submit]").click()
        await self.page.wait_for_url(lambda url: url != before and (not then or url.partition("?")[0].endswith(then)))
        assert await self.page.locator("#summary").count() == 0, await self.text()
