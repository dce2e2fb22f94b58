"""The provider stand-in as the demo runs it, and `letsema stand-in`, which runs it alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from channels.stand_in.app import make_stand_in
from channels.stand_in.settings import StandInSettings
from core.ports.environment import Clock
from letsema.demo.settings import HOOK_TOKEN, HOST, SMS_API_KEY, SMS_USERNAME, TELEGRAM_SECRET, TELEGRAM_TOKEN
from letsema.environment import SystemClock
from letsema.serving import Listener, listening, stop_signals
from letsema.setting_values import WrongSettingError, is_on_loopback
from letsema.settings import Settings

_SHUTDOWN_SECONDS = 2.0


def stand_in_app(
    public_url: str,
    hook_token: str,
    clock: Clock,
    *,
    sms_username: str = SMS_USERNAME,
    sms_api_key: str = SMS_API_KEY,
) -> web.Application:
    """The stand-in for an application at an address on loopback; its wallets pay at the clock's time."""
    return make_stand_in(
        StandInSettings(
            public_url=public_url,
            now=clock.now,
            hook_token=hook_token,
            sms_username=sms_username,
            sms_api_key=sms_api_key,
            telegram_token=TELEGRAM_TOKEN,
            telegram_secret=TELEGRAM_SECRET,
        )
    )


async def run_stand_in(public_url: str, port: int, hook_token: str | None, settings: Settings) -> None:
    """Stand in until told to stop. Raises `WrongSettingError`.

    What the settings say about the provider and the hooks holds here too, so that an application which has the same
    settings is answered and called; what they leave out is the demo's.
    """
    if not is_on_loopback(urlsplit(public_url).hostname):
        raise WrongSettingError("The stand-in calls back on loopback only, such as --public http://127.0.0.1:8080.")
    known = [token.get_secret_value() for token in settings.hook_tokens]
    app = stand_in_app(
        public_url,
        hook_token or next(iter(known), HOOK_TOKEN),
        SystemClock(),
        sms_username=settings.africastalking_username or SMS_USERNAME,
        sms_api_key=settings.africastalking_api_key.get_secret_value() or SMS_API_KEY,
    )
    listener = Listener(app, HOST, port, "--port")
    async with stop_signals() as stop, listening([listener], shutdown_seconds=_SHUTDOWN_SECONDS):
        await stop.wait()
