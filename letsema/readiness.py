"""What `serve` and `worker` refuse to start with: anything missing, guessable, or made for the demo alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from letsema.keys.keyring import Keyring
from letsema.setting_values import WrongSettingError, is_guessable, is_on_loopback
from letsema.settings import Settings

TOKEN_CHARACTERS_MIN: Final = 22
"""Twenty-two characters of base64 carry 128 bits."""

_API_KEY_CHARACTERS_MIN: Final = 20


def check_production(settings: Settings, *, of_demo: bool) -> None:
    """Raise `WrongSettingError`, with everything that is wrong in one sentence, unless real borrowers may be served.

    of_demo: the data directory was made by the demo, whose sign-ins and PINs are known to everybody.
    """
    Keyring.from_settings(settings)
    problems = [
        *_demo_things(settings, of_demo=of_demo),
        *_hook_problems(settings),
        *_provider_problems(settings),
        *_telegram_problems(settings),
    ]
    if problems:
        raise WrongSettingError("Not ready for real borrowers: " + "; ".join(problems) + ".")


def _demo_things(settings: Settings, *, of_demo: bool) -> Iterator[str]:
    if of_demo:
        yield "LETSEMA_DATA_DIR is a demo's, whose sign-ins are known to everybody"
    if settings.simulated_rail_url is not None:
        yield "LETSEMA_SIMULATED_RAIL_URL is for the demo alone"
    if settings.internal_port == settings.public_port:
        yield "LETSEMA_INTERNAL_PORT is the public port"


def _hook_problems(settings: Settings) -> Iterator[str]:
    if not settings.hook_tokens:
        yield "LETSEMA_HOOK_TOKENS is missing"
    if any(
        is_guessable(token.get_secret_value(), characters_min=TOKEN_CHARACTERS_MIN) for token in settings.hook_tokens
    ):
        yield "LETSEMA_HOOK_TOKENS has one that is guessable (openssl rand -hex 16 makes a good one)"


def _provider_problems(settings: Settings) -> Iterator[str]:
    address = urlsplit(settings.africastalking_url)
    if address.scheme != "https" or is_on_loopback(address.hostname):
        yield "LETSEMA_AFRICASTALKING_URL is not the provider's https address"
    if not settings.africastalking_username:
        yield "LETSEMA_AFRICASTALKING_USERNAME is missing"
    if is_guessable(settings.africastalking_api_key.get_secret_value(), characters_min=_API_KEY_CHARACTERS_MIN):
        yield "LETSEMA_AFRICASTALKING_API_KEY is missing or a sample"


def _telegram_problems(settings: Settings) -> Iterator[str]:
    """Only where a token turns the channel on."""
    if not settings.telegram_token.get_secret_value():
        return
    secrets = [secret.get_secret_value() for secret in settings.telegram_secrets]
    if not secrets:
        yield "LETSEMA_TELEGRAM_SECRETS is missing"
    if any(is_guessable(secret, characters_min=TOKEN_CHARACTERS_MIN) for secret in secrets):
        yield "LETSEMA_TELEGRAM_SECRETS has one that is guessable (openssl rand -hex 16 makes a good one)"
    if urlsplit(settings.telegram_url).scheme != "https":
        yield "LETSEMA_TELEGRAM_URL is not an https address"
    if settings.telegram_webhook_url is not None and urlsplit(settings.telegram_webhook_url).scheme != "https":
        yield "LETSEMA_TELEGRAM_WEBHOOK_URL is not an https address"
