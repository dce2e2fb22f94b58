"""What the stand-in needs to be told."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from channels.stand_in.callbacks import RetryPauses
from channels.stand_in.loopback import is_loopback

REMEMBERED_MAX: Final = 10_000
"""How many messages, payouts and payments are kept, each; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class StandInSettings:
    """The application it calls back, the account it accepts, and how long it takes for things.

    public_url: the application's public listener, on loopback. now: the clock, UTC and aware.
    random_hex: so many random bytes in hexadecimal digits. hang_seconds: how long a request that "times out" is held.
    Raises `ValueError` for a public URL elsewhere: play money must not be reported to a real server.
    """

    public_url: str
    now: Callable[[], datetime]
    hook_token: str = "demo"  # noqa: S105 -- names the demo's path; guards nothing on loopback
    sms_username: str = "sandbox"
    sms_api_key: str = "stand-in"
    telegram_token: str = "700000001:stand-in-stand-in-stand-in-stand-in"  # noqa: S105 -- plays at being one
    telegram_secret: str = ""
    default_sender: str = "AFRICASTKNG"
    report_seconds: float = 0.3
    confirm_seconds: float = 0.5
    slow_seconds: float = 20.0
    hang_seconds: float = 60.0
    pauses: RetryPauses = field(default_factory=RetryPauses)
    random_hex: Callable[[int], str] = secrets.token_hex

    def __post_init__(self) -> None:
        address = urlsplit(self.public_url)
        if address.scheme != "http" or not is_loopback(address.hostname or ""):
            raise ValueError("the stand-in calls back only http:// on loopback")

    def hook(self, path: str) -> str:
        """The address of one of the application's hooks."""
        return f"{self.public_url.rstrip('/')}/hooks/{self.hook_token}/{path}"
