"""`docs/settings.md`, made from the settings themselves so that it cannot lag behind them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from letsema.settings import SECRETS_DIR, Settings, variable

_HEAD = f"""# Settings

Made by `letsema settings --markdown`; a test compares. Every setting is an environment variable, or a file of the same
name (lower or upper case) in the directory that `{SECRETS_DIR}` names, for secrets. All are checked when a command
starts: a wrong one, or a `LETSEMA_…` variable that does not exist, stops it with one sentence and exit code 2.

`letsema demo` needs none: it makes its keys in `keys/` of its data directory. `serve` and `worker` refuse to start
without their own: a missing, short or patterned key, a guessable hook token, a provider on loopback, the simulated
rail, a data directory of a demo. A key is made with `openssl rand -hex 32`, a hook token with `openssl rand -hex 16`.

Rotation: add a second id to `LETSEMA_TRANSCRIPT_KEYS` or `LETSEMA_SEALING_KEYS` and restart; drop the old transcript
key a day later, the old sealing key when nothing is sealed under it. The pepper and the lookup key are for ever:
losing the pepper makes every PIN and password wrong, losing the lookup key makes every phone number a stranger.

| variable | default | what |
| --- | --- | --- |
"""


def settings_page() -> str:
    """The page, as it stands in `docs/settings.md`."""
    return _HEAD + "".join(f"{row}\n" for row in _rows())


def settings_list() -> str:
    """The settings for a person at a terminal."""
    return "".join(
        f"{variable(name)}  {_default(field).strip('`')}".rstrip() + f"\n    {field.description}\n"
        for name, field in Settings.model_fields.items()
    )


def _rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield f"| `{variable(name)}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = ",".join(value)
    if isinstance(value, dict):
        value = ",".join(f"{name}:{number}" for name, number in value.items())
    if isinstance(value, Enum):
        value = value.value
    return f"`{value}`" if value not in (None, "") else ""
