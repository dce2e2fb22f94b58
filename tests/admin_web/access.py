"""Who may reach what: every route of the portal and the roles that may. A route without a line here fails the tests."""

from __future__ import annotations

from typing import Final

from core.records.staff import Role

OFFICER, ANALYST, MANAGER = Role.LOAN_OFFICER, Role.CREDIT_ANALYST, Role.MANAGER
CASHIER, ADMIN, AUDITOR = Role.CASHIER, Role.MFI_ADMIN, Role.AUDITOR
REGULATOR, PLATFORM = Role.REGULATOR, Role.PLATFORM_ADMIN

DECIDERS: Final = frozenset({OFFICER, ANALYST, MANAGER})
READERS: Final = DECIDERS | {ADMIN, AUDITOR}
EVERYONE: Final = frozenset(Role)

OPEN: Final = frozenset(
    {
        "GET /",
        "GET /login",
        "POST /login",
        "GET /login/totp",
        "POST /login/totp",
        "GET /login/recovery",
        "POST /login/recovery",
        "GET /invitation/{token}",
        "POST /invitation/{token}",
        "POST /logout",
        "GET /static/{name}",
    }
)
"""For everybody, signed in or not."""

STAFF: Final = {
    "GET /queue": READERS,
    "GET /applications/{reference}": READERS,
    "GET /applications/{reference}/identity": DECIDERS,
    "POST /applications/{reference}/identity": DECIDERS,
    "GET /applications/{reference}/recommend": DECIDERS,
    "POST /applications/{reference}/recommend": DECIDERS,
    "GET /applications/{reference}/approve": frozenset({ANALYST, MANAGER}),
    "POST /applications/{reference}/approve": frozenset({ANALYST, MANAGER}),
    "GET /applications/{reference}/reject": DECIDERS,
    "POST /applications/{reference}/reject": DECIDERS,
    "GET /applications/{reference}/return": DECIDERS,
    "POST /applications/{reference}/return": DECIDERS,
    "GET /disbursements": frozenset({CASHIER, MANAGER, AUDITOR}),
    "GET /disbursements/{reference}/release": frozenset({CASHIER}),
    "POST /disbursements/{reference}/release": frozenset({CASHIER}),
    "GET /disbursements/{reference}/confirm": frozenset({MANAGER}),
    "POST /disbursements/{reference}/confirm": frozenset({MANAGER}),
    "GET /loans": READERS,
    "GET /loans/{reference}": READERS,
    "GET /payments": DECIDERS | {CASHIER, AUDITOR},
    "GET /dashboard": READERS | {CASHIER},
    "POST /search": READERS,
    "GET /me": EVERYONE,
    "POST /me/language": EVERYONE,
    "POST /me/sessions/end": EVERYONE,
}
"""Who may, by route. `{reference}` is an application's or a loan's."""
