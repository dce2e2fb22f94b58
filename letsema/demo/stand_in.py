"""The provider stand-in as the demo runs it, and `letsema stand-in`, which runs it alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from channels.stand_in.app import make_stand_in
from channels.stand_in.settings import StandInSettings
from core.ports.environment import Clock
from letsema.demo.settings import HOST, SMS_API_KEY, SMS_USERNAME, TELEGRAM_SECRET, TELEGRAM_TOKEN
from letsema.environment import SystemClock
from letsema.serving import Listener, listening, stop_signals
from letsema.setting_values import WrongSettingError, is_on_loopback

_SHUTDOWN_SECONDS = 2.0


def stand_in_app(public_url: str, hook_token: str, clock: Clock) -> web.Application:
    """The stand-in for an application at an address on loopback; its wallets pay at the clock's time."""
    return make_stand_in(
        StandInSettings(
            public_url=public_url,
            now=clock.now,
            hook_token=hook_token,
            sms_username=SMS_USERNAME,
            sms_api_key=SMS_API_KEY,
            telegram_token=TELEGRAM_TOKEN,
            telegram_secret=TELEGRAM_SECRET,
        )
    )


async def run_stand_in(public_url: str, port: int, hook_token: str) -> None:
    """Stand in until told to stop. Raises `WrongSettingError`."""
    if not is_on_loopback(urlsplit(public_url).hostname):
        raise WrongSettingError("The stand-in calls back on loopback only, such as --public http://127.0.0.1:8080.")
    listener = Listener(stand_in_app(public_url, hook_token, SystemClock()), HOST, port, "--port")
    async with stop_signals() as stop, listening([listener], shutdown_seconds=_SHUTDOWN_SECONDS):
        await stop.wait()
