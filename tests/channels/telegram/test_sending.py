"""What a failure of Telegram means for what was to be sent, with the real library against the stand-in."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from channels.stand_in.app import make_stand_in
from channels.stand_in.settings import StandInSettings
from channels.telegram.screens import Button, TelegramScreen
from channels.telegram.sending import BotSender, TelegramFailure, open_bot
from tests.channels.stand_in.serving import NOW
from tests.channels.telegram.world import TOKEN

CHAT = 26658851234


@asynccontextmanager
async def a_bot(token: str = TOKEN, fault: str = "") -> AsyncIterator[BotSender]:
    app = make_stand_in(StandInSettings(public_url="http://127.0.0.1:9", now=lambda: NOW, hang_seconds=2.0))
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        async with open_bot(token, url, 10_000, answer_seconds=0.4) as bot:
            if fault:
                await _order(url, fault)
            yield bot


async def _order(url: str, fault: str) -> None:
    body = {"provider": "telegram", "fault": fault, "times": 1}
    async with ClientSession() as client, client.post(f"{url}/_faults", json=body) as answer:
        assert answer.status == 200


async def failed(bot: BotSender, text: str = "Lumela") -> TelegramFailure:
    with pytest.raises(TelegramFailure) as failure:
        await bot.send_text(CHAT, text)
    return failure.value


@pytest.mark.parametrize(
    ("fault", "code", "permanent", "in_doubt"),
    [
        ("blocked", "blocked", True, False),
        ("retry_after", "retry_after", False, False),
        ("timeout", "timeout", False, True),
        ("lost_answer", "timeout", False, True),
        ("500", "provider_error", False, False),
        ("malformed", "malformed_answer", False, True),
        ("bad_key", "bad_key", False, False),
    ],
)
async def test_each_failure_says_whether_to_try_again_and_whether_it_may_have_arrived(
    fault: str, code: str, permanent: bool, in_doubt: bool
) -> None:
    async with a_bot(fault=fault) as bot:
        failure = await failed(bot)

    assert (failure.code, failure.permanent, failure.may_have_been_sent) == (code, permanent, in_doubt)
    assert failure.is_blocked is (fault == "blocked")
    assert failure.needs_operator is (fault == "bad_key")
    assert failure.wait_seconds == (1.0 if fault == "retry_after" else None)


async def test_a_message_that_telegram_refuses_is_not_tried_again() -> None:
    async with a_bot() as bot:
        assert (await failed(bot, "x" * 4_097)).permanent


async def test_an_api_that_is_not_there_got_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with open_bot(TOKEN, f"http://127.0.0.1:{port}", 10_000) as bot:
        failure = await failed(bot)

    assert (failure.code, failure.may_have_been_sent) == ("unreachable", False)


async def test_the_token_is_in_no_failure() -> None:
    async with a_bot(token="700000001:wrong-wrong-wrong-wrong-wrong-wro") as bot:
        failure = await failed(bot)

    assert "wrong" not in f"{failure!r}{failure.__cause__!r}"
    assert failure.__cause__ is None


async def test_a_screen_goes_out_with_its_buttons() -> None:
    async with a_bot() as bot:
        screen = TelegramScreen("Choose", ((Button("1. Apply", "1"),), (Button("Back", "0"), Button("Home", "00"))))

        assert (await bot.send_screen(CHAT, screen, "100", 3)).isdigit()


async def test_the_bot_says_its_name_and_a_wrong_token_that_it_has_none() -> None:
    async with a_bot() as bot:
        assert await bot.ask_name() == "letsema_stand_in_bot"
    async with a_bot(token="700000001:wrong-wrong-wrong-wrong-wrong-wro") as bot:
        with pytest.raises(TelegramFailure) as refused:
            await bot.ask_name()
    assert refused.value.code == "bad_key"


async def test_a_webhook_is_set() -> None:
    async with a_bot() as bot:
        await bot.set_webhook("http://127.0.0.1:1/hooks/telegram", "a-secret")
