"""Hashing PINs and passwords: Argon2id over a peppered secret, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from letsema.keys.names import derived_key

MEMORY_KIB: Final = 46 * 1024
TIME_COST: Final = 1
PARALLELISM: Final = 1
THREADS_MAX: Final = 4


def hashing_threads() -> ThreadPoolExecutor:
    """The pool that all hashers share: each hash takes 46 MiB for its time, so few run at once and the rest queue."""
    return ThreadPoolExecutor(min(THREADS_MAX, os.cpu_count() or 1), thread_name_prefix="argon2")


class PepperedArgon2:
    """An adapter of `core.ports.environment.SecretHasher`.

    The secret is first put through HMAC under the pepper, which no store holds: a stolen table of four-digit PINs
    cannot be searched without it. `purpose` separates PINs from passwords. No setting leads to `memory_kib`: what
    takes less of it is for tests, which hash a PIN in each.
    """

    def __init__(
        self, pepper: bytes, purpose: str, threads: ThreadPoolExecutor, *, memory_kib: int = MEMORY_KIB
    ) -> None:
        self._pepper = derived_key(pepper, f"pepper/{purpose}")
        self._threads = threads
        self._argon2 = PasswordHasher(time_cost=TIME_COST, memory_cost=memory_kib, parallelism=PARALLELISM)
        # What an unknown person's secret is compared with, so that "unknown" takes as long as "wrong".
        self._nobody = self._argon2.hash(secrets.token_bytes(32))

    async def hash(self, secret: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hash, secret)

    async def verify(self, secret: str, known: str | None) -> bool:
        loop = asyncio.get_running_loop()
        matches = await loop.run_in_executor(self._threads, self._verify, secret, known or self._nobody)
        return matches and bool(known)

    def is_outdated(self, known: str) -> bool:
        return self._argon2.check_needs_rehash(known)

    def _hash(self, secret: str) -> str:
        return self._argon2.hash(self._peppered(secret))

    def _verify(self, secret: str, known: str) -> bool:
        try:
            return self._argon2.verify(known, self._peppered(secret))
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _peppered(self, secret: str) -> bytes:
        return hmac.digest(self._pepper, unicodedata.normalize("NFC", secret).encode(), "sha256")
