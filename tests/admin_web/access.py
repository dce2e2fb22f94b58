"""Who may reach what: every route of the portal and the roles that may. A route without a line here fails the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.records.staff import Role

OFFICER, ANALYST, MANAGER = Role.LOAN_OFFICER, Role.CREDIT_ANALYST, Role.MANAGER
CASHIER, ADMIN, AUDITOR = Role.CASHIER, Role.MFI_ADMIN, Role.AUDITOR
REGULATOR, PLATFORM = Role.REGULATOR, Role.PLATFORM_ADMIN

DECIDERS: Final = frozenset({OFFICER, ANALYST, MANAGER})
READERS: Final = DECIDERS | {ADMIN, AUDITOR}
PROPOSERS: Final = frozenset({CASHIER})
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
    "GET /disbursements/{reference}/call-off": frozenset({CASHIER, MANAGER}),
    "POST /disbursements/{reference}/call-off": frozenset({CASHIER, MANAGER}),
    "GET /payouts/{payout}/settle": PROPOSERS,
    "POST /payouts/{payout}/settle": PROPOSERS,
    "GET /loans": READERS,
    "GET /loans/{reference}": READERS,
    "GET /loans/{reference}/cancel": DECIDERS,
    "POST /loans/{reference}/cancel": DECIDERS,
    "GET /payments": DECIDERS | {CASHIER, AUDITOR},
    "GET /payments/{reference}/assign": PROPOSERS,
    "POST /payments/{reference}/assign": PROPOSERS,
    "GET /payments/{reference}/reverse": PROPOSERS,
    "POST /payments/{reference}/reverse": PROPOSERS,
    "GET /payments/{reference}/refund": PROPOSERS,
    "POST /payments/{reference}/refund": PROPOSERS,
    "GET /intake": READERS | {CASHIER},
    "POST /intake": DECIDERS | {CASHIER},
    "GET /corrections": PROPOSERS,
    "GET /corrections/{reference}": PROPOSERS,
    "GET /corrections/{reference}/cash": PROPOSERS,
    "POST /corrections/{reference}/cash": PROPOSERS,
    "GET /corrections/{reference}/waive": PROPOSERS,
    "POST /corrections/{reference}/waive": PROPOSERS,
    "GET /corrections/{reference}/write-off": PROPOSERS,
    "POST /corrections/{reference}/write-off": PROPOSERS,
    "GET /corrections/{reference}/refund": PROPOSERS,
    "POST /corrections/{reference}/refund": PROPOSERS,
    "GET /floats/fund": PROPOSERS,
    "POST /floats/fund": PROPOSERS,
    "GET /floats/sweep": PROPOSERS,
    "POST /floats/sweep": PROPOSERS,
    "GET /floats/charge": PROPOSERS,
    "POST /floats/charge": PROPOSERS,
    "GET /floats/move": PROPOSERS,
    "POST /floats/move": PROPOSERS,
    "GET /approvals": PROPOSERS | {MANAGER},
    "GET /approvals/{district}/{proposal}": PROPOSERS | {MANAGER},
    "POST /approvals/{district}/{proposal}/carry-out": frozenset({MANAGER}),
    "POST /approvals/{district}/{proposal}/refuse": frozenset({MANAGER}),
    "POST /approvals/{district}/{proposal}/withdraw": PROPOSERS,
    "GET /complaints": READERS,
    "GET /complaints/{reference}": READERS,
    "POST /complaints/{reference}/answer": DECIDERS,
    "POST /complaints/{reference}/close": DECIDERS,
    "GET /identity-cases": READERS,
    "GET /identity-cases/{district}/{case}": READERS,
    "POST /identity-cases/{district}/{case}/number": DECIDERS,
    "POST /identity-cases/{district}/{case}/close": DECIDERS,
    "POST /identity-cases/{district}/{case}/correct-id": DECIDERS,
    "POST /identity-cases/{district}/{case}/same-person": DECIDERS,
    "GET /identity-changes": READERS,
    "GET /identity-changes/number": DECIDERS,
    "POST /identity-changes/number": DECIDERS,
    "GET /identity-changes/{district}/{change}": READERS,
    "POST /identity-changes/{district}/{change}/withdraw": DECIDERS,
    "POST /identity-changes/{district}/{change}/refuse": frozenset({ANALYST, MANAGER}),
    "POST /identity-changes/{district}/{change}/agree": frozenset({ANALYST, MANAGER}),
    "GET /pin-resets": DECIDERS,
    "POST /pin-resets": DECIDERS,
    "GET /dashboard": READERS | {CASHIER},
    "POST /search": READERS,
    "GET /me": EVERYONE,
    "POST /me/language": EVERYONE,
    "POST /me/sessions/end": EVERYONE,
}
"""Who may, by route. `{reference}` is an application's, a loan's or a payment's."""


def address(route: str, references: Mapping[str, str]) -> str:
    """The path of a route with what its section, or the step itself ("payments/assign"), is about."""
    path = route.partition(" ")[2]
    parts = path.split("/")
    wanted = references.get(f"{parts[1]}/{parts[-1]}", references.get(parts[1], ""))
    for placeholder in ("{district}/{proposal}", "{district}/{case}", "{district}/{change}", "{reference}", "{payout}"):
        path = path.replace(placeholder, wanted)
    return path
