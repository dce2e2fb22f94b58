"""First contact: nine answers, in two languages, with everything that can go wrong on the way."""

from __future__ import annotations

import pytest

from tests.core.use_cases.lending import Lending
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

ANSWERS = ("Palesa", "Mokoena", "012345678901", "17051990")


async def test_nine_answers_register_a_stranger_in_english(stranger: Caller, lending: Lending) -> None:
    await stranger.dials()
    stranger.shows("register.language").says("1. Sesotho", "2. English")
    await stranger.types("2")
    stranger.shows("register.consent").says("credit history", "1. I agree")
    await stranger.types("1", *ANSWERS)
    stranger.shows("register.district").says("98 More")
    await stranger.types("1")
    stranger.shows("register.pin")
    await stranger.types("2580", "2580")

    stranger.shows("main.menu").says("You are registered.", "1. Apply for a loan").goes_on()
    [welcome] = await lending.messages("registered")
    assert welcome.data["given_names"] == "Palesa"


async def test_nine_answers_register_a_stranger_in_sesotho(stranger: Caller, lending: Lending) -> None:
    await stranger.dials()
    await stranger.types("1", "1", *ANSWERS, "1", "2580", "2580")

    stranger.shows("main.menu").says("U ngolisitsoe.", "1. Kopa kalimo")
    await stranger.dials()
    stranger.shows("main.menu").says("1. Kopa kalimo").says_not("U ngolisitsoe.")
