from __future__ import annotations

from pathlib import Path

import pytest

from letsema.placement_file import read_placement
from letsema.setting_values import WrongSettingError
from storage.postgres.citus.entering import NodeAddress

GOOD = """
[nodes]
north = "10.0.0.11:5432"
south = "db-south.letsema.internal"
six = "[fd00::12]:6432"

[districts]
LS-A = "north"
"LS-A.2" = "south"
LS-B = "six"
"""


def placement(folder: Path, text: str) -> Path:
    file = folder / "placement.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_each_district_is_on_the_node_that_its_line_names(tmp_path: Path) -> None:
    read = read_placement(placement(tmp_path, GOOD))

    assert read == {
        "LS-A": NodeAddress("10.0.0.11", 5432),
        "LS-A.2": NodeAddress("db-south.letsema.internal", 5432),
        "LS-B": NodeAddress("fd00::12", 6432),
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[nodes]", "[knots]", "knots: a placement has"),
        ('north = "10.0.0.11:5432"', "north = 5432", "nodes.north: a node is written as text"),
        ("10.0.0.11:5432", "10.0.0.11:none", "nodes.north: a node is written host:port"),
        ("10.0.0.11:5432", "10.0.0.11:70000", "nodes.north: a node is written host:port"),
        ("10.0.0.11:5432", "", "nodes.north: a node is written host:port"),
        ('LS-A = "north"', 'LS-A = "west"', "districts.LS-A: west is none of"),
        ('LS-A = "north"', "LS-A = 1", "districts.LS-A: 1 is none of"),
        ('LS-A = "north"', 'LS-A.2 = "north"', "districts.LS-A: "),
        ("[nodes]", "[nodes", "is not TOML"),
        (GOOD[GOOD.index("[districts]") :], "", "districts: a placement needs a table"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(WrongSettingError) as refused:
        read_placement(placement(tmp_path, GOOD.replace(old, new, 1)))

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"[nodes]\nn = '\xe9'")

    for file in ("absent.toml", "latin.toml"):
        with pytest.raises(WrongSettingError, match=file):
            read_placement(tmp_path / file)


@pytest.mark.parametrize("written", ["10.0.0.5:5432", "10.0.0.5", "[fd00::1]:5432", "db-1.internal:6000"])
def test_an_address_is_written_as_it_is_read(written: str) -> None:
    address = NodeAddress.read(written)

    assert NodeAddress.read(str(address)) == address
