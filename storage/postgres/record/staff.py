"""Staff of one district, how they come in (invitations, sessions, recovery codes), and their throttles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import insert as upsert

from core.errors import Conflict, NotFound
from core.records.staff import Invitation, Role, StaffMember, StaffSession
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.sealing import Sealing
from storage.postgres.tables.staff import staff, staff_invitations, staff_recovery_codes, staff_sessions, throttles


class StaffOnPostgres:
    """`core.ports.staff.Staff`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, member: StaffMember) -> None:
        """Insert. Raises `Conflict` when the e-mail or the id is taken."""
        values = {"district": self._connection.district, "id": member.id, "mfi_id": member.mfi_id}
        await self._connection.write(insert(staff).values(**values, **self._changeable(member)))

    async def get(self, staff_id: UUID) -> StaffMember:
        row = await self._connection.row(select(staff).where(self._connection.here(staff), staff.c.id == staff_id))
        if row is None:
            raise NotFound("there is no such member of staff")
        return self._member(row)

    async def by_email(self, email: str) -> StaffMember | None:
        row = await self._connection.row(
            select(staff).where(self._connection.here(staff), staff.c.email == _folded(email))
        )
        return None if row is None else self._member(row)

    async def save(self, member: StaffMember, *, over: StaffMember | None = None) -> None:
        statement = update(staff).where(
            self._connection.here(staff),
            staff.c.id == member.id,
            staff.c.credentials_version == (over or member).credentials_version,
        )
        if not await self._connection.write(statement.values(**self._changeable(member))):
            await self.get(member.id)
            raise Conflict("the member of staff was changed meanwhile")

    async def add_session(self, session: StaffSession) -> None:
        statement = insert(staff_sessions).values(
            district=self._connection.district,
            token_hash=session.token_hash,
            staff_id=session.staff_id,
            csrf_token=session.csrf_token,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            verified_at=session.verified_at,
            ip=session.ip,
            user_agent=session.user_agent,
            credentials_version=session.credentials_version,
        )
        await self._connection.write(statement)

    async def session(self, token_hash: bytes) -> StaffSession | None:
        row = await self._connection.row(
            select(staff_sessions).where(
                self._connection.here(staff_sessions), staff_sessions.c.token_hash == token_hash
            )
        )
        return None if row is None else _session(row)

    async def touch_session(self, token_hash: bytes, at: datetime) -> None:
        statement = update(staff_sessions).where(
            self._connection.here(staff_sessions), staff_sessions.c.token_hash == token_hash
        )
        await self._connection.write(
            statement.values(last_seen_at=func.greatest(staff_sessions.c.last_seen_at, _instant(at)))
        )

    async def end_session(self, token_hash: bytes) -> None:
        await self._connection.write(
            delete(staff_sessions).where(
                self._connection.here(staff_sessions), staff_sessions.c.token_hash == token_hash
            )
        )

    async def put_invitation(self, invitation: Invitation) -> None:
        values = {
            "token_hash": invitation.token_hash,
            "made_at": invitation.made_at,
            "expires_at": invitation.expires_at,
        }
        key = {"district": self._connection.district, "staff_id": invitation.staff_id}
        statement = upsert(staff_invitations).values(**key, **values)
        await self._connection.write(statement.on_conflict_do_update(index_elements=[*key], set_=values))

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        row = await self._connection.row(select(staff_invitations).where(self._invitation(token_hash)))
        return None if row is None else Invitation(row.staff_id, bytes(row.token_hash), row.made_at, row.expires_at)

    async def remove_invitation(self, token_hash: bytes) -> bool:
        return await self._connection.write(delete(staff_invitations).where(self._invitation(token_hash))) == 1

    async def remove_invitation_of(self, staff_id: UUID) -> None:
        of_member = staff_invitations.c.staff_id == staff_id
        await self._connection.write(
            delete(staff_invitations).where(self._connection.here(staff_invitations), of_member)
        )

    async def replace_recovery_codes(self, staff_id: UUID, code_hashes: Sequence[bytes]) -> None:
        await self._connection.write(delete(staff_recovery_codes).where(self._recovery_codes(staff_id)))
        rows = [{"staff_id": staff_id, "code_hash": code_hash} for code_hash in code_hashes]
        await self._connection.write_many(insert(staff_recovery_codes), rows)

    async def take_recovery_code(self, staff_id: UUID, code_hash: bytes) -> bool:
        taken = delete(staff_recovery_codes).where(
            self._recovery_codes(staff_id), staff_recovery_codes.c.code_hash == code_hash
        )
        return await self._connection.write(taken) == 1

    async def recovery_codes_left(self, staff_id: UUID) -> int:
        counted = select(func.count().label("left")).where(self._recovery_codes(staff_id))
        row = await self._connection.row(counted.select_from(staff_recovery_codes))
        return 0 if row is None else int(row.left)

    async def take_tokens(self, bucket: str, *, capacity: int, per_seconds: int, now: datetime) -> int:
        # The bucket is kept as the instant at which it is full again. A token moves that instant on by its own share of
        # the time, and may be taken unless the bucket would then be full later than `per_seconds` from now.
        full_time = timedelta(seconds=per_seconds)
        one_token = full_time / capacity
        statement = upsert(throttles).values(district=self._connection.district, bucket=bucket, full_at=now + one_token)
        full_next = _later(func.greatest(throttles.c.full_at, _instant(now)), one_token)
        taken = statement.on_conflict_do_update(
            index_elements=["district", "bucket"],
            set_={"full_at": full_next},
            where=full_next <= _instant(now + full_time),
        )
        if await self._connection.write(taken):
            return 0
        row = await self._connection.row(
            select(throttles.c.full_at).where(self._connection.here(throttles), throttles.c.bucket == bucket)
        )
        full_at: datetime = now if row is None else row.full_at
        return max(1, math.ceil((full_at + one_token - now - full_time).total_seconds()))

    async def give_token(self, bucket: str, *, capacity: int, per_seconds: int) -> None:
        one_token = timedelta(seconds=per_seconds) / capacity
        given = update(throttles).where(self._connection.here(throttles), throttles.c.bucket == bucket)
        await self._connection.write(given.values(full_at=_later(throttles.c.full_at, -one_token)))

    def _invitation(self, token_hash: bytes) -> ColumnElement[bool]:
        return and_(self._connection.here(staff_invitations), staff_invitations.c.token_hash == token_hash)

    def _recovery_codes(self, staff_id: UUID) -> ColumnElement[bool]:
        return and_(self._connection.here(staff_recovery_codes), staff_recovery_codes.c.staff_id == staff_id)

    def _changeable(self, member: StaffMember) -> dict[str, Any]:
        secret = member.totp_secret
        sealed = None if secret is None else self._sealing.seal_bytes(secret, "staff", member.id, "totp_secret")
        return {
            "email": _folded(member.email),
            "name": member.name,
            "roles": sorted(member.roles),
            "language": member.language,
            "password_hash": member.password_hash,
            "totp_secret_sealed": sealed,
            "disabled_at": member.disabled_at,
            "credentials_version": member.credentials_version,
        }

    def _member(self, row: Row[Any]) -> StaffMember:
        sealed = row.totp_secret_sealed
        return StaffMember(
            id=row.id,
            district=row.district,
            mfi_id=row.mfi_id,
            email=row.email,
            name=row.name,
            roles=frozenset(Role(role) for role in row.roles),
            language=row.language,
            password_hash=row.password_hash,
            totp_secret=None if sealed is None else self._sealing.open_bytes(sealed, "staff", row.id, "totp_secret"),
            disabled_at=row.disabled_at,
            credentials_version=row.credentials_version,
        )


def _folded(email: str) -> str:
    return email.strip().lower()


def _later(instant: ColumnElement[datetime], by: timedelta) -> ColumnElement[datetime]:
    """An instant moved on, in UTC: without saying so the sum depends on the session, and Citus refuses to store it."""
    utc = literal("UTC")
    return func.timezone(utc, func.timezone(utc, instant) + by)


def _instant(at: datetime) -> Any:
    return literal(at, TIMESTAMP(timezone=True))


def _session(row: Row[Any]) -> StaffSession:
    return StaffSession(
        token_hash=bytes(row.token_hash),
        district=row.district,
        staff_id=row.staff_id,
        csrf_token=row.csrf_token,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        verified_at=row.verified_at,
        ip=row.ip,
        user_agent=row.user_agent,
        credentials_version=row.credentials_version,
    )
