"""What `letsema conversations check` measures is what goes over the wire: its pages, byte for byte, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.check import Candidates, worst_views
from conversations.check.worst import LARGEST_AMOUNT, OF_THE_ENGINE, Worst
from conversations.checked import borrower
from conversations.engine import Choice, Text
from conversations.flows import BORROWER
from core.calendar import MASERU
from core.money import Money
from core.records.borrower import Language
from tests.journeys.phone import Phone

pytestmark = pytest.mark.journey

REGISTERING = ("7", "{language}", "3", "1", "1", "7", "x" * 183, "Palesa", "1", "Mokoena", "12", "{national_id}")
BORN_AND_AT_HOME = ("1990", "01011800", "17051990", "98", "0", "99", "1", "12", "1234", "2580", "1", "2580")
APPLYING = ("1", "98", "1", "98", "1", "1", "1525", "1500", "98", "98", "1", "9", "1", "8", "1", "x")
OTHERWISE = ("00", "6", "9", "00", "6", "1")

OLDEST_YEARS = 110
LISTS = {
    "register.district": "districts",
    "apply.lender": "lenders",
    "apply.product": "products",
    "apply.term": "terms",
}
LIMITS = (
    {"amount_min": Money.of(500), "amount_max": Money.of(20_000), "low": Money.of(500), "high": Money.of(20_000)},
    {"low": Money.of(100), "high": LARGEST_AMOUNT},
)
"""What the demo's first product allows, and what an income may be."""

ITEM = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
KINDS = {
    "menu": "main.menu",
    "confirmation": "register.consent",
    "question": "register.surname",
    "date": "register.date_of_birth",
    "list": "register.district",
    "PIN": "register.pin_again",
    "money": "apply.net_pay",
    "resume": "start.resume",
    "end": "help.how",
}


@dataclass
class Wire:
    """A phone that keeps every answer as it came: the screen's name in the header, and the body."""

    phone: Phone
    pages: list[tuple[str, bytes]] = field(default_factory=list)

    async def dials(self) -> None:
        self.phone.session_id, self.phone.transcript = f"ATUid_{len(self.pages)}_{self.phone.number}", ""
        await self._hop()

    async def types(self, *typed: str) -> None:
        for text in typed:
            self.phone.transcript = f"{self.phone.transcript}*{text}" if self.phone.transcript else text
            await self._hop()

    async def _hop(self) -> None:
        form = {
            "sessionId": self.phone.session_id,
            "serviceCode": "*384*555#",
            "phoneNumber": self.phone.number,
            "text": self.phone.transcript,
            "networkCode": "65101",
        }
        url = f"{self.phone.public_url}/hooks/demo/africastalking/ussd"
        async with self.phone.http.post(url, data=form) as answer:
            assert answer.status == 200
            self.pages.append((answer.headers.get("at-ussd-hop-metadata", ""), await answer.read()))


@pytest.mark.parametrize("language", list(Language))
async def test_every_page_on_the_wire_is_one_that_the_check_measures(phone: Phone, language: Language) -> None:
    wire = Wire(phone)
    await wire.dials()
    choice = {Language.SESOTHO: "1", Language.ENGLISH: "2"}[language]
    national_id = phone.number.removeprefix("+").rjust(12, "0")
    await wire.types(*(typed.format(language=choice, national_id=national_id) for typed in REGISTERING))
    await wire.dials()
    await wire.types("9", "1", *BORN_AND_AT_HOME, *APPLYING, *OTHERWISE)

    checked = measured(language, wire.pages) | measured(Language.SESOTHO, wire.pages[:2])
    assert [page for page in wire.pages if page not in checked] == []
    assert {screen for screen, _ in wire.pages} >= set(KINDS.values())


def measured(language: Language, pages: Sequence[tuple[str, bytes]]) -> set[tuple[str, bytes]]:
    """Every page that the check lays out, by its screen, as bytes of the wire; lists have the items of the demo.

    The check lays out each screen with every key that it may have; one that was come to first has no way back, and one
    that home itself leads to none there.
    """
    subject = borrower()
    seen = {name: _items(listed, pages) for listed, name in LISTS.items()}
    lists: Candidates = {name: (items,) for name, items in seen.items() if items}
    candidates: Candidates = {**OF_THE_ENGINE, **subject.candidates, **lists}
    found: set[tuple[str, bytes]] = set()
    renderer = UssdRenderer(subject.texts)
    for values in _as_in_the_demo(candidates):
        for view in worst_views(BORROWER, Worst(values, subject.texts, renderer.measure), language):
            kind = "END" if view.ends else "CON"
            for shown in (view, replace(view, can_go_back=False), replace(view, can_go_back=False, can_go_home=False)):
                found |= {(view.screen, f"{kind} {page}".encode()) for page in renderer.pages(shown)}
    return found


def _as_in_the_demo(candidates: Candidates) -> Iterator[Candidates]:
    """The check's values with those of the demo in their place, one set for each amount that is asked for."""
    today = datetime.now(MASERU).date()
    born = today.replace(year=today.year - OLDEST_YEARS)
    for limits in LIMITS:
        for title in ("register.title", "apply.title"):
            mine = {name: (value,) for name, value in limits.items()}
            days = {"earliest": (born,), "latest": (today,), "today": (today,)}
            steps = {"multiple": (Money.of(50),), "amount_step": (Money.of(50),)}
            yield {**candidates, **mine, **days, **steps, "digits": (4,), "form": (Text(title),)}


def _items(listed: str, pages: Sequence[tuple[str, bytes]]) -> tuple[Choice, ...]:
    """The items that a list had on the wire, by their numbers, over all its pages."""
    found: dict[int, str] = {}
    for screen, body in pages:
        if screen == listed:
            found |= {int(number): label for number, label in ITEM.findall(body.decode()[len("CON ") :])}
    return tuple(Choice(str(number), found[number]) for number in sorted(found))
