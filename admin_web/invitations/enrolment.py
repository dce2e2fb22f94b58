"""What an authenticator app needs to be told: as a picture, as a link, and as letters to type."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import quote, urlencode

import segno

from core.records.staff import StaffMember

ISSUER: Final = "Letsema"
_QUIET_MODULES: Final = 4
"""The white edge that scanners need around the drawing."""
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """A drawing of black squares: a square of `size` by `size` units, and the path that fills the dark ones."""

    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The secret in every form that an app may take."""

    link: str
    letters: str
    picture: QrCode


def enrolment_of(member: StaffMember) -> Enrolment:
    """How the member tells their authenticator the secret."""
    secret = base64.b32encode(member.totp_secret or b"").decode()
    label = quote(f"{ISSUER}:{member.email}", safe="")
    link = f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"
    letters = " ".join(secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP))
    return Enrolment(link, letters, draw(link))


def draw(text: str) -> QrCode:
    """A text as a QR code. Plain numbers for the template, so that no ready-made markup has to be trusted there."""
    rows = list(segno.make(text, error="m", micro=False).matrix)
    bars = (
        f"M{start + _QUIET_MODULES} {y + _QUIET_MODULES}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _dark_runs(row)
    )
    return QrCode(len(rows) + 2 * _QUIET_MODULES, "".join(bars))


def _dark_runs(row: bytearray) -> list[tuple[int, int]]:
    """Where the dark runs of a row begin, and how long they are."""
    runs, start = [], 0
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            runs.append((start, length))
        start += length
    return runs
