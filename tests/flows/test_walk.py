"""A random walk over all screens: whatever is typed, a page that fits comes back, with nothing missing on it."""

from __future__ import annotations

import logging
import os
import random
import re
from collections.abc import Awaitable, Callable

import pytest

from core.records.borrower import Language
from tests.core.use_cases.lending import PIN, Lending
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

TURNS = int(os.environ.get("LETSEMA_STORED_WALK_TURNS", "400"))
TYPED = (
    *("1", "1", "1", "2", "2", "3", "4", "5", "6", "0", "00", "98"),
    *(PIN, PIN, "1500", "6000", "Palesa", "Mokoena", "012345678901", "17051990"),
    *("", "99", "{amount}", "ke '; --", "Mots\u030ceanong 😀", "7" * 200),
)
SENSIBLE = {
    "apply.amount": "1500",
    "apply.net_pay": "6000",
    "apply.net_income": "6000",
    "apply.pin": PIN,
    "apply.wallet_number": "58123456",
    "wallet.number": "58123456",
    "wallet.pin": PIN,
    "repay.other": "50",
    "register.given_names": "Palesa",
    "register.surname": "Mokoena",
    "register.national_id": "012345678901",
    "register.date_of_birth": "17051990",
    "register.pin": PIN,
    "register.pin_again": PIN,
}
ABSENT = re.compile(r"(^|\s)\?", re.MULTILINE)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("seed", [1, 2])
async def test_a_random_walk_never_fails_and_never_leaves_a_page(
    known: Callable[..., Awaitable[Caller]],
    stranger: Caller,
    lending: Lending,
    caplog: pytest.LogCaptureFixture,
    language: Language,
    seed: int,
) -> None:
    chance = random.Random(seed)
    borrower = await known(language)
    await lending.active_loan(borrower.number)
    callers = (borrower, stranger)
    with caplog.at_level(logging.WARNING, "conversations"):
        for _ in range(TURNS):
            await take_a_step(chance.choice(callers), chance)

    assert caplog.records == []
    shown = {reply.screen for _, reply in borrower.pages}
    assert {"apply.summary", "loans.loan", "help.menu"} <= shown, "the walk came far enough"


async def take_a_step(caller: Caller, chance: random.Random) -> None:
    if caller.reply.ends or chance.random() < 0.02:
        await caller.dials()
    elif chance.random() < 0.05:
        before = caller.reply
        assert (await caller.repeats()).reply == before
    else:
        sensible = SENSIBLE.get(caller.reply.screen)
        await caller.types(sensible if sensible and chance.random() < 0.8 else chance.choice(TYPED))
    assert not ABSENT.search(caller.reply.text), caller.reply.text
