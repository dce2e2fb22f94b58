"""Which node each district shall lie on, in a TOML file as an operator writes it.

[nodes]
north = "10.0.0.11:5432"
south = "10.0.0.12:5432"

[districts]
LS-A = "north"
"LS-A.2" = "south"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from letsema.setting_values import WrongSettingError
from storage.postgres.citus.entering import NodeAddress


def read_placement(file: Path) -> Mapping[str, NodeAddress]:
    """The node of each district that the file names. Raises `WrongSettingError`, which names the field."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettingError(
            f"The placement {file} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise WrongSettingError(f"The placement {file} is not TOML: {error}.") from None
    try:
        return _placement(written)
    except ValueError as error:
        raise WrongSettingError(f"The placement {file}: {error}.") from None


def _placement(written: Mapping[str, Any]) -> Mapping[str, NodeAddress]:
    if unknown := sorted(set(written) - {"nodes", "districts"}):
        raise ValueError(f"{unknown[0]}: a placement has [nodes] and [districts] only")
    nodes = {name: _address(name, address) for name, address in _table(written, "nodes").items()}
    districts = _table(written, "districts")
    for district, name in districts.items():
        if not isinstance(name, str) or name not in nodes:
            raise ValueError(f"districts.{district}: {name} is none of [nodes], which are {', '.join(nodes)}")
    return {district: nodes[name] for district, name in districts.items()}


def _table(written: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = written.get(name)
    if not isinstance(table, dict) or not table:
        raise ValueError(f"{name}: a placement needs a table [{name}] with at least one line")
    return table


def _address(name: str, written: Any) -> NodeAddress:
    if not isinstance(written, str):
        raise ValueError(f'nodes.{name}: a node is written as text, "10.0.0.5:5432"')  # noqa: TRY004 (told with the rest)
    try:
        return NodeAddress.read(written)
    except ValueError as error:
        raise ValueError(f"nodes.{name}: {error}") from None
