"""Sealing and opening personal columns. Its context binds a value to its cell: moved elsewhere, it does not open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.ports.environment import KeyedHash, Sealer
from core.records.borrower import Borrower

PHONE_TAIL_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Sealing:
    """The sealer and the keyed hash, as the repositories use them."""

    sealer: Sealer
    keyed_hash: KeyedHash

    def seal(self, plain: str, table: str, key: object, column: str) -> bytes:
        """Seal a text for one cell."""
        return self.sealer.seal(plain.encode(), _context(table, key, column))

    def open(self, sealed: bytes, table: str, key: object, column: str) -> str:
        """The text of one cell. Raises `ValueError` when it was changed or moved."""
        return self.sealer.open(bytes(sealed), _context(table, key, column)).decode()

    def seal_bytes(self, plain: bytes, table: str, key: object, column: str) -> bytes:
        """Seal bytes for one cell."""
        return self.sealer.seal(plain, _context(table, key, column))

    def open_bytes(self, sealed: bytes, table: str, key: object, column: str) -> bytes:
        """The bytes of one cell. Raises `ValueError` when they were changed or moved."""
        return self.sealer.open(bytes(sealed), _context(table, key, column))

    def phone_columns(self, borrower: Borrower) -> dict[str, object]:
        """A borrower's phone number as it is stored: to be found, to be read, to be shown."""
        phone = borrower.phone
        return {
            "phone_hash": self.keyed_hash.phone(phone),
            "phone_sealed": self.seal(phone.e164, "borrowers", borrower.id, "phone"),
            "phone_tail": tail(phone.e164),
        }

    def identity_columns(self, borrower: Borrower) -> dict[str, object]:
        """National ID and date of birth as they are stored."""
        return {
            "national_id_hash": self.keyed_hash.national_id(borrower.national_id),
            "national_id_sealed": self.seal(borrower.national_id, "borrowers", borrower.id, "national_id"),
            "date_of_birth_sealed": self.seal(
                borrower.date_of_birth.isoformat(), "borrowers", borrower.id, "date_of_birth"
            ),
        }

    def date_of_birth(self, sealed: bytes, borrower_id: object) -> date:
        """A borrower's date of birth."""
        return date.fromisoformat(self.open(sealed, "borrowers", borrower_id, "date_of_birth"))


def tail(number: str) -> str:
    """The end of a phone or wallet number: all of it that a list shows."""
    return number[-PHONE_TAIL_DIGITS:]


def masked(number_tail: str) -> str:
    """A number of which only the end is known, as `PhoneNumber.masked` writes it."""
    return f"+266 ••••• {number_tail}"


def _context(table: str, key: object, column: str) -> str:
    return f"{table}/{key}/{column}"
