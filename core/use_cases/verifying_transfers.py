"""Proving that no money is lost between districts: what left one has arrived, or is on its way, and clearing agrees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.ledger.accounts import Account
from core.money import ZERO, Money, total
from core.ports.books import Departure, LedgerFinding
from core.ports.engine import Engine

_LOOKS_MAX: Final = 3
"""Districts are read one after the other, so a transfer that arrives meanwhile looks like an error: look again."""


@dataclass(frozen=True, slots=True)
class TransferInFlight:
    """Money that has left one district and not arrived in the other."""

    transfer_id: str
    mfi_id: UUID
    from_district: str
    to_district: str
    amount: Money
    left_at: datetime
    age: timedelta


@dataclass(frozen=True, slots=True)
class TransferProof:
    """What is on its way, which is no error, and what is wrong."""

    in_flight: Sequence[TransferInFlight]
    findings: Sequence[LedgerFinding]


async def verify_transfers(engine: Engine, districts: Sequence[str]) -> TransferProof:
    """Follow every transfer between these districts, which must be all there are. Raises `DistrictDown`."""
    proof = await _look(engine, districts)
    for _ in range(_LOOKS_MAX - 1):
        if not proof.findings:
            break
        proof = await _look(engine, districts)
    return proof


async def _look(engine: Engine, districts: Sequence[str]) -> TransferProof:
    departures = [departure for district in districts for departure in await _departures(engine, district)]
    arrived = await _arrived(engine, districts, departures)
    clearing = await _clearing(engine, districts)
    missing = [departure for departure in departures if departure.transfer_id not in arrived]
    now = engine.clock.now()
    return TransferProof(
        [_in_flight(each, each.to_district, now) for each in missing if each.to_district is not None],
        [*(_lost(each) for each in missing if each.to_district is None), *_unequal(clearing, missing)],
    )


async def _departures(engine: Engine, district: str) -> Sequence[Departure]:
    async with engine.record.unit(district) as unit:
        return await unit.ledger.departures()


async def _arrived(engine: Engine, districts: Sequence[str], departures: Sequence[Departure]) -> set[str]:
    """The transfers whose other half is posted, where they were sent to; anywhere, where that is not known."""
    sent: dict[str, list[str]] = defaultdict(list)
    for departure in departures:
        for district in [departure.to_district] if departure.to_district else districts:
            sent[district].append(departure.transfer_id)
    arrived: set[str] = set()
    for district, transfer_ids in sent.items():
        async with engine.record.unit(district) as unit:
            known = await unit.commands.known([f"{transfer_id}:in" for transfer_id in transfer_ids])
        arrived |= {key.removesuffix(":in") for key in known}
    return arrived


async def _clearing(engine: Engine, districts: Sequence[str]) -> Mapping[UUID, Money]:
    """Each lender's inter-district clearing, all districts together."""
    mfis = (await engine.record.catalogue()).mfis
    balances = dict.fromkeys(mfis, ZERO)
    for district in districts:
        async with engine.record.unit(district) as unit:
            for mfi_id in mfis:
                balances[mfi_id] += await unit.ledger.balance(mfi_id, Account.CLEARING)
    return balances


def _in_flight(departure: Departure, to_district: str, now: datetime) -> TransferInFlight:
    return TransferInFlight(
        transfer_id=departure.transfer_id,
        mfi_id=departure.mfi_id,
        from_district=departure.from_district,
        to_district=to_district,
        amount=max(departure.clearing, -departure.clearing),
        left_at=departure.recorded_at,
        age=now - departure.recorded_at,
    )


def _lost(departure: Departure) -> LedgerFinding:
    return LedgerFinding(
        departure.from_district, "transfer_lost", departure.transfer_id, "it left, and nothing sends it on"
    )


def _unequal(clearing: Mapping[UUID, Money], under_way: Sequence[Departure]) -> list[LedgerFinding]:
    """Clearing is what is on its way, to the lisente; with nothing on its way it is nothing."""
    findings = []
    for mfi_id, balance in clearing.items():
        expected = total(departure.clearing for departure in under_way if departure.mfi_id == mfi_id)
        if balance != expected:
            detail = f"clearing over all districts is {balance}, on its way is {expected}"
            findings.append(LedgerFinding("all", "clearing_differs", str(mfi_id), detail))
    return findings
