"""The Compose files as Compose reads them: variables put in, anchors resolved, the second file laid over the first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final = ROOT / "docker-compose.yml"
DEMO: Final = ROOT / "deploy/demo.yml"

_VARIABLE: Final = re.compile(r"\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}")

GIVEN: Final[Mapping[str, str]] = {
    "SECRETS_FOLDER": "./deploy/secrets",
    "PUBLIC_SITE": "letsema.khotso.co.ls",
    "SERVICE_CODES": "*384*555#",
    "AFRICASTALKING_URL": "https://api.africastalking.com",
    "AFRICASTALKING_USERNAME": "letsema",
}
"""What an operator has to say."""


def variables(file: Path) -> dict[str, tuple[str, str]]:
    """Each variable of a file: how it is asked for (":?", ":-" or "") and what stands after that."""
    return {name: (kind, text) for name, kind, text in _VARIABLE.findall(file.read_text())}


def read(file: Path, given: Mapping[str, str] = GIVEN) -> dict[str, Any]:
    """One file. Raises `KeyError` for a variable that is required and not given."""

    def put_in(found: re.Match[str]) -> str:
        name, kind, text = found[1], found[2], found[3]
        if given.get(name):
            return given[name]
        if kind == ":-":
            return text or ""
        raise KeyError(name)

    def filled(part: Any) -> Any:
        """As Compose does it: in values, after the file was parsed, so that no value can become syntax."""
        match part:
            case dict():
                return {key: filled(value) for key, value in part.items()}
            case list():
                return [filled(value) for value in part]
            case str():
                return _VARIABLE.sub(put_in, part)
            case _:
                return part

    loaded: dict[str, Any] = filled(yaml.safe_load(file.read_text()))
    return loaded


def services(*, demo: bool = False) -> dict[str, dict[str, Any]]:
    """All services, with `deploy/demo.yml` laid over them where it is asked for."""
    found: dict[str, dict[str, Any]] = read(COMPOSE)["services"]
    if demo:
        for name, more in read(DEMO)["services"].items():
            for key, value in more.items():
                before = found[name].get(key)
                found[name][key] = before | value if isinstance(before, dict) else [*(before or []), *value]
    return found
