"""Who works for a lender: inviting, and shutting out.

An invited member has no password; a link, good once and for a day, lets them choose one. There is no default account:
the first administrator of a lender comes in like everybody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.errors import Conflict, InvalidInput, NotFound
from core.ports.directory import StaffEntry
from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.work import AuditEntry
from core.records.borrower import Language
from core.records.catalogue import Mfi
from core.records.staff import Invitation, Role, StaffMember
from core.use_cases.tokens import carried_token, token_digest

VALID_HOURS: Final = 24
ROLES_OF_LENDERS: Final = frozenset(Role) - {Role.REGULATOR, Role.PLATFORM_ADMIN}
_TOTP_SECRET_BYTES: Final = 20
_LONGEST_EMAIL: Final = 254
_LONGEST_NAME: Final = 100
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f.]+(?:\.[^@\s\x00-\x1f.]+)+")


class EmailTaken(Conflict):
    """Somebody signs in with this e-mail already, or it belongs to another lender or district."""

    code = "email_taken"


@dataclass(frozen=True, slots=True)
class InviteStaff:
    """Who is to work for a lender, and as what. `district` None: the head office. `invited_by` is for the audit."""

    mfi_code: str
    email: str
    name: str
    roles: frozenset[Role]
    invited_by: str
    district: str | None = None
    language: Language = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class Invited:
    """A member who may come in. `token` is the only copy; it belongs in the link `/invitation/{token}`."""

    member: StaffMember
    token: str
    expires_at: datetime


async def invite_staff(engine: Engine, command: InviteStaff) -> Invited:
    """Invite, or invite again: a new link takes the place of the last one.

    Raises `InvalidInput` naming the field, `NotFound` for an unknown lender or district, `EmailTaken`.
    """
    mfi = (await engine.record.catalogue()).mfi_of_code(command.mfi_code)
    district = await _district_of(engine, command, mfi)
    member = await _new_member(engine, _checked(command), mfi, district)
    token = engine.identifiers.new_token()
    now = engine.clock.now()
    invitation = Invitation(member.id, token_digest(token), now, now + timedelta(hours=VALID_HOURS))
    async with engine.record.unit(district) as unit:
        member = await _kept(unit, member)
        await unit.staff.put_invitation(replace(invitation, staff_id=member.id))
        await unit.staff.replace_recovery_codes(member.id, ())
        await unit.audit.add(_audit_entry(engine, member, "staff.invited", command.invited_by))
        await unit.commit()
    return Invited(member, carried_token(district, token), invitation.expires_at)


async def disable_staff(engine: Engine, email: str, *, disabled_by: str) -> StaffMember:
    """Shut a member out: sessions end, nothing signs them in, an open invitation is dead. Invite again to let them in.

    Raises `NotFound`.
    """
    entry = await engine.channel.directory.staff(engine.keyed_hash.email(email))
    if entry is None:
        raise NotFound("nobody signs in with that e-mail", field="email")
    async with engine.record.unit(entry.district) as unit:
        member = await unit.staff.get(entry.staff_id)
        version = member.credentials_version + 1
        disabled = replace(member, disabled_at=engine.clock.now(), credentials_version=version)
        await unit.staff.save(disabled, over=member)
        await unit.staff.remove_invitation_of(member.id)
        await unit.audit.add(_audit_entry(engine, disabled, "staff.disabled", disabled_by))
        await unit.commit()
    return disabled


def _checked(command: InviteStaff) -> InviteStaff:
    email, name = command.email.strip().lower(), " ".join(command.name.split())
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidInput("an e-mail looks like palesa@lender.co.ls", field="email")
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"a name has 1 to {_LONGEST_NAME} characters", field="name")
    if not command.roles or not command.roles <= ROLES_OF_LENDERS:
        raise InvalidInput(f"a lender's staff have roles of {', '.join(sorted(ROLES_OF_LENDERS))}", field="role")
    return replace(command, email=email, name=name)


async def _district_of(engine: Engine, command: InviteStaff, mfi: Mfi) -> str:
    """The home district. Raises `NotFound`, and `InvalidInput` where the lender has no business."""
    catalogue = await engine.record.catalogue()
    district = catalogue.district(command.district or mfi.head_office_district)
    if not mfi.works_in(district):
        raise InvalidInput(f"{mfi.code} does not lend in {district.code}", field="district")
    return district.code


async def _new_member(engine: Engine, command: InviteStaff, mfi: Mfi, district: str) -> StaffMember:
    """The member, disabled until they accept. The e-mail is reserved first: it is what can be taken. `EmailTaken`."""
    entry = StaffEntry(engine.keyed_hash.email(command.email), district, engine.identifiers.new_id())
    standing = await engine.channel.directory.add_staff(entry)
    if standing.district != district:
        raise EmailTaken(f"that e-mail belongs to {standing.district}", field="email")
    return StaffMember(
        id=standing.staff_id,
        district=district,
        mfi_id=mfi.id,
        email=command.email,
        name=command.name,
        roles=command.roles,
        language=command.language.value,
        password_hash="",
        totp_secret=engine.identifiers.new_token()[:_TOTP_SECRET_BYTES],
        disabled_at=engine.clock.now(),
    )


async def _kept(unit: Unit, member: StaffMember) -> StaffMember:
    """Add the member, or renew one who was invited before or was disabled. Raises `EmailTaken`."""
    standing = await unit.staff.by_email(member.email)
    if standing is None:
        await unit.staff.add(member)
        return member
    if standing.disabled_at is None or standing.mfi_id != member.mfi_id:
        raise EmailTaken(field="email")
    renewed = replace(member, id=standing.id, credentials_version=standing.credentials_version + 1)
    await unit.staff.save(renewed, over=standing)
    return renewed


def _audit_entry(engine: Engine, member: StaffMember, action: str, actor_name: str) -> AuditEntry:
    return AuditEntry(
        id=engine.identifiers.new_id(),
        mfi_id=member.mfi_id,
        at=engine.clock.now(),
        actor_id=None,
        actor_name=actor_name,
        action=action,
        subject=str(member.id),
        details={"roles": sorted(member.roles), "district": member.district},
    )
