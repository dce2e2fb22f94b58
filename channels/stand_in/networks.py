"""Which operator a Lesotho number belongs to. Numbers are not ported there, so the prefix tells."""

from __future__ import annotations

from typing import Final

_OF_PREFIX: Final = {"+2665": "65101", "+2666": "65102"}
_SANDBOX: Final = "99999"


def network_code(number: str) -> str:
    """Mobile country and network code of an E.164 number: Vodacom 65101, Econet 65102, any other the sandbox's."""
    return _OF_PREFIX.get(number[:5], _SANDBOX)
