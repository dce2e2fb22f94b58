"""Sealing what is personal before it is stored: AES-256-GCM, bound to what it is and whose."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from letsema.keys.names import derived_key

_KEY_ID_BYTES: Final = 2
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class AesGcmSealer:
    """An adapter of `core.ports.environment.Sealer`. A sealed value is: key id (2), nonce (12), ciphertext, tag (16).

    keys: 32 bytes each, by id; the highest id seals, all of them open, so a key can be replaced while rows of the
    old one are still there. The key id and the context are authenticated: a value that was moved does not open.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(derived_key(key, "sealing")) for key_id, key in keys.items()}
        self._newest = max(keys)

    def seal(self, plain: bytes, context: str) -> bytes:
        head = self._newest.to_bytes(_KEY_ID_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return head + nonce + self._ciphers[self._newest].encrypt(nonce, plain, head + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises `ValueError` when it was changed, moved, cut short, or sealed under an unknown key."""
        if len(sealed) < _KEY_ID_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise ValueError("a sealed value is longer than that")
        head, nonce = sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        cipher = self._ciphers.get(int.from_bytes(head))
        if cipher is None:
            raise ValueError(f"sealed under key {int.from_bytes(head)}, which is not among the keys")
        try:
            return cipher.decrypt(nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], head + context.encode())
        except InvalidTag:
            raise ValueError("the sealed value was changed, or belongs elsewhere") from None
