"""What a borrower types, screen by screen, in English."""

from __future__ import annotations

import re

from core.references import Reference
from tests.journeys.phone import Phone

PIN = "6924"


async def register(phone: Phone, *, national_id: str | None = None, district: str = "Mokhotlong") -> None:
    """Nine answers, from an unknown number to the main menu."""
    await phone.dial()
    await phone.choose("English")
    await phone.choose("I agree")
    await phone.answers("Thabo", "Moshoeshoe", national_id or f"0900{phone.number[4:]}", "17051990")
    await phone.choose(district)
    await phone.answers(PIN, PIN)
    assert "registered" in phone.screen


async def to_summary(phone: Phone, *, amount: str = "1500", net_pay: str = "6000") -> None:
    """From the main menu to the costs, for the first time."""
    await phone.choose("Apply")
    await phone.choose("Khotso Finance")
    await phone.choose("Thuso")
    await phone.answer(amount)
    await phone.choose("3 months")
    await phone.choose("Business")
    await phone.choose("Salary")
    await phone.answer(net_pay)
    await phone.choose("This number")


async def apply(phone: Phone, *, amount: str = "1500", net_pay: str = "6000") -> str:
    """From the main menu to a reference number."""
    await to_summary(phone, amount=amount, net_pay=net_pay)
    await phone.choose("Accept")
    await phone.answer(PIN)
    return reference_on(phone.screen)


def reference_on(text: str) -> str:
    """The checked ten-digit number in a text, however it is grouped."""
    for found in re.findall(r"\d[\d ]{8,11}\d", text):
        digits = found.replace(" ", "")
        if len(digits) == 10:
            return str(Reference.parse(digits))
    raise AssertionError(f"no reference in:\n{text}")
