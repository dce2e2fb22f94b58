"""Staff, what their roles let them do, and the four-eyes rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import DomainError


class Permission(StrEnum):
    """What may be done, as scope:action, in alphabetical order. Views ask for a permission, never for a role."""

    ADJUSTMENT_CARRY_OUT = "adjustment:carry_out"
    ADJUSTMENT_PROPOSE = "adjustment:propose"
    APPLICATION_APPROVE = "application:approve"
    APPLICATION_APPROVE_ABOVE_LIMIT = "application:approve_above_limit"
    APPLICATION_OVERRIDE_BLOCK = "application:override_block"
    APPLICATION_OVERRIDE_WARNING = "application:override_warning"
    APPLICATION_READ = "application:read"
    APPLICATION_RECOMMEND = "application:recommend"
    AUDIT_READ = "audit:read"
    BORROWER_CHECK_IDENTITY = "borrower:check_identity"
    BORROWER_RESET_PIN = "borrower:reset_pin"
    BORROWER_REVEAL = "borrower:reveal"
    COMPLAINT_ANSWER = "complaint:answer"
    COMPLAINT_READ = "complaint:read"
    DASHBOARD_READ = "dashboard:read"
    DISBURSEMENT_READ = "disbursement:read"
    DISBURSEMENT_RELEASE = "disbursement:release"
    DISBURSEMENT_RELEASE_ABOVE_LIMIT = "disbursement:release_above_limit"
    IDENTITY_AGREE = "identity:agree"
    IDENTITY_PROPOSE = "identity:propose"
    IDENTITY_READ = "identity:read"
    LOAN_CANCEL = "loan:cancel"
    LOAN_READ = "loan:read"
    PAYMENT_MATCH = "payment:match"
    PAYMENT_READ = "payment:read"
    STAFF_MANAGE = "staff:manage"


class Role(StrEnum):
    """What a member of staff is at their MFI; one or more."""

    LOAN_OFFICER = "loan_officer"
    CREDIT_ANALYST = "credit_analyst"
    MANAGER = "manager"
    CASHIER = "cashier"
    MFI_ADMIN = "mfi_admin"
    AUDITOR = "auditor"
    REGULATOR = "regulator"
    PLATFORM_ADMIN = "platform_admin"


_READS: Final = frozenset(
    {
        Permission.APPLICATION_READ,
        Permission.COMPLAINT_READ,
        Permission.DASHBOARD_READ,
        Permission.IDENTITY_READ,
        Permission.LOAN_READ,
    }
)
_DECIDES: Final = _READS | {
    Permission.APPLICATION_RECOMMEND,
    Permission.BORROWER_CHECK_IDENTITY,
    Permission.BORROWER_RESET_PIN,
    Permission.BORROWER_REVEAL,
    Permission.COMPLAINT_ANSWER,
    Permission.IDENTITY_PROPOSE,
    Permission.LOAN_CANCEL,
}

PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.LOAN_OFFICER: _DECIDES | {Permission.PAYMENT_READ},
    Role.CREDIT_ANALYST: _DECIDES
    | {
        Permission.APPLICATION_APPROVE,
        Permission.APPLICATION_OVERRIDE_WARNING,
        Permission.IDENTITY_AGREE,
        Permission.PAYMENT_READ,
    },
    Role.MANAGER: _DECIDES
    | {
        Permission.APPLICATION_APPROVE,
        Permission.APPLICATION_APPROVE_ABOVE_LIMIT,
        Permission.APPLICATION_OVERRIDE_BLOCK,
        Permission.APPLICATION_OVERRIDE_WARNING,
        Permission.DISBURSEMENT_READ,
        Permission.DISBURSEMENT_RELEASE_ABOVE_LIMIT,
        Permission.IDENTITY_AGREE,
        Permission.PAYMENT_READ,
        Permission.AUDIT_READ,
        Permission.ADJUSTMENT_CARRY_OUT,
    },
    Role.CASHIER: frozenset(
        {
            Permission.ADJUSTMENT_PROPOSE,
            Permission.DASHBOARD_READ,
            Permission.DISBURSEMENT_READ,
            Permission.DISBURSEMENT_RELEASE,
            Permission.PAYMENT_MATCH,
            Permission.PAYMENT_READ,
        }
    ),
    Role.MFI_ADMIN: _READS | {Permission.AUDIT_READ, Permission.STAFF_MANAGE},
    Role.AUDITOR: _READS | {Permission.AUDIT_READ, Permission.DISBURSEMENT_READ, Permission.PAYMENT_READ},
    Role.REGULATOR: frozenset(),
    Role.PLATFORM_ADMIN: frozenset(),
}


class NotAllowed(DomainError):
    """The role of the person does not include this."""

    code = "not_allowed"


class MakerIsChecker(DomainError):
    """The same person may not do both steps."""

    code = "maker_is_checker"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and for which MFI: the tenant comes from here and from nowhere else."""

    staff_id: UUID
    district: str
    mfi_id: UUID
    name: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether any role of the actor includes the permission."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

    def require(self, permission: Permission) -> None:
        """Raise `NotAllowed` unless the actor has the permission."""
        if not self.may(permission):
            raise NotAllowed(f"{permission} is not part of your role")

    def check_second_person(self, made_by: UUID, *, withdraws: bool) -> None:
        """Of a proposal: raise `MakerIsChecker` where the one who made it decides it, `NotAllowed` where another
        takes it back.
        """
        is_maker = made_by == self.staff_id
        if withdraws and not is_maker:
            raise NotAllowed("a proposal is withdrawn by whoever made it")
        if is_maker and not withdraws:
            raise MakerIsChecker

    @property
    def role(self) -> Role:
        """The one role to write beside an act: the most senior of the actor's."""
        return min(self.roles, key=list(_BY_SENIORITY).index)


_BY_SENIORITY: Final = (
    Role.MANAGER,
    Role.CREDIT_ANALYST,
    Role.LOAN_OFFICER,
    Role.CASHIER,
    Role.MFI_ADMIN,
    Role.AUDITOR,
    Role.REGULATOR,
    Role.PLATFORM_ADMIN,
)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff. `totp_secret` is plain here and sealed at rest; none in the demo, whose sign-ins skip it.

    Whoever is only invited has no password (an empty hash, which none matches) and is disabled until they accept.
    """

    id: UUID
    district: str
    mfi_id: UUID
    email: str
    name: str
    roles: frozenset[Role]
    language: str
    password_hash: str
    totp_secret: bytes | None = None
    disabled_at: datetime | None = None
    credentials_version: int = 1

    @property
    def actor(self) -> Actor:
        """The member as the one who acts."""
        return Actor(self.id, self.district, self.mfi_id, self.name, self.roles)


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in browser. Only the SHA-256 of its token is kept; `csrf_token` is bound to it."""

    token_hash: bytes
    district: str
    staff_id: UUID
    csrf_token: str
    created_at: datetime
    last_seen_at: datetime
    verified_at: datetime | None
    ip: str
    user_agent: str
    credentials_version: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """The one open invitation of a member who has no password yet. Of its token only the SHA-256 is kept."""

    staff_id: UUID
    token_hash: bytes
    made_at: datetime
    expires_at: datetime
