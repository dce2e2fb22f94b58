"""The Telegram channel's settings: off without a token, and refused when half of it is missing or guessable."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.hooks.guards import require_token
from channels.hooks.telegram import make_telegram_hook
from channels.stand_in.app import make_stand_in
from channels.stand_in.settings import StandInSettings
from channels.telegram.desk import TelegramDesk
from letsema.environment import SystemIdentifiers
from letsema.metrics import Metrics
from letsema.public_app import make_public_app
from letsema.readiness import check_production
from letsema.setting_values import WrongSettingError
from letsema.settings import load_settings
from letsema.telegram import examine_bot
from tests.letsema.test_settings import READY

STAND_IN = StandInSettings("http://127.0.0.1:1", lambda: datetime.now(UTC))
TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz0123456"
SECRET = "0f3c9a7d52e84b16c0d7aa"
WHOLE = {
    "LETSEMA_TELEGRAM_TOKEN": TOKEN,
    "LETSEMA_TELEGRAM_SECRETS": SECRET,
    "LETSEMA_TELEGRAM_WEBHOOK_URL": "https://letsema.example/hooks/telegram",
}


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Everything that real borrowers on Telegram need."""
    hook_token = {"LETSEMA_HOOK_TOKENS": "0f3c9a7d52e84b16c0d7aa"}
    for name, value in (READY | hook_token | WHOLE).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_whole_channel_is_ready(whole: pytest.MonkeyPatch) -> None:
    check_production(load_settings(), of_demo=False)


def test_without_a_token_there_is_no_channel_and_nothing_to_check(whole: pytest.MonkeyPatch) -> None:
    for name in WHOLE:
        whole.delenv(name)

    settings = load_settings()

    check_production(settings, of_demo=False)
    assert settings.telegram_token.get_secret_value() == ""


def test_the_webhook_may_be_told_by_hand(whole: pytest.MonkeyPatch) -> None:
    whole.delenv("LETSEMA_TELEGRAM_WEBHOOK_URL")

    check_production(load_settings(), of_demo=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LETSEMA_TELEGRAM_SECRETS", ""),
        ("LETSEMA_TELEGRAM_SECRETS", "demo"),
        ("LETSEMA_TELEGRAM_SECRETS", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("LETSEMA_TELEGRAM_SECRETS", f"{SECRET},short"),
        ("LETSEMA_TELEGRAM_URL", "http://api.telegram.example"),
        ("LETSEMA_TELEGRAM_WEBHOOK_URL", "http://letsema.example/hooks/telegram"),
    ],
)
def test_half_a_channel_serves_nobody(whole: pytest.MonkeyPatch, name: str, value: str) -> None:
    whole.setenv(name, value)

    with pytest.raises(WrongSettingError, match=name):
        check_production(load_settings(), of_demo=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LETSEMA_TELEGRAM_TOKEN", "not-a-token"),
        ("LETSEMA_TELEGRAM_TOKEN", "123456789:short"),
        ("LETSEMA_TELEGRAM_SECRETS", "with a space in it and long enough"),
        ("LETSEMA_TELEGRAM_SECRETS", "x" * 257),
        ("LETSEMA_TELEGRAM_PER_SECOND", "0"),
        ("LETSEMA_TELEGRAM_PER_SECOND", "31"),
        ("LETSEMA_TELEGRAM_URL", "ftp://api.telegram.org"),
    ],
)
def test_a_wrong_value_is_told_and_never_shown(whole: pytest.MonkeyPatch, name: str, value: str) -> None:
    whole.setenv(name, value)

    with pytest.raises(WrongSettingError, match=name) as refusal:
        load_settings()

    if name in {"LETSEMA_TELEGRAM_TOKEN", "LETSEMA_TELEGRAM_SECRETS"}:
        assert value not in str(refusal.value)


def test_neither_token_nor_secret_is_in_the_repr(whole: pytest.MonkeyPatch) -> None:
    shown = repr(load_settings())

    assert TOKEN not in shown
    assert SECRET not in shown


async def posted(telegram: web.Application | None) -> int:
    """What an update without a secret is answered on the public listener."""
    hooks = web.Application(middlewares=[require_token(("a-token",))])
    app = make_public_app(
        web.Application(),
        hooks,
        None,
        telegram=telegram,
        metrics=Metrics(),
        identifiers=SystemIdentifiers(),
        something_changed=lambda: None,
    )
    async with TestClient(TestServer(app)) as client, client.post("/hooks/telegram", json={"update_id": 1}) as answer:
        return answer.status


async def test_without_the_channel_its_address_is_not_there() -> None:
    assert await posted(None) == 404


async def test_with_the_channel_its_address_is_guarded_by_the_header_alone() -> None:
    desk = cast("TelegramDesk", None)

    assert await posted(make_telegram_hook(desk, (SECRET,))) == 403


@pytest.mark.parametrize(
    ("token", "name", "cure"),
    [(STAND_IN.telegram_token, "letsema_stand_in_bot", ""), (TOKEN, "", "copy it anew from BotFather")],
    ids=["known", "unknown"],
)
async def test_doctor_asks_telegram_whether_it_knows_the_token(
    whole: pytest.MonkeyPatch, token: str, name: str, cure: str
) -> None:
    async with TestServer(make_stand_in(STAND_IN)) as telegram:
        whole.setenv("LETSEMA_TELEGRAM_TOKEN", token)
        whole.setenv("LETSEMA_TELEGRAM_URL", str(telegram.make_url("")).rstrip("/"))

        found = await examine_bot(load_settings())

    assert found[0] == name
    assert cure in found[1]
    assert bool(found[1]) is bool(cure)


async def test_doctor_says_so_when_telegram_does_not_answer(whole: pytest.MonkeyPatch) -> None:
    whole.setenv("LETSEMA_TELEGRAM_URL", "http://127.0.0.1:9")

    name, cure = await examine_bot(load_settings())

    assert (name, cure.startswith("http://127.0.0.1:9 does not answer (unreachable)")) == ("", True)
