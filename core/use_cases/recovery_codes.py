"""Recovery codes: ten words of chance that stand in for a lost authenticator. Each is good once and shown once."""

from __future__ import annotations

import base64
from typing import Final
from uuid import UUID

from core.ports.engine import Engine
from core.ports.record import Unit

CODES: Final = 10
_BYTES: Final = 10
_GROUP: Final = 4


async def renew_recovery_codes(engine: Engine, unit: Unit, staff_id: UUID) -> tuple[str, ...]:
    """Give a member new codes in place of all earlier ones. The answer is the only copy."""
    codes = tuple(_new_code(engine) for _ in range(CODES))
    await unit.staff.replace_recovery_codes(staff_id, [recovery_code_digest(engine, staff_id, code) for code in codes])
    return codes


def recovery_code_digest(engine: Engine, staff_id: UUID, typed: str) -> bytes:
    """What is kept of a code, however it is typed: under a key of ours, and of no use to another member."""
    folded = "".join(sign for sign in typed.upper() if sign.isalnum())
    return engine.keyed_hash.digest(f"recovery code {staff_id}", folded.encode())


def _new_code(engine: Engine) -> str:
    """Eighty bits in letters and digits that are not mistaken for each other: "ABCD-EFGH-IJKL-MNOP"."""
    text = base64.b32encode(engine.identifiers.new_token()[:_BYTES]).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
