"""The keys of one installation: read from the settings, or made in the demo's data directory at its first start."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import SecretBytes

from letsema.setting_values import KEY_BYTES, WrongSettingError
from letsema.settings import Settings, variable

_MADE: Final = {"pepper": "{}", "lookup_key": "{}", "transcript_keys": "1:{}", "sealing_keys": "1:{}"}


@dataclass(frozen=True, slots=True)
class Keyring:
    """Everything secret that storing and finding personal data needs. `repr` shows none of it."""

    pepper: bytes = field(repr=False)
    lookup_key: bytes = field(repr=False)
    transcript_keys: Mapping[int, bytes] = field(repr=False)
    sealing_keys: Mapping[int, bytes] = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> Keyring:
        """Raises `WrongSettingError` when a key is missing."""
        return cls(
            _present(settings.pepper, "pepper"),
            _present(settings.lookup_key, "lookup_key"),
            _present_set(settings.transcript_keys, "transcript_keys"),
            _present_set(settings.sealing_keys, "sealing_keys"),
        )


def make_keys(directory: Path) -> None:
    """Make the keys of a new installation, each a file that only its owner reads; keys that are there stay.

    The directory then serves as the secrets directory of every command. It appears with all its files or not at all.
    """
    if directory.exists():
        return
    unfinished = directory.with_name(directory.name + ".unfinished")
    unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, form in _MADE.items():
        file = unfinished / variable(name).lower()
        file.touch(mode=0o600)
        file.write_text(form.format(secrets.token_hex(KEY_BYTES)), encoding="ascii")
    unfinished.rename(directory)


def _present(key: SecretBytes | None, name: str) -> bytes:
    if key is None:
        raise _missing(name)
    return key.get_secret_value()


def _present_set(keys: Mapping[int, SecretBytes] | None, name: str) -> dict[int, bytes]:
    if not keys:
        raise _missing(name)
    return {key_id: key.get_secret_value() for key_id, key in keys.items()}


def _missing(name: str) -> WrongSettingError:
    return WrongSettingError(f"{variable(name)} is missing: docs/settings.md says what it is and how to make one.")
