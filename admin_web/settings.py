"""What the portal must be told by whoever serves it. Nothing here is read from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A made-up member of staff, printed on the demo's sign-in page. `role` is a value of `core.records.staff.Role`."""

    email: str
    password: str
    role: str
    mfi: str


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """How the portal meets the network.

    `secure_cookies` is false in the demo alone, which is HTTP on loopback: browsers then refuse the `__Host-` prefix.
    `demo_sign_ins` are shown on the sign-in page, None outside the demo. `trusted_proxies` are the networks whose
    `X-Forwarded-For` is believed. `report_url` receives the browser's reports of a broken content policy.
    """

    secure_cookies: bool = True
    demo_sign_ins: tuple[DemoSignIn, ...] | None = None
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    report_url: str | None = None

    @property
    def session_cookie(self) -> str:
        """The name of the cookie that carries the session's token."""
        return "__Host-letsema" if self.secure_cookies else "letsema"

    @property
    def form_cookie(self) -> str:
        """The name of the cookie that a sign-in form is bound to, before there is a session."""
        return f"{self.session_cookie}-form"

    @property
    def language_cookie(self) -> str:
        """The name of the cookie that carries the language chosen on an open page."""
        return f"{self.session_cookie}-language"

    @property
    def notice_cookie(self) -> str:
        """The name of the cookie that carries what was just done to the next page."""
        return f"{self.session_cookie}-notice"
