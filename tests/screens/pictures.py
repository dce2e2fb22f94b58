"""Which picture shows which page of the portal: every page has one, or a test fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WITHOUT_A_PICTURE: Final = frozenset({"/", "/static/{name}"})
"""What answers GET and is no page: it leads on, or it is a page's style."""

PICTURES: Final[Mapping[str, str]] = {
    "/login": "sign-in",
    "/login/totp": "second-factor",
    "/login/recovery": "recovery",
    "/invitation/{token}": "invitation",
    "/queue": "queue",
    "/applications/{reference}": "application",
    "/applications/{reference}/identity": "application-identity",
    "/applications/{reference}/recommend": "application-recommend",
    "/applications/{reference}/approve": "application-approve",
    "/applications/{reference}/reject": "application-reject",
    "/applications/{reference}/return": "application-return",
    "/disbursements": "disbursements",
    "/disbursements/{reference}/release": "release",
    "/disbursements/{reference}/confirm": "second-release",
    "/disbursements/{reference}/call-off": "call-off",
    "/payouts/{payout}/settle": "settle",
    "/loans": "loans",
    "/loans/{reference}": "loan",
    "/loans/{reference}/cancel": "cancel",
    "/payments": "payments",
    "/payments/{reference}/assign": "assign",
    "/payments/{reference}/reverse": "reverse",
    "/payments/{reference}/refund": "refund-payment",
    "/intake": "intake",
    "/corrections": "correct",
    "/corrections/{reference}": "books",
    "/corrections/{reference}/cash": "cash",
    "/corrections/{reference}/waive": "waive",
    "/corrections/{reference}/write-off": "write-off",
    "/corrections/{reference}/refund": "refund-credit",
    "/floats/fund": "fund",
    "/floats/sweep": "sweep",
    "/floats/charge": "rail-charge",
    "/floats/move": "move-float",
    "/approvals": "approvals",
    "/approvals/{district}/{proposal}": "approval",
    "/complaints": "complaints",
    "/complaints/{reference}": "complaint",
    "/identity-cases": "identity-cases",
    "/identity-cases/{district}/{case}": "identity-case",
    "/identity-changes": "identity-changes",
    "/identity-changes/number": "new-number",
    "/identity-changes/{district}/{change}": "identity-change",
    "/pin-resets": "pin-reset",
    "/dashboard": "dashboard",
    "/me": "my-settings",
}
"""By path; the picture's name without its width and its language. `make screens` says so when it took none."""
