"""The small outside things that every use case needs: time, identity, chance, and the keeping of secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.phones import PhoneNumber


class Clock(Protocol):
    """The wall clock. Screens, scores and figures never read it: they read a district's business date."""

    def now(self) -> datetime:
        """This instant, UTC and aware."""
        ...


class Identifiers(Protocol):
    """Makes ids and chance. Ids grow with time, so that new rows lie side by side; nobody orders by them."""

    def new_id(self) -> UUID:
        """A new id, unique without asking anyone."""
        ...

    def random_below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`, unpredictable."""
        ...

    def new_token(self) -> bytes:
        """32 unpredictable bytes."""
        ...


class KeyedHash(Protocol):
    """One-way names for things that must be found but not read. HMAC-SHA-256 under a key that no store holds."""

    def phone(self, phone: PhoneNumber) -> bytes:
        """The name of a phone number: the partition of everything that belongs to a caller."""
        ...

    def national_id(self, national_id: str) -> bytes:
        """The name of a national ID, whatever spaces and case it was typed with."""
        ...

    def email(self, email: str) -> bytes:
        """The name of a sign-in e-mail."""
        ...

    def transcript(self, text: str, key_id: int | None = None) -> tuple[int, bytes]:
        """Key id and digest of a USSD transcript, with the current key or a named older one."""
        ...

    def digest(self, purpose: str, content: bytes) -> bytes:
        """A digest bound to a purpose, so that one can never stand for another."""
        ...


class Sealer(Protocol):
    """Encrypts what is personal before it is stored (AES-256-GCM, the key's id in front)."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt. `context` (what it is and whose) must be the same to open it."""
        ...

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises `ValueError` when it was changed, moved, or sealed under an unknown key."""
        ...


class SecretHasher(Protocol):
    """Argon2id with a pepper, off the event loop and with bounded concurrency."""

    async def hash(self, secret: str) -> str:
        """A salted hash in PHC form."""
        ...

    async def verify(self, secret: str, known: str | None) -> bool:
        """Whether the secret matches. With nothing known it takes as long, and is false."""
        ...

    def is_outdated(self, known: str) -> bool:
        """Whether the parameters have changed since this hash was made."""
        ...
