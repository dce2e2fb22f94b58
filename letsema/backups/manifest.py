"""What a backup says of itself: when it was made, of which schema, under which keys, and what its dump sums up to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from letsema.keys.keyring import Keyring
from letsema.keys.names import derived_key
from letsema.settings import variable

FORMAT: Final = 1
"""Raised when an older Letsema could no longer read a backup."""

_FILE: Final = "letsema-backup.json"
_DUMP: Final = "database.dump"
_FINGERPRINT_CHARACTERS: Final = 16


class BackupProblem(Exception):
    """A backup cannot be made or read as asked. Its text is one sentence, for stderr; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of `letsema-backup.json`.

    revisions: by plane, the schema that the dump has. keys: variable → fingerprint, with `:id` for sets of keys.
    demo: it was made of a demo, whose sign-ins are known to everybody.
    """

    format: int
    made_at: str
    postgresql: int
    revisions: Mapping[str, str]
    keys: Mapping[str, str]
    demo: bool
    dump_bytes: int
    dump_sha256: str

    @classmethod
    def of(
        cls,
        folder: Path,
        *,
        made_at: datetime,
        postgresql: int,
        revisions: Mapping[str, str],
        keyring: Keyring,
        demo: bool,
    ) -> Self:
        """Of a folder that has its dump already."""
        dump = dump_of(folder)
        return cls(
            format=FORMAT,
            made_at=made_at.isoformat(timespec="seconds"),
            postgresql=postgresql,
            revisions=dict(revisions),
            keys=dict(_fingerprints(keyring)),
            demo=demo,
            dump_bytes=dump.stat().st_size,
            dump_sha256=_digest(dump),
        )

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises `BackupProblem` for what is no backup, or one of a later release."""
        try:
            told: dict[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            written = int(told["format"])
        except (OSError, ValueError, TypeError, KeyError):
            raise BackupProblem(
                f"{folder} is no backup: `letsema db backup` makes a folder with {_FILE} in it."
            ) from None
        if written > FORMAT:
            raise BackupProblem(f"The backup {folder} was made by a later release: restore it with that one.")
        try:
            return cls(**told)
        except TypeError:
            raise BackupProblem(f"{folder / _FILE} is not as `letsema db backup` wrote it.") from None

    def write(self, folder: Path) -> None:
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def check_dump(self, folder: Path) -> None:
        """Raise `BackupProblem` unless the dump is the one that was written, to the last byte."""
        dump = dump_of(folder)
        try:
            whole = dump.stat().st_size == self.dump_bytes and _digest(dump) == self.dump_sha256
        except OSError as error:
            raise BackupProblem(f"{dump} cannot be read: {error.strerror}.") from None
        if not whole:
            raise BackupProblem(f"{dump} was cut short or changed since it was made: take another copy of the backup.")

    def check_keys(self, keyring: Keyring) -> None:
        """Raise `BackupProblem` unless these keys open what the backup holds; keys that came later do no harm."""
        ours = dict(_fingerprints(keyring))
        other = sorted({name.partition(":")[0] for name, print_ in self.keys.items() if ours.get(name) != print_})
        if other:
            raise BackupProblem(
                f"The backup was made under another {' and '.join(other)}: set those that it was made under, "
                "or nobody could be found or read in it."
            )


def dump_of(folder: Path) -> Path:
    """Where a backup's dump is."""
    return folder / _DUMP


def _fingerprints(keyring: Keyring) -> Iterator[tuple[str, str]]:
    """Nothing of a key can be learned from its print. Transcripts' keys are left out: a session lasts minutes."""
    yield variable("pepper"), _fingerprint(keyring.pepper)
    yield variable("lookup_key"), _fingerprint(keyring.lookup_key)
    for key_id, key in sorted(keyring.sealing_keys.items()):
        yield f"{variable('sealing_keys')}:{key_id}", _fingerprint(key)


def _fingerprint(key: bytes) -> str:
    return derived_key(key, "fingerprint").hex()[:_FINGERPRINT_CHARACTERS]


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
