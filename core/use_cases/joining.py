"""Accepting an invitation: password and second factor in one act, which the link allows once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import NotFound
from core.passwords import check_password
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.borrower import Language
from core.records.catalogue import Mfi
from core.records.staff import StaffMember
from core.totp import matching_step
from core.use_cases.auditing import audit
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.own_account import WrongCode
from core.use_cases.recovery_codes import renew_recovery_codes
from core.use_cases.sign_in import SignedIn, TooManyAttempts, new_session, take_attempt
from core.use_cases.tokens import read_token


class InvitationGone(NotFound):
    """The link was used, replaced by a newer one, or is older than a day; or it never was one."""

    code = "invitation_gone"


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """What the invited person chooses, and the code that proves that their authenticator has the secret."""

    token: str
    password: str
    code: str
    language: Language


@dataclass(frozen=True, slots=True)
class Joined:
    """The first session, and the recovery codes: the only copy."""

    signed_in: SignedIn
    recovery_codes: tuple[str, ...]


async def invited_member(engine: Engine, token: str) -> StaffMember:
    """Who a link is for, with the secret for their authenticator. Raises `InvitationGone`."""
    district, token_hash = await _read(engine, token)
    async with engine.record.unit(district) as unit:
        return await _invited(engine, unit, token_hash)


async def accept_invitation(engine: Engine, command: AcceptInvitation, *, ip: str, user_agent: str) -> Joined:
    """Make the invited person a member who can sign in, and sign them in.

    Raises `InvitationGone`, `TooManyAttempts`, `WrongCode`, and what `core.passwords.check_password` does.
    """
    district, token_hash = await _read(engine, command.token)
    async with engine.record.unit(district) as unit:
        wait = await take_attempt(engine, unit, f"invitation:{token_hash.hex()}", ip)
        await unit.commit()
    if wait:
        raise TooManyAttempts(wait)
    async with engine.record.unit(district) as unit:
        invited = await _invited(engine, unit, token_hash)
    check_password(command.password, names=await _names(engine, invited))
    step = matching_step(invited.totp_secret or b"", command.code, engine.clock.now())
    if step is None:
        raise WrongCode(field="code")
    password_hash = await engine.password_hasher.hash(command.password)
    member = replace(invited, password_hash=password_hash, disabled_at=None, language=command.language.value)
    signed_in = new_session(engine, member, ip=ip, user_agent=user_agent, verified_at=engine.clock.now())
    async with engine.record.unit(district) as unit:
        # The member first, as inviting does: two who lock in another order would wait for each other.
        await unit.staff.save(member)
        if not await unit.staff.remove_invitation(token_hash):
            raise InvitationGone
        await _use_code(unit, member, step)
        codes = await renew_recovery_codes(engine, unit, member.id)
        await unit.staff.add_session(signed_in.session)
        await audit(engine, unit, member.actor, "staff.joined", member.id)
        await unit.commit()
    return Joined(signed_in, codes)


async def _read(engine: Engine, token: str) -> tuple[str, bytes]:
    parsed = await read_token(engine, token)
    if parsed is None:
        raise InvitationGone
    return parsed


async def _invited(engine: Engine, unit: Unit, token_hash: bytes) -> StaffMember:
    invitation = await unit.staff.invitation(token_hash)
    if invitation is None or engine.clock.now() >= invitation.expires_at:
        raise InvitationGone
    return await unit.staff.get(invitation.staff_id)


async def _names(engine: Engine, member: StaffMember) -> list[str]:
    """What whoever guesses this member's password tries first."""
    catalogue = await engine.record.catalogue()
    mfi: Mfi = catalogue.mfi(member.mfi_id)
    products = {name for product in catalogue.products if product.mfi_id == mfi.id for name in product.names.values()}
    return [mfi.code, mfi.name, *sorted(products), member.email, member.name]


async def _use_code(unit: Unit, member: StaffMember, step: int) -> None:
    """The code that proved the authenticator signs nobody in a second time."""
    key = f"totp:{member.id}:{step}"
    if await earlier_outcome(unit, key) is not None:
        raise WrongCode(field="code")
    await unit.commands.complete(key, {})
