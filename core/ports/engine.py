"""Everything a use case may reach for, in one frozen bundle that the composition root fills once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.ports.channel import ChannelPlane
from core.ports.environment import Clock, Identifiers, KeyedHash, Sealer, SecretHasher
from core.ports.rails import PayoutRail
from core.ports.record import Record
from core.service_hours import ALWAYS, ServiceHours


@dataclass(frozen=True, slots=True)
class Engine:
    """The loan engine's surroundings. Use cases are functions that take it first."""

    record: Record
    channel: ChannelPlane
    clock: Clock
    identifiers: Identifiers
    keyed_hash: KeyedHash
    sealer: Sealer
    pin_hasher: SecretHasher
    password_hasher: SecretHasher
    rails: Mapping[str, PayoutRail]
    service_hours: ServiceHours = ALWAYS
