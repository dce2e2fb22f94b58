"""The words of people: the staff's roles, how a borrower came, and how somebody's identity was checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from admin_web.languages import mark
from admin_web.words.lookup import Badge
from core.records.borrower import Channel
from core.records.staff import Role

ROLES: Final[Mapping[str, str]] = {
    Role.LOAN_OFFICER: mark("Loan officer"),
    Role.CREDIT_ANALYST: mark("Credit analyst"),
    Role.MANAGER: mark("Manager"),
    Role.CASHIER: mark("Cashier"),
    Role.MFI_ADMIN: mark("MFI administrator"),
    Role.AUDITOR: mark("Auditor"),
    Role.REGULATOR: mark("Regulator"),
    Role.PLATFORM_ADMIN: mark("Platform administrator"),
}

CHANNELS: Final[Mapping[str, str]] = {
    Channel.USSD: "USSD",
    Channel.SMS: "SMS",
    Channel.TELEGRAM: "Telegram",
    Channel.BRANCH: mark("Branch"),
}

IDENTITY: Final[Mapping[bool, Badge]] = {
    True: Badge(mark("Checked"), "good"),
    False: Badge(mark("Not checked"), "warn"),
}

IDENTITY_METHODS: Final[Mapping[str, str]] = {
    "saw_national_id": mark("Saw the national ID card"),
    "saw_passport": mark("Saw the passport"),
    "called_employer": mark("Called the employer"),
    "known_client": mark("Known client of the branch"),
    "chief_letter": mark("Letter from the chief"),
}
