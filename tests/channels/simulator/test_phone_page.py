"""The browser phone in a real Chromium, against a small USSD application and the real stand-in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from channels.simulator.app import DemoLender, DemoPhone, make_simulator
from core.phones import PhoneNumber
from tests.channels.simulator.test_app import send_sms
from tests.channels.stand_in.serving import Served, serving

PHONES = [
    DemoPhone(PhoneNumber.parse("+26658851234"), "2580", "Maseru", "Sesotho", ("1034567891",)),
    DemoPhone(PhoneNumber.parse("+26662123456"), "1470", "Leribe", "English"),
]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Lender:
    """An application with a short menu; anything that it does not know is 500, as a broken one would be."""

    replies: dict[str, str] = field(
        default_factory=lambda: {
            "": "CON Lumela Lerato\n1 Kopa\n2 Mekitlane",
            "1": "CON U batla bokae?",
            "1*500": "END Re u romelletse SMS.",
            "1*Lebo": "END Lebo",
        }
    )
    hops: list[dict[str, str]] = field(default_factory=list)

    async def ussd(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.hops.append(form)
        return web.Response(text=self.replies[form["text"]])


@dataclass
class Desk:
    """The page open in a browser, with everything behind it."""

    page: Page
    lender: Lender
    served: Served
    complaints: list[str]

    @property
    def texts(self) -> list[str]:
        return [hop["text"] for hop in self.lender.hops]

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.click(f"[data-digit='{key}']" if len(key) == 1 else f"#{key}-key")

    async def shows(self, text: str) -> None:
        await expect(self.page.locator("#page")).to_have_text(text)


# One browser for all of them: starting it costs more than most of these tests.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(missing: Callable[[str, str], None]) -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        missing("chromium", "apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def desk(browser: Browser, width: int = 1280, height: int = 860) -> AsyncIterator[Desk]:
    lender = Lender()
    async with serving() as served:
        app = web.Application()
        app.router.add_post("/hooks/demo/africastalking/ussd", lender.ussd)
        simulator = make_simulator(
            service_code="*384*555#",
            ussd_url="/hooks/demo/africastalking/ussd",
            stand_in_url=served.url,
            phones=PHONES,
            lenders=[DemoLender("Thusano", "600100")],
        )
        app.add_subapp("/simulator", simulator)
        async with TestServer(app) as server:
            page = await browser.new_page(viewport={"width": width, "height": height})
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(error.message))
            await page.goto(str(server.make_url("/simulator")))
            yield Desk(page, lender, served, complaints)
            await page.close()


async def test_a_session_is_played_on_the_keypad(chromium: Browser) -> None:
    async with desk(chromium) as on:
        await on.press("call")
        await on.shows("Lumela Lerato\n1 Kopa\n2 Mekitlane")
        await on.press("1", "call")
        await on.shows("U batla bokae?")
        await on.press("5", "0", "1", "clear", "0", "call")
        await on.shows("Re u romelletse SMS.")

        assert on.texts == ["", "1", "1*500"]
        assert on.lender.hops[0]["phoneNumber"] == "+26658851234"
        assert on.lender.hops[0]["serviceCode"] == "*384*555#"
        assert on.lender.hops[0]["networkCode"] == "65101"
        assert len({hop["sessionId"] for hop in on.lender.hops}) == 1
        assert on.complaints == []


async def test_a_session_is_played_on_the_keyboard_and_escape_hangs_up(chromium: Browser) -> None:
    async with desk(chromium) as on:
        await on.page.keyboard.press("Enter")
        await on.shows("Lumela Lerato\n1 Kopa\n2 Mekitlane")
        await on.page.keyboard.type("1")
        await on.page.keyboard.press("Enter")
        await on.shows("U batla bokae?")
        await on.page.keyboard.press("Escape")
        await on.shows("")
        await on.page.keyboard.type("*384*555*1#")
        await on.page.keyboard.press("Enter")
        await on.shows("U batla bokae?")

        assert on.texts == ["", "1", "1"]
        assert on.lender.hops[2]["serviceCode"] == "*384*555#"
        assert on.lender.hops[2]["sessionId"] != on.lender.hops[0]["sessionId"]


async def test_letters_are_tapped_as_on_any_phone(chromium: Browser) -> None:
    async with desk(chromium) as on:
        await on.press("call", "1", "call")
        await on.shows("U batla bokae?")
        await on.press("mode", "5", "5", "5", "3", "3", "2", "2", "6", "6", "6")
        await expect(on.page.locator("#typed")).to_have_value("Lebo")
        await on.press("call")

        await on.shows("Lebo")


async def test_another_number_and_a_new_one_dial_as_themselves(chromium: Browser) -> None:
    async with desk(chromium) as on:
        await on.page.get_by_label("6212 3456").check()
        await on.press("call")
        await on.shows("Lumela Lerato\n1 Kopa\n2 Mekitlane")
        await on.page.click("#new-number")
        await on.shows("")
        await on.press("call")
        await on.shows("Lumela Lerato\n1 Kopa\n2 Mekitlane")
        await on.page.reload()

        numbers = [hop["phoneNumber"] for hop in on.lender.hops]
        assert numbers[0] == "+26662123456"
        assert PhoneNumber.parse(numbers[1]).e164 == numbers[1]
        assert await on.page.locator(f"#numbers input[value='{numbers[1]}']").count() == 1


async def test_a_broken_network_says_what_a_handset_says(chromium: Browser) -> None:
    async with desk(chromium) as on:
        del on.lender.replies[""]
        await on.press("call")

        await on.shows("Connection problem or invalid MMI code.")


async def test_a_message_comes_in_and_its_reference_can_be_paid(chromium: Browser) -> None:
    async with desk(chromium) as on:
        await send_sms(on.served, "+26658851234", "Sent. Reference 1034 567 891.")
        await send_sms(on.served, "+26662123456", "For somebody else.")
        await expect(on.page.locator(".message-text")).to_have_text("Sent. Reference 1034 567 891.")
        await expect(on.page.locator("#unread-count")).to_have_text("1")

        await on.page.click(".reference")
        await on.page.keyboard.type("150.00")
        await on.page.keyboard.press("Enter")
        await expect(on.page.locator("#pay-result")).to_contain_text("M150.00 paid. SIM")
        await expect(on.page.locator(".movement")).to_contain_text("Paid 1034567891")

        [payment] = await on.served.get("/_payments")
        assert (payment["payer"], payment["to"], payment["account"]) == ("+26658851234", "600100", "1034567891")
        assert on.complaints == []


@pytest.mark.parametrize("width", [320, 360, 800, 1280])
async def test_nothing_sticks_out_at_any_width(chromium: Browser, width: int) -> None:
    async with desk(chromium, width=width) as on:
        await on.press("call")
        await on.shows("Lumela Lerato\n1 Kopa\n2 Mekitlane")

        assert await on.page.evaluate("document.documentElement.scrollWidth") == width
        assert on.complaints == []
