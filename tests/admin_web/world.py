"""A small world to test the portal's shell in: staff, sessions and reference data in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from core.errors import NotFound
from core.loans.policy import LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import Fee, FeeTiming
from core.money import Money
from core.ports.directory import StaffEntry
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.records.catalogue import Catalogue, District, Mfi, ProductVersion, RegulatoryStatus
from core.records.staff import Role, StaffMember, StaffSession
from letsema.environment import SystemIdentifiers
from letsema.keys.names import KeyedNames

BUSINESS_ON = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"

KHOTSO = UUID(int=1)
MOHLOLI = UUID(int=2)

DISTRICTS = {
    "LS-A": "Maseru",
    "LS-B": "Botha-Bothe",
    "LS-C": "Leribe",
    "LS-D": "Berea",
    "LS-E": "Mafeteng",
    "LS-F": "Mohale's Hoek",
    "LS-G": "Quthing",
    "LS-H": "Qacha's Nek",
    "LS-J": "Mokhotlong",
    "LS-K": "Thaba-Tseka",
}


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def pass_(self, **duration: float) -> None:
        self.at += timedelta(**duration)


class FastHasher:
    """A hasher without the cost of Argon2id; what that one promises is tested where it lives."""

    async def hash(self, secret: str) -> str:
        return f"hash of {secret}"

    async def verify(self, secret: str, known: str | None) -> bool:
        return known == f"hash of {secret}"

    def is_outdated(self, known: str) -> bool:
        return False


@dataclass
class StaffInMemory:
    """`core.ports.staff.Staff`, in memory."""

    members: dict[UUID, StaffMember] = field(default_factory=dict)
    sessions: dict[bytes, StaffSession] = field(default_factory=dict)
    taken: dict[str, list[datetime]] = field(default_factory=dict)

    async def get(self, staff_id: UUID) -> StaffMember:
        if staff_id not in self.members:
            raise NotFound
        return self.members[staff_id]

    async def by_email(self, email: str) -> StaffMember | None:
        return next((member for member in self.members.values() if member.email == email), None)

    async def save(self, member: StaffMember) -> None:
        self.members[member.id] = member

    async def add_session(self, session: StaffSession) -> None:
        self.sessions[session.token_hash] = session

    async def session(self, token_hash: bytes) -> StaffSession | None:
        return self.sessions.get(token_hash)

    async def touch_session(self, token_hash: bytes, at: datetime) -> None:
        self.sessions[token_hash] = replace(self.sessions[token_hash], last_seen_at=at)

    async def end_session(self, token_hash: bytes) -> None:
        self.sessions.pop(token_hash, None)

    async def take_tokens(self, bucket: str, *, capacity: int, per_seconds: int, now: datetime) -> int:
        taken = self.taken.setdefault(bucket, [])
        recent = [at for at in taken if now - at < timedelta(seconds=per_seconds)]
        if len(recent) >= capacity:
            return int(per_seconds - (now - recent[0]).total_seconds())
        self.taken[bucket] = [*recent, now]
        return 0

    async def give_token(self, bucket: str, *, capacity: int, per_seconds: int) -> None:
        self.taken[bucket].pop()


@dataclass
class Plane:
    """The record plane as far as the shell asks it."""

    catalogue_: Catalogue
    staff: StaffInMemory = field(default_factory=StaffInMemory)
    down: set[str] = field(default_factory=set)

    async def catalogue(self) -> Catalogue:
        return self.catalogue_

    @asynccontextmanager
    async def unit(self, district: str) -> AsyncIterator[Any]:
        if district in self.down:
            raise DistrictDown

        async def nothing() -> None: ...

        async def business_date() -> date:
            return BUSINESS_ON

        yield SimpleNamespace(district=district, staff=self.staff, business_date=business_date, commit=nothing)


@dataclass
class Directory:
    """Where staff live."""

    entries: dict[bytes, StaffEntry] = field(default_factory=dict)

    async def staff(self, email_hash: bytes) -> StaffEntry | None:
        return self.entries.get(email_hash)


def mfi(mfi_id: UUID, code: str, name: str) -> Mfi:
    return Mfi(
        id=mfi_id,
        code=code,
        name=name,
        licence_number=f"MFI/{code}",
        licence_tier=2,
        regulatory_status=RegulatoryStatus.REGISTERED,
        address="Kingsway, Maseru",
        phone="+26622312345",
        complaints_phone="+26622312346",
        head_office_district="LS-A",
        districts=frozenset(DISTRICTS),
        approval_limit_1=Money.of(5_000),
        disbursement_limit_2=Money.of(10_000),
        rail_accounts={"simulated": f"{code}-1"},
    )


def product(mfi_id: UUID) -> ProductVersion:
    return ProductVersion(
        product_id=UUID(int=mfi_id.int + 100),
        version=1,
        mfi_id=mfi_id,
        code="thuso",
        names={"en": "Thuso loan", "st_LS": "Kalimo ea Thuso"},
        amount_min=Money.of(500),
        amount_max=Money.of(20_000),
        amount_step=Money.of(100),
        terms=ProductTerms(
            annual_rate_percent=Decimal(36),
            periods_offered=(1, 3, 6, 12),
            fees=(Fee("upfront", FeeTiming.UPFRONT, percent=Decimal(3)),),
        ),
        policy=Policy(late_fee=LateFeeRule(Money.of(50), None, with_interest=False, after_days=0)),
        instalment_share_limit=Decimal(1) / 3,
        offer_valid_days=7,
        cooling_off_days=3,
    )


def catalogue() -> Catalogue:
    return Catalogue(
        districts={code: District(code, 10 + n, name) for n, (code, name) in enumerate(DISTRICTS.items())},
        mfis={
            KHOTSO: mfi(KHOTSO, "khotso", "Khotso Finance"),
            MOHLOLI: mfi(MOHLOLI, "mohloli", "Mohloli Credit"),
        },
        products=(product(KHOTSO), product(MOHLOLI)),
    )


@dataclass
class World:
    """Everything a test of the shell may look at or move."""

    clock: Clock
    plane: Plane
    directory: Directory
    engine: Engine

    @property
    def sessions(self) -> dict[bytes, StaffSession]:
        return self.plane.staff.sessions

    def employ(self, *roles: Role, mfi_id: UUID = KHOTSO, language: str = "en", **changes: Any) -> StaffMember:
        """Add a member of staff; the e-mail is the first role and the lender."""
        member = StaffMember(
            id=self.engine.identifiers.new_id(),
            district="LS-A",
            mfi_id=mfi_id,
            email=f"{roles[0]}@{self.plane.catalogue_.mfi(mfi_id).code}.example",
            name=f"Palesa {roles[0].replace('_', ' ').title()}",
            roles=frozenset(roles),
            language=language,
            password_hash=f"hash of {PASSWORD}",
        )
        member = replace(member, **changes)
        self.plane.staff.members[member.id] = member
        email_hash = self.engine.keyed_hash.email(member.email)
        self.directory.entries[email_hash] = StaffEntry(email_hash, member.district, member.id)
        return member


def make_world() -> World:
    clock, plane, directory = Clock(), Plane(catalogue()), Directory()
    parts = SimpleNamespace(
        record=plane,
        channel=SimpleNamespace(directory=directory),
        clock=clock,
        identifiers=SystemIdentifiers(),
        keyed_hash=KeyedNames(b"k" * 32, {1: b"t" * 32}),
        password_hasher=FastHasher(),
    )
    return World(clock, plane, directory, cast("Engine", parts))
