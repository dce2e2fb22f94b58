"""One-way names under a key: HMAC-SHA-256, a key of its own for each purpose, derived by HKDF.

A purpose's key differs from every other's, so that the name of a phone number can never be compared with, or stand
for, a digest of another kind.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.phones import PhoneNumber

_KEY_BYTES: Final = 32
_PURPOSES_KEPT: Final = 256


def derived_key(secret: bytes, purpose: str) -> bytes:
    """The 32-byte key for one purpose. Nothing about another purpose's key can be learned from it."""
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"letsema/{purpose}".encode()).derive(secret)


class KeyedNames:
    """An adapter of `core.ports.environment.KeyedHash`.

    lookup_key: names phones, IDs and e-mails. It lasts as long as the data, because rows are found by these names.
    transcript_keys: by id; the highest id is used for what is new, the others for sessions that began under them.
    """

    def __init__(self, lookup_key: bytes, transcript_keys: Mapping[int, bytes]) -> None:
        self._lookup_key = lookup_key
        self._phone = derived_key(lookup_key, "phone")
        self._national_id = derived_key(lookup_key, "national-id")
        self._email = derived_key(lookup_key, "email")
        self._transcripts = {key_id: derived_key(key, "transcript") for key_id, key in transcript_keys.items()}
        self._newest_transcript_key = max(transcript_keys)
        self._of_purpose = lru_cache(_PURPOSES_KEPT)(self._derive)

    def phone(self, phone: PhoneNumber) -> bytes:
        return _name(self._phone, phone.e164)

    def national_id(self, national_id: str) -> bytes:
        return _name(self._national_id, "".join(filter(str.isalnum, _plain(national_id))).upper())

    def email(self, email: str) -> bytes:
        return _name(self._email, _plain(email).strip().casefold())

    def transcript(self, text: str, key_id: int | None = None) -> tuple[int, bytes]:
        """Key id and digest. Under a key that is no longer there the digest is empty, and so matches no stored one."""
        used = self._newest_transcript_key if key_id is None else key_id
        key = self._transcripts.get(used)
        return used, _name(key, text) if key else b""

    def digest(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self._of_purpose(purpose), content, "sha256")

    def _derive(self, purpose: str) -> bytes:
        return derived_key(self._lookup_key, f"digest/{purpose}")


def _name(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _plain(text: str) -> str:
    """Compatibility forms folded, so that full-width digits and composed letters name the same thing."""
    return unicodedata.normalize("NFKC", text)
